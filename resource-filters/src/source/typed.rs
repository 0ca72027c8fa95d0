//! Typed readers: a value of the wrong kind is a problem, never a guess.

use std::time::Duration;

use crate::source::{Node, Problem, Problems, Value, parse_duration};

/// `what` names the value in messages: the key it stands under.
impl Node {
    /// Reads text.
    pub fn text(&self, what: &str, problems: &mut Problems) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => self.mismatch(what, "a string", problems),
        }
    }

    /// Reads a boolean.
    pub fn boolean(&self, what: &str, problems: &mut Problems) -> Option<bool> {
        match self.value {
            Value::Bool(value) => Some(value),
            _ => self.mismatch(what, "`true` or `false`", problems),
        }
    }

    /// Reads an integer.
    pub fn integer(&self, what: &str, problems: &mut Problems) -> Option<i64> {
        match self.value {
            Value::Integer(value) => Some(value),
            _ => self.mismatch(what, "an integer", problems),
        }
    }

    /// Reads a number, whole or not.
    pub fn float(&self, what: &str, problems: &mut Problems) -> Option<f64> {
        match self.value {
            #[expect(clippy::cast_precision_loss, reason = "a number beyond 2^53 is compared, not counted")]
            Value::Integer(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => self.mismatch(what, "a number", problems),
        }
    }

    /// Reads a list.
    pub fn list(&self, what: &str, problems: &mut Problems) -> Option<&[Self]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => self.mismatch(what, "a list", problems),
        }
    }

    /// Reads one string or a list of strings; every element of another kind is a problem of its own.
    pub fn texts(&self, what: &str, problems: &mut Problems) -> Option<Vec<&str>> {
        match &self.value {
            Value::Text(text) => Some(vec![text]),
            Value::List(items) => {
                // Not `map` into an Option: that would stop at the first bad element.
                let texts: Vec<&str> = items.iter().filter_map(|item| item.text(what, problems)).collect();
                (texts.len() == items.len()).then_some(texts)
            }
            _ => self.mismatch(what, "a string or a list of strings", problems),
        }
    }

    /// Reads a duration such as `90s`, `1h30m` or `2d`.
    pub fn duration(&self, what: &str, problems: &mut Problems) -> Option<Duration> {
        let Value::Text(text) = &self.value else {
            return self.mismatch(what, "a duration such as `90s`, `15m`, `1h30m` or `2d`", problems);
        };
        match parse_duration(text) {
            Ok(duration) => Some(duration),
            Err(message) => {
                problems.report(&self.at, format!("`{what}`: {message}"));
                None
            }
        }
    }

    fn mismatch<T>(&self, what: &str, expected: &str, problems: &mut Problems) -> Option<T> {
        let problem = Problem::new(&self.at, format!("`{what}`: expected {expected}, found {}", self.kind()));
        let scalar = matches!(self.value, Value::Integer(_) | Value::Float(_) | Value::Bool(_));
        problems.push(if scalar && expected.contains("a string") {
            problem.with_help("put the value in quotes")
        } else {
            problem
        });
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> Node {
        Node::parse_yaml("f", text).expect("the test document is valid")
    }

    #[test]
    fn values_of_the_right_kind_are_read() {
        let mut problems = Problems::new();
        let p = &mut problems;
        assert_eq!(node("x").text("k", p), Some("x"));
        assert_eq!(node("true").boolean("k", p), Some(true));
        assert_eq!(node("7").integer("k", p), Some(7));
        assert_eq!(node("7").float("k", p), Some(7.0));
        assert_eq!(node("7.5").float("k", p), Some(7.5));
        assert_eq!(node("[1, 2]").list("k", p).map(<[Node]>::len), Some(2));
        assert_eq!(node("x").texts("k", p), Some(vec!["x"]));
        assert_eq!(node("[x, \"1\"]").texts("k", p), Some(vec!["x", "1"]));
        assert_eq!(node("1m").duration("k", p), Some(Duration::from_secs(60)));
        assert!(problems.is_empty(), "{problems}");
    }

    #[test]
    fn values_of_the_wrong_kind_are_problems_at_their_place() {
        let mut problems = Problems::new();
        let p = &mut problems;
        node("[x]").text("name", p);
        node("yes").boolean("flag", p);
        node("1.5").integer("count", p);
        node("5m 3").duration("deadline", p);
        node("15").duration("deadline", p);
        assert_eq!(node("[a, 111122223333, {b: 1}]").texts("allow", p), None);
        let messages: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            messages,
            [
                "f:1:1: `name`: expected a string, found a list",
                "f:1:1: `flag`: expected `true` or `false`, found a string",
                "f:1:1: `count`: expected an integer, found a number",
                "f:1:1: `deadline`: invalid duration `5m 3`: unknown unit `m ` after `5`, expected one of s, m, h, d, w",
                "f:1:1: `deadline`: expected a duration such as `90s`, `15m`, `1h30m` or `2d`, found an integer",
                "f:1:5: `allow`: expected a string, found an integer\n  help: put the value in quotes",
                "f:1:19: `allow`: expected a string, found a mapping",
            ]
        );
    }
}
