use jmespath::ast::{Ast, Comparator};
use resource_filters::source::{Problem, Problems, nearest};

use super::kind::Kind;
use crate::catalog::functions::{self, Gives, Takes};
use crate::catalog::json::unshare;
use crate::catalog::path::Path;

/// Finds out what a path yields when it is evaluated on a value of a kind; whatever cannot be is a problem.
pub(super) fn infer(path: &Path, scope: &Kind, owner: &str, problems: &mut Problems) -> Kind {
    Inference { path, owner, problems }.kind(path.ast(), scope)
}

struct Inference<'i> {
    path: &'i Path,
    /// The type the path belongs to, for messages.
    owner: &'i str,
    problems: &'i mut Problems,
}

impl Inference<'_> {
    fn kind(&mut self, ast: &Ast, scope: &Kind) -> Kind {
        match ast {
            Ast::Identity { .. } => scope.clone(),
            Ast::Field { offset, name } => self.member(*offset, name, scope),
            Ast::Literal { value, .. } => Kind::of_value(&unshare(value)),
            Ast::Subexpr { offset, lhs, rhs } => {
                if let Ast::Not { .. } = **lhs {
                    let problem = self.problem(*offset, "`!a.b` asks for a member of `!a`".to_owned());
                    self.problems.push(problem.with_help("write `!(a.b)`"));
                    return Kind::Bool;
                }
                let scope = self.kind(lhs, scope);
                self.kind(rhs, &scope)
            }
            Ast::Index { offset, .. } => self.element(*offset, scope, "`[n]`"),
            Ast::Slice { offset, .. } => Kind::list(self.element(*offset, scope, "`[n:m]`")),
            Ast::Flatten { offset, node } => {
                let list = self.kind(node, scope);
                let element = self.element(*offset, &list, "`[]`");
                Kind::list(flattened(&element))
            }
            Ast::Projection { offset, lhs, rhs } => {
                let list = self.kind(lhs, scope);
                let element = self.element(*offset, &list, "`[*]`");
                Kind::list(self.kind(rhs, &element))
            }
            Ast::ObjectValues { offset, node } => {
                let object = self.kind(node, scope);
                Kind::list(object.values().unwrap_or_else(|| {
                    self.report(*offset, format!("`*` is asked of {}", object.noun()));
                    Kind::Any
                }))
            }
            Ast::Condition { predicate, then, .. } => {
                self.kind(predicate, scope);
                self.kind(then, scope)
            }
            Ast::Comparison { offset, comparator, lhs, rhs } => {
                let (left, right) = (self.kind(lhs, scope), self.kind(rhs, scope));
                self.compare(*offset, comparator, &left, &right);
                Kind::Bool
            }
            Ast::Not { node, .. } => {
                self.kind(node, scope);
                Kind::Bool
            }
            Ast::And { lhs, rhs, .. } => {
                // What is falsy on the left is what comes out, but it stands for "nothing".
                self.kind(lhs, scope);
                self.kind(rhs, scope)
            }
            Ast::Or { lhs, rhs, .. } => {
                let left = self.kind(lhs, scope);
                Kind::one_of([left, self.kind(rhs, scope)])
            }
            Ast::MultiList { elements, .. } => Kind::list(Kind::one_of(
                elements.iter().map(|element| self.kind(element, scope)).collect::<Vec<_>>(),
            )),
            Ast::MultiHash { elements, .. } => {
                let members: Vec<_> =
                    elements.iter().map(|pair| (pair.key.clone(), self.kind(&pair.value, scope))).collect();
                Kind::record("the object", members, [])
            }
            Ast::Function { offset, name, args } => self.function(*offset, name, args, scope),
            // Only functions take expressions, and they look at them by themselves.
            Ast::Expref { .. } => Kind::Any,
        }
    }

    fn member(&mut self, offset: usize, name: &str, scope: &Kind) -> Kind {
        match scope.member(name) {
            Ok(kind) => kind,
            Err(miss) => {
                let message = format!("{} has no member `{name}`", miss.title);
                let suggestion = nearest(name, miss.known.iter().map(String::as_str));
                let problem = self.problem(offset, message).with_suggestion(suggestion);
                let literal = matches!(name, "null" | "true" | "false");
                self.problems.push(if literal {
                    problem.with_help(format!("a literal stands in backticks: `` `{name}` ``"))
                } else {
                    problem
                });
                Kind::Any
            }
        }
    }

    fn element(&mut self, offset: usize, list: &Kind, what: &str) -> Kind {
        list.element().unwrap_or_else(|| {
            self.report(offset, format!("{what} is asked of {}, not of a list", list.noun()));
            Kind::Any
        })
    }

    fn compare(&mut self, offset: usize, comparator: &Comparator, left: &Kind, right: &Kind) {
        let ordered = !matches!(comparator, Comparator::Equal | Comparator::NotEqual);
        for kind in [left, right] {
            if ordered && !fits(kind, Takes::Number) {
                self.report(offset, format!("only numbers have an order, this is {}", kind.noun()));
                return;
            }
        }
        let (lefts, rights) = (left.alternatives(), right.alternatives());
        let comparable = lefts.is_empty()
            || rights.is_empty()
            || lefts.iter().any(|left| rights.iter().any(|right| may_be_equal(left, right)));
        if !comparable {
            self.report(offset, format!("{} is never equal to {}", left.noun(), right.noun()));
        }
    }

    fn function(&mut self, offset: usize, name: &str, args: &[Ast], scope: &Kind) -> Kind {
        let Some(function) = functions::find(name) else { return Kind::Any };
        // The parser notes the parenthesis.
        let offset = offset.saturating_sub(name.len());
        let kinds: Vec<Kind> = args.iter().map(|arg| self.kind(arg, scope)).collect();
        for (index, kind) in kinds.iter().enumerate() {
            let takes = function.takes.get(index).or(function.takes.last()).copied().unwrap_or(Takes::Any);
            if !fits(kind, takes) {
                self.report(offset, format!("`{name}` takes {}, this is {}", noun(takes), kind.noun()));
            }
        }
        let first = kinds.first().cloned().unwrap_or(Kind::Any);
        match function.gives {
            Gives::Any => Kind::Any,
            Gives::Text => Kind::Text,
            Gives::Texts => Kind::list(Kind::Text),
            Gives::Number => Kind::Number,
            Gives::Bool => Kind::Bool,
            Gives::First => {
                self.expressions(args, &first);
                first
            }
            Gives::Element => {
                self.expressions(args, &first);
                first.element().unwrap_or(Kind::Any)
            }
            Gives::AnyArgument => Kind::one_of(kinds),
            Gives::Merged => {
                // Later arguments win, so they are asked first.
                Kind::record("the merged object", [], kinds.into_iter().rev())
            }
            Gives::Mapped => {
                let element = kinds.get(1).and_then(Kind::element).unwrap_or(Kind::Any);
                match args.first() {
                    Some(Ast::Expref { ast, .. }) => Kind::list(self.kind(ast, &element)),
                    _ => Kind::list(Kind::Any),
                }
            }
            Gives::Values => Kind::list(first.values().unwrap_or(Kind::Any)),
            Gives::AsList => match first {
                list @ Kind::List(_) => list,
                other => Kind::list(other),
            },
        }
    }

    /// Looks at the expressions among the arguments, which are evaluated on the elements of a list.
    fn expressions(&mut self, args: &[Ast], list: &Kind) {
        let element = list.element().unwrap_or(Kind::Any);
        for arg in args {
            if let Ast::Expref { ast, .. } = arg {
                self.kind(ast, &element);
            }
        }
    }

    fn report(&mut self, offset: usize, message: String) {
        let problem = self.problem(offset, message);
        self.problems.push(problem);
    }

    fn problem(&self, offset: usize, message: String) -> Problem {
        let text = self.path.text().split_whitespace().collect::<Vec<_>>().join(" ");
        Problem::new(&self.path.place(offset), format!("{}: path `{text}`: {message}", self.owner))
    }
}

