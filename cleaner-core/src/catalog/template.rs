use jmespath::Rcvar;
use resource_filters::source::{Node, Position, Problem, Problems, Value as NodeValue};
use serde_json::{Map, Value};

use super::json::{scalar_text, unshare};
use super::path::{Path, shifted};
use crate::error::{Error, ErrorKind};

/// A value with paths in it: the input of a call, or an ARN.
#[derive(Clone, Debug)]
pub(super) struct Template {
    pub(super) at: Position,
    pub(super) form: Form,
}

/// The forms a template has.
#[derive(Clone, Debug)]
pub(super) enum Form {
    /// A value without paths.
    Literal(Value),
    /// Text that is one path: what it yields keeps its type.
    Path(Path),
    /// Text with paths in it.
    Text(Vec<Part>),
    /// A list.
    List(Vec<Template>),
    /// Named members.
    Members(Vec<Member>),
}

/// A piece of text with paths in it.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Literal(String),
    Path(Path),
}

/// A named member and where its name is written.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) at: Position,
    pub(super) template: Template,
}

impl Template {
    /// The template that yields an empty object: the input of a call that is given none.
    pub(super) fn empty(at: &Position) -> Self {
        Self { at: at.clone(), form: Form::Members(Vec::new()) }
    }

    /// Reads a template from a document.
    pub(super) fn read(node: &Node, problems: &mut Problems) -> Self {
        let form = match &node.value {
            NodeValue::Text(text) => match Self::parse_text(text, &shifted(&node.at, 1)) {
                Ok(form) => form,
                Err(problem) => {
                    problems.push(problem);
                    Form::Literal(Value::Null)
                }
            },
            NodeValue::List(items) => {
                Form::List(items.iter().map(|item| Self::read(item, problems)).collect())
            }
            NodeValue::Map(entries) => Form::Members(
                entries
                    .iter()
                    .map(|entry| Member {
                        name: entry.key.clone(),
                        at: entry.key_at.clone(),
                        template: Self::read(&entry.value, problems),
                    })
                    .collect(),
            ),
            _ => Form::Literal(node.to_json()),
        };
        Self { at: node.at.clone(), form }
    }

    /// Parses text with `{path}` in it; `{{` and `}}` stand for the braces themselves.
    fn parse_text(text: &str, start: &Position) -> Result<Form, Problem> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = text;
        while let Some(found) = rest.find(['{', '}']) {
            let offset = text.len() - rest.len() + found;
            let place = shifted(start, text[..offset].chars().count());
            literal.push_str(&rest[..found]);
            let tail = &rest[found + 1..];
            if rest[found..].starts_with("{{") || rest[found..].starts_with("}}") {
                literal.push_str(&rest[found..=found]);
                rest = &tail[1..];
                continue;
            }
            let end = if rest[found..].starts_with('{') { closing_brace(tail) } else { None };
            let Some(end) = end else {
                let message = format!(
                    "template `{text}`: this brace has no partner; write it twice if it is meant as text"
                );
                return Err(Problem::new(&place, message));
            };
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(Part::Path(Path::compile(tail[..end].trim(), shifted(&place, 1))?));
            rest = &tail[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(match parts.as_mut_slice() {
            [] => Form::Literal(Value::String(String::new())),
            [Part::Literal(literal)] => Form::Literal(Value::String(std::mem::take(literal))),
            [Part::Path(path)] => Form::Path(path.clone()),
            _ => Form::Text(parts),
        })
    }

    /// Fills in the template. Members and elements whose path yields null are left out.
    ///
    /// # Errors
    /// Invalid, if a path cannot be evaluated or yields no text in the middle of text.
    pub(super) fn render(&self, root: &Rcvar) -> Result<Value, Error> {
        match &self.form {
            Form::Literal(value) => Ok(value.clone()),
            Form::Path(path) => Ok(unshare(&*path.eval(root)?)),
            Form::Text(parts) => match Self::render_parts(parts, root)? {
                Ok(text) => Ok(Value::String(text)),
                Err(path) => {
                    let message = format!(
                        "`{}` ({}) yields no text to put into a template.",
                        path.text(),
                        path.place(0)
                    );
                    Err(Error::new(ErrorKind::Invalid, message))
                }
            },
            Form::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.extend(item.render_member(root)?);
                }
                Ok(Value::Array(list))
            }
            Form::Members(members) => {
                let mut object = Map::with_capacity(members.len());
                for member in members {
                    if let Some(value) = member.template.render_member(root)? {
                        object.insert(member.name.clone(), value);
                    }
                }
                Ok(Value::Object(object))
            }
        }
    }

    /// Fills in a template of text; none if one of its paths yields none.
    pub(super) fn render_text(&self, root: &Rcvar) -> Result<Option<String>, Error> {
        match &self.form {
            Form::Literal(Value::String(text)) => Ok(Some(text.clone())),
            Form::Path(path) => Ok(scalar_text(&*path.eval(root)?)),
            Form::Text(parts) => Ok(Self::render_parts(parts, root)?.ok()),
            _ => Ok(None),
        }
    }

    fn render_member(&self, root: &Rcvar) -> Result<Option<Value>, Error> {
        let value = self.render(root)?;
        Ok(if value.is_null() && matches!(self.form, Form::Path(_)) { None } else { Some(value) })
    }

    /// The text, or the path that yields none.
    fn render_parts<'a>(parts: &'a [Part], root: &Rcvar) -> Result<Result<String, &'a Path>, Error> {
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Path(path) => match scalar_text(&*path.eval(root)?) {
                    Some(value) => text.push_str(&value),
                    None => return Ok(Err(path)),
                },
            }
        }
        Ok(Ok(text))
    }

    /// Every path in the template.
    pub(super) fn paths(&self) -> Vec<&Path> {
        match &self.form {
            Form::Literal(_) => Vec::new(),
            Form::Path(path) => vec![path],
            Form::Text(parts) => parts
                .iter()
                .filter_map(|part| match part {
                    Part::Path(path) => Some(path),
                    Part::Literal(_) => None,
                })
                .collect(),
            Form::List(items) => items.iter().flat_map(Self::paths).collect(),
            Form::Members(members) => members.iter().flat_map(|member| member.template.paths()).collect(),
        }
    }
}

