use std::fmt;

use jmespath::ast::Ast;
use jmespath::{Context, ErrorReason, JmespathError, Rcvar, Variable};
use resource_filters::source::{Position, Problem, nearest};

use super::functions::{self, FUNCTIONS, RUNTIME};
use crate::error::{Error, ErrorKind};

/// A compiled JMESPath expression that knows where it was written.
#[derive(Clone)]
pub(super) struct Path {
    text: Box<str>,
    ast: Ast,
    start: Position,
}

impl Path {
    /// Compiles an expression whose first character stands at `start`.
    pub(super) fn compile(text: &str, start: Position) -> Result<Self, Problem> {
        let ast = jmespath::parse(text).map_err(|error| {
            let message = format!("invalid path `{text}`: {}", reason(&error));
            Problem::new(&place(text, &start, error.offset), message)
        })?;
        let path = Self { text: text.into(), ast, start };
        path.check_functions(&path.ast)?;
        Ok(path)
    }

    /// Stands for a path that could not be read.
    pub(super) fn stand_in() -> Self {
        Self { text: "@".into(), ast: Ast::Identity { offset: 0 }, start: Position::new("", 0, 0) }
    }

    /// The expression as it was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The syntax tree.
    pub(super) fn ast(&self) -> &Ast {
        &self.ast
    }

    /// The place of a part of the expression.
    pub(super) fn place(&self, offset: usize) -> Position {
        place(&self.text, &self.start, offset)
    }

    /// Evaluates the expression.
    ///
    /// # Errors
    /// Invalid, if a function is given what it does not take: a defect of the entry, not of the resource.
    pub(super) fn eval(&self, root: &Rcvar) -> Result<Rcvar, Error> {
        let mut context = Context::new(&self.text, &RUNTIME);
        jmespath::interpret(root, &self.ast, &mut context).map_err(|error| {
            let message =
                format!("the path `{}` ({}) cannot be evaluated: {}.", self.text, self.start, reason(&error));
            Error::new(ErrorKind::Invalid, message)
        })
    }

    /// Evaluates the expression to yes or no, as JMESPath does: null, false and what is empty mean no.
    pub(super) fn holds(&self, root: &Rcvar) -> Result<bool, Error> {
        Ok(self.eval(root)?.is_truthy())
    }

    /// Evaluates the expression to a list; null is an empty one.
    pub(super) fn list(&self, root: &Rcvar) -> Result<Vec<Rcvar>, Error> {
        let found = self.eval(root)?;
        match &*found {
            Variable::Null => Ok(Vec::new()),
            Variable::Array(items) => Ok(items.clone()),
            other => {
                let message =
                    format!("the path `{}` ({}) gives {}, no list.", self.text, self.start, other.get_type());
                Err(Error::new(ErrorKind::Invalid, message))
            }
        }
    }

