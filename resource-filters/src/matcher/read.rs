//! Reads a matcher out of a document.

use globset::GlobBuilder;
use regex::Regex;

use crate::matcher::instant::parse_instant;
use crate::matcher::operator::Operand;
use crate::matcher::{Matcher, OPERATORS, OperandKind, Operator};
use crate::source::{MapReader, Node, Problem, Problems, Value};

/// Says how text without an operator is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PlainText {
    /// As a glob if it has a `*` or `?` in it.
    MayBeGlob,
    /// Exactly; a `*` or `?` in it is more likely a mistake and is refused.
    Exact,
}

impl Matcher {
    pub(crate) fn of(operator: Operator) -> Self {
        Self { operators: vec![operator] }
    }

    /// Reads a plain value or a mapping of operators.
    pub(crate) fn read(node: &Node, what: &str, plain: PlainText, problems: &mut Problems) -> Option<Self> {
        match &node.value {
            Value::Map(entries) if entries.is_empty() => {
                let problem = Problem::new(&node.at, format!("`{what}`: expected at least one operator"));
                problems.push(problem.with_help("write { exists: true } for whatever has a value"));
                None
            }
            Value::Map(_) => read_operators(node, problems),
            Value::List(_) => {
                let message = format!("`{what}`: expected a value or a mapping of operators, found a list");
                let help = format!("write {{ in: {} }}", node.to_line());
                problems.push(Problem::new(&node.at, message).with_help(help));
                None
            }
            Value::Text(text) if text.contains(['*', '?']) => match plain {
                PlainText::MayBeGlob => glob(node, what, problems).map(Self::of),
                PlainText::Exact => {
                    let value = node.to_line();
                    let message =
                        format!("`{what}`: a plain value is compared exactly, found the pattern {value}");
                    let help = format!("write {{ glob: {value} }}, or {{ exact: {value} }} if that is meant");
                    problems.push(Problem::new(&node.at, message).with_help(help));
                    None
                }
            },
            _ => operand(node, what, problems).map(|operand| Self::of(Operator::Exact(operand))),
        }
    }
}

fn read_operators(node: &Node, problems: &mut Problems) -> Option<Matcher> {
    let before = problems.len();
    let mut map = MapReader::new(node, "a matcher", problems)?;
    let mut operators = Vec::new();
    for (name, kind, _) in OPERATORS {
        if let Some(value) = map.take(name) {
            operators.extend(Operator::read(name, *kind, value, problems));
        }
    }
    map.finish(problems);
    (problems.len() == before).then_some(Matcher { operators })
}

impl Operator {
    /// Reads what follows an operator.
    pub(crate) fn read(name: &str, kind: OperandKind, node: &Node, problems: &mut Problems) -> Option<Self> {
        match kind {
            OperandKind::Scalar => operand(node, name, problems).map(Self::Exact),
            OperandKind::Text(build) => {
                let text = node.text(name, problems)?;
                if text.is_empty() {
                    problems
                        .report(&node.at, format!("`{name}`: the text is empty and would match everything"));
                    return None;
                }
                Some(build(text.to_owned()))
            }
            OperandKind::Glob => glob(node, name, problems),
            OperandKind::Regex => regex(node, name, problems),
            OperandKind::List => {
                let items = node.list(name, problems)?;
                if items.is_empty() {
                    problems.report(&node.at, format!("`{name}`: the list is empty and would match nothing"));
                    return None;
                }
                let operands: Vec<Operand> =
                    items.iter().filter_map(|item| operand(item, name, problems)).collect();
                (operands.len() == items.len()).then_some(Self::In(operands))
            }
            OperandKind::Boolean => node.boolean(name, problems).map(Self::Exists),
            OperandKind::Duration(build) => node.duration(name, problems).map(build),
            OperandKind::Instant(build) => instant(node, name, problems).map(build),
            OperandKind::Number(build) => {
                let number = node.float(name, problems)?;
                if number.is_nan() {
                    problems
                        .report(&node.at, format!("`{name}`: nothing compares with NaN, expected a number"));
                    return None;
                }
                Some(build(number))
            }
            OperandKind::Matcher => {
                Matcher::read(node, name, PlainText::Exact, problems).map(|inner| Self::Not(Box::new(inner)))
            }
        }
    }
}

fn operand(node: &Node, what: &str, problems: &mut Problems) -> Option<Operand> {
    match &node.value {
        Value::Text(text) => Some(Operand::Text(text.clone())),
        Value::Integer(number) => Some(Operand::Integer(*number)),
        Value::Bool(value) => Some(Operand::Bool(*value)),
        // `1.10` and `1.1` are one number but two tag values; which digits were written is lost here.
        Value::Float(_) => {
            let problem =
                Problem::new(&node.at, format!("`{what}`: expected text to compare, found a number"));
            problems.push(problem.with_help("put the value in quotes, or compare with gt, gte, lt, lte"));
            None
        }
        Value::Null => {
            let problem = Problem::new(&node.at, format!("`{what}`: expected a value, found nothing"));
            problems.push(
                problem.with_help("write { exists: false } for whatever has no value, \"\" for empty text"),
            );
            None
        }
        Value::List(_) | Value::Map(_) => {
            problems.report(&node.at, format!("`{what}`: expected a value, found {}", node.kind()));
            None
        }
    }
}

fn glob(node: &Node, what: &str, problems: &mut Problems) -> Option<Operator> {
    let text = node.text(what, problems)?;
    match GlobBuilder::new(text).build() {
        Ok(glob) => Some(Operator::Glob(glob.compile_matcher())),
        Err(error) => {
            problems.report(&node.at, format!("`{what}`: invalid glob {}: {}", node.to_line(), error.kind()));
            None
        }
    }
}

fn regex(node: &Node, what: &str, problems: &mut Problems) -> Option<Operator> {
    let text = node.text(what, problems)?;
    match Regex::new(text) {
        Ok(regex) => Some(Operator::Regex(regex)),
        Err(error) => {
            // A syntax error is a drawing of several lines; its last line says what is wrong.
            let shown = error.to_string();
            let reason = shown.lines().last().unwrap_or_default().trim();
            let reason = reason.strip_prefix("error: ").unwrap_or(reason);
            problems.report(
                &node.at,
                format!("`{what}`: invalid regular expression {}: {reason}", node.to_line()),
            );
            None
        }
    }
}

fn instant(node: &Node, what: &str, problems: &mut Problems) -> Option<jiff::Timestamp> {
    let expected = "a date such as 2024-05-01 or 2024-05-01T12:00:00Z";
    let Value::Text(text) = &node.value else {
        problems.report(&node.at, format!("`{what}`: expected {expected}, found {}", node.kind()));
        return None;
    };
    let instant = parse_instant(text);
    if instant.is_none() {
        problems.report(&node.at, format!("`{what}`: invalid date {}, expected {expected}", node.to_line()));
    }
    instant
}