/// `[]` opens the lists among the elements and leaves the others.
fn flattened(element: &Kind) -> Kind {
    match element {
        Kind::List(inner) => (**inner).clone(),
        Kind::OneOf(kinds) => Kind::one_of(kinds.iter().map(flattened)),
        other => other.clone(),
    }
}

fn may_be_equal(left: &Kind, right: &Kind) -> bool {
    matches!(left, Kind::Any) || matches!(right, Kind::Any) || left.noun() == right.noun()
}

fn fits(kind: &Kind, takes: Takes) -> bool {
    let alternatives = kind.alternatives();
    alternatives.is_empty()
        || alternatives.into_iter().any(|kind| match takes {
            Takes::Any | Takes::Expression => true,
            _ if matches!(kind, Kind::Any) => true,
            Takes::Text => matches!(kind, Kind::Text),
            Takes::Number => matches!(kind, Kind::Number),
            Takes::List => matches!(kind, Kind::List(_)),
            Takes::Object => matches!(kind, Kind::Shape(_) | Kind::Record(_)),
            Takes::ListOrText => matches!(kind, Kind::List(_) | Kind::Text),
            Takes::Countable => !matches!(kind, Kind::Number | Kind::Bool),
        })
}

fn noun(takes: Takes) -> &'static str {
    match takes {
        Takes::Any => "anything",
        Takes::Text => "text",
        Takes::Number => "a number",
        Takes::List => "a list",
        Takes::Object => "an object",
        Takes::ListOrText => "a list or text",
        Takes::Countable => "a list, an object or text",
        Takes::Expression => "an expression such as `&name`",
    }
}