    /// Names and arities can be checked when an entry is read, so that a misspelt function is no surprise at run time.
    fn check_functions(&self, ast: &Ast) -> Result<(), Problem> {
        if let Ast::Function { offset, name, args } = ast {
            // The parser notes the parenthesis.
            let offset = offset.saturating_sub(name.len());
            let Some(function) = functions::find(name) else {
                let message = format!("path `{}`: unknown function `{name}`", self.text);
                let suggestion = nearest(name, FUNCTIONS.iter().map(|function| function.name));
                return Err(Problem::new(&self.place(offset), message).with_suggestion(suggestion));
            };
            let expected = function.takes.len();
            if args.len() < expected || (args.len() > expected && !function.variadic) {
                let message = format!(
                    "path `{}`: `{name}` takes {expected} {}, not {}",
                    self.text,
                    if expected == 1 { "argument" } else { "arguments" },
                    args.len()
                );
                return Err(Problem::new(&self.place(offset), message));
            }
        }
        children(ast).into_iter().try_for_each(|child| self.check_functions(child))
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` at {}", self.text, self.start)
    }
}

/// The parts of an expression.
fn children(ast: &Ast) -> Vec<&Ast> {
    match ast {
        Ast::Comparison { lhs, rhs, .. }
        | Ast::Projection { lhs, rhs, .. }
        | Ast::And { lhs, rhs, .. }
        | Ast::Or { lhs, rhs, .. }
        | Ast::Subexpr { lhs, rhs, .. } => vec![lhs, rhs],
        Ast::Condition { predicate, then, .. } => vec![predicate, then],
        Ast::Expref { ast, .. } => vec![ast],
        Ast::Flatten { node, .. } | Ast::Not { node, .. } | Ast::ObjectValues { node, .. } => vec![node],
        Ast::Function { args, .. } => args.iter().collect(),
        Ast::MultiList { elements, .. } => elements.iter().collect(),
        Ast::MultiHash { elements, .. } => elements.iter().map(|pair| &pair.value).collect(),
        Ast::Identity { .. }
        | Ast::Field { .. }
        | Ast::Index { .. }
        | Ast::Literal { .. }
        | Ast::Slice { .. } => Vec::new(),
    }
}

/// One line, without the picture that the library draws below its message.
fn reason(error: &JmespathError) -> String {
    match &error.reason {
        ErrorReason::Parse(reason) => reason.trim().replace('\n', " "),
        ErrorReason::Runtime(reason) => reason.to_string(),
    }
}

/// The place of a part of an expression. Of text over several lines only the start is known.
fn place(text: &str, start: &Position, offset: usize) -> Position {
    if text.contains('\n') { start.clone() } else { shifted(start, offset.min(text.len())) }
}

/// A place so many characters further on the same line.
pub(super) fn shifted(start: &Position, offset: usize) -> Position {
    let column = start.column.saturating_add(u32::try_from(offset).unwrap_or(0));
    Position::new(start.file.clone(), start.line, column)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::catalog::json::{share, unshare};

    fn path(text: &str) -> Result<Path, Problem> {
        Path::compile(text, Position::new("t.toml", 3, 10))
    }

    fn eval(text: &str, root: Value) -> Value {
        let path = path(text).expect("the path is valid");
        unshare(&path.eval(&share(root)).expect("the path can be evaluated"))
    }

    #[test]
    fn our_functions_do_what_they_say() {
        for (text, root, expected) in [
            ("after_last(@, '/')", json!("a/b/c"), json!("c")),
            ("after_last(@, '/')", json!("abc"), json!("abc")),
            ("after_last(@, '/')", json!("a/"), json!("")),
            ("after_last(@, '')", json!("abc"), json!("abc")),
            ("after_last(x, '/')", json!({}), json!(null)),
            ("before_first(@, ':')", json!("a:b:c"), json!("a")),
            ("before_first(@, ':')", json!("abc"), json!("abc")),
            ("split(@, ':')[5]", json!("arn:aws:sqs:r:1:name"), json!("name")),
            ("split(@, '')", json!("ab"), json!(["ab"])),
            ("lower(@)", json!("ÄbC"), json!("äbc")),
            ("url_decode(@)", json!("%7B%22a%22%3A1%7D+%zz%"), json!("{\"a\":1}+%zz%")),
            ("url_decode(@)", json!("%ff"), json!(null)),
            ("json(url_decode(@)).a", json!("%7B%22a%22%3A1%7D"), json!(1)),
            ("json(@)", json!("{nope"), json!(null)),
            ("text(@)", json!(7), json!("7")),
            ("text(@)", json!("x"), json!("x")),
            ("text(@)", json!({"a": [1]}), json!("{\"a\":[1]}")),
            ("text(x)", json!({}), json!(null)),
            ("starts_with(x, 'a')", json!({}), json!(null)),
            ("starts_with(x, 'a')", json!({"x": "ab"}), json!(true)),
            ("contains(tags[].k, 'a')", json!({}), json!(null)),
            ("not_null(x, y)", json!({"y": 1}), json!(1)),
            ("length(x)", json!({"x": [1, 2]}), json!(2)),
            (
                "items[?size > `1`].name",
                json!({"items": [{"size": 1, "name": "a"}, {"size": 2, "name": "b"}]}),
                json!(["b"]),
            ),
        ] {
            assert_eq!(eval(text, root.clone()), expected, "{text} on {root}");
        }
    }

    #[test]
    fn wrong_paths_are_problems_at_their_place() {
        for (text, expected) in [
            (
                "aftr_last(x, 'y')",
                "t.toml:3:10: path `aftr_last(x, 'y')`: unknown function `aftr_last`\n  help: did you mean `after_last`?",
            ),
            (
                "a.b[?starts_with(x)]",
                "t.toml:3:15: path `a.b[?starts_with(x)]`: `starts_with` takes 2 arguments, not 1",
            ),
            ("lower(a, b)", "t.toml:3:10: path `lower(a, b)`: `lower` takes 1 argument, not 2"),
        ] {
            assert_eq!(path(text).expect_err(text).to_string(), expected);
        }
        for text in ["a.", "a[", "", "a b", "'x"] {
            let shown = path(text).expect_err(text).to_string();
            assert!(
                shown.starts_with("t.toml:3:1") && shown.contains("invalid path") && !shown.contains('\n'),
                "{shown}"
            );
        }
    }

    #[test]
    fn a_function_given_the_wrong_thing_is_an_error_that_names_the_path() {
        let error = path("lower(@)").expect("valid").eval(&share(json!(1))).expect_err("a number");
        assert_eq!(error.kind, ErrorKind::Invalid);
        assert!(error.message.contains("`lower(@)` (t.toml:3:10)"), "{error}");
    }

    #[test]
    fn a_list_is_a_list_or_nothing() {
        assert_eq!(path("a").expect("valid").list(&share(json!({}))).expect("null").len(), 0);
        assert_eq!(path("a").expect("valid").list(&share(json!({"a": [1]}))).expect("a list").len(), 1);
        assert!(path("a").expect("valid").list(&share(json!({"a": {}}))).is_err());
    }
}