/// The brace that ends a path: paths themselves hold braces (`{a: b}`) and quoted text.
fn closing_brace(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut escaped = false;
    for (offset, character) in text.char_indices() {
        match (quote, character) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => quote = Some(character),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(offset),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::json::share;

    fn template(toml: &str) -> Result<Template, Problems> {
        let node = Node::parse_toml("t.toml", toml).expect("valid TOML");
        let mut problems = Problems::new();
        let template = Template::read(node.get("with").expect("the key"), &mut problems);
        problems.into_result(template)
    }

    fn render(toml: &str) -> Value {
        let root = json!({
            "id": "q-1", "count": 3, "names": ["a", "b"], "item": {"Id": "x", "flag": true}, "empty": "",
        });
        template(toml).expect("a valid template").render(&share(root)).expect("can be filled in")
    }

    #[test]
    fn templates_keep_types_and_leave_out_null() {
        for (toml, expected) in [
            ("with = 'plain'", json!("plain")),
            ("with = ''", json!("")),
            ("with = 7", json!(7)),
            ("with = '{id}'", json!("q-1")),
            ("with = '{count}'", json!(3)),
            ("with = '{names}'", json!(["a", "b"])),
            ("with = '{item}'", json!({"Id": "x", "flag": true})),
            ("with = 'a/{id}/{count}'", json!("a/q-1/3")),
            ("with = '{{literal}} {id}'", json!("{literal} q-1")),
            ("with = '{ {n: id} }'", json!({"n": "q-1"})),
            ("with = '{names[].{Name: @}}'", json!([{"Name": "a"}, {"Name": "b"}])),
            ("with = \"{join('}', names)}\"", json!("a}b")),
            (
                "with = { A = '{id}', B = '{nothing}', C = { D = ['{id}', '{nothing}', 1] } }",
                json!({"A": "q-1", "C": {"D": ["q-1", 1]}}),
            ),
            ("with = { A = '{empty}', B = true }", json!({"A": "", "B": true})),
        ] {
            assert_eq!(render(toml), expected, "{toml}");
        }
    }

    #[test]
    fn a_null_in_the_middle_of_text_is_an_error() {
        let template = template("with = 'a/{nothing}'").expect("valid");
        let error = template.render(&share(json!({}))).expect_err("null");
        assert_eq!(error.message, "`nothing` (t.toml:1:12) yields no text to put into a template.");
        assert_eq!(template.render_text(&share(json!({}))).expect("no error"), None);
    }

    #[test]
    fn wrong_templates_are_problems_at_their_place() {
        for (toml, expected) in [
            (
                "with = 'a{b'",
                "t.toml:1:10: template `a{b`: this brace has no partner; write it twice if it is meant as text",
            ),
            (
                "with = 'a}b'",
                "t.toml:1:10: template `a}b`: this brace has no partner; write it twice if it is meant as text",
            ),
            (
                "with = { A = ['x', '{lwer(id)}'] }",
                "t.toml:1:22: path `lwer(id)`: unknown function `lwer`\n  help: did you mean `lower`?",
            ),
        ] {
            assert_eq!(template(toml).expect_err(toml).to_string(), expected);
        }
    }
}
