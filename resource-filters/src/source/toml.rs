//! TOML into the tree.

use toml_edit::{Document, Item, Table, TableLike, Value as TomlValue};

use crate::source::position::LineIndex;
use crate::source::{Entry, Node, Position, Problem, Problems, Value};

pub(super) fn parse(file: &str, text: &str) -> Result<Node, Problems> {
    let index = LineIndex::new(file, text);
    match Document::parse(text) {
        Ok(document) => Ok(table(document.as_table(), &index, index.position(0))),
        Err(error) => {
            let at = index.position(error.span().map_or(0, |span| span.start));
            let message = error.message().trim().replace('\n', ", ");
            Err(Problem::new(&at, format!("invalid TOML: {message}")).into())
        }
    }
}

fn table(table: &Table, index: &LineIndex<'_>, at: Position) -> Node {
    Node { value: Value::Map(entries(table, index, &at)), at }
}

fn entries(table: &dyn TableLike, index: &LineIndex<'_>, at: &Position) -> Vec<Entry> {
    table
        .iter()
        .map(|(name, item)| {
            let span = table.get_key_value(name).and_then(|(key, _)| key.span());
            let key_at = span.map_or_else(|| at.clone(), |span| index.position(span.start));
            Entry { key: name.to_owned(), value: node(item, index, &key_at), key_at }
        })
        .collect()
}

/// `fallback` is the place of the key: tables that only dotted keys imply have no span of their own.
fn node(item: &Item, index: &LineIndex<'_>, fallback: &Position) -> Node {
    let at = item.span().map_or_else(|| fallback.clone(), |span| index.position(span.start));
    match item {
        Item::None => Node { value: Value::Null, at },
        Item::Value(value) => scalar(value, index, at),
        Item::Table(inner) => table(inner, index, at),
        Item::ArrayOfTables(tables) => {
            let items = tables.iter().map(|inner| {
                let at = inner.span().map_or_else(|| at.clone(), |span| index.position(span.start));
                table(inner, index, at)
            });
            Node { value: Value::List(items.collect()), at }
        }
    }
}

fn scalar(value: &TomlValue, index: &LineIndex<'_>, at: Position) -> Node {
    let value = match value {
        TomlValue::String(text) => Value::Text(text.value().clone()),
        TomlValue::Integer(number) => Value::Integer(*number.value()),
        TomlValue::Float(number) => Value::Float(*number.value()),
        TomlValue::Boolean(value) => Value::Bool(*value.value()),
        TomlValue::Datetime(time) => Value::Text(time.value().to_string()),
        TomlValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| {
                    let at = item.span().map_or_else(|| at.clone(), |span| index.position(span.start));
                    scalar(item, index, at)
                })
                .collect(),
        ),
        TomlValue::InlineTable(table) => Value::Map(entries(table, index, &at)),
    };
    Node { value, at }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
[IAMRole]
cloudformation = "AWS::IAM::Role"
max = 3
delete = { call = "DeleteRole", with = { RoleName = "{id}" } }
refs.vpc = "VpcId"

[[IAMRole.before]]
each = "ä"
since = 2024-01-02
"#;

    #[test]
    fn every_key_and_value_knows_its_place() {
        let node = Node::parse_toml("iam.toml", TEXT).expect("valid TOML");
        let role = node.entry("IAMRole").expect("the table");
        assert_eq!(role.key_at.to_string(), "iam.toml:2:2");
        let role = &role.value;
        let at = |node: Option<&Node>| node.map(|node| node.at.to_string()).unwrap_or_default();
        assert_eq!(at(role.get("cloudformation")), "iam.toml:3:18");
        assert_eq!(at(role.get("delete")), "iam.toml:5:10");
        let call = role.get("delete").and_then(|delete| delete.entry("call")).expect("the key");
        assert_eq!(call.key_at.to_string(), "iam.toml:5:12");
        assert_eq!(call.value.at.to_string(), "iam.toml:5:19");
        assert_eq!(at(role.get("refs").and_then(|refs| refs.get("vpc"))), "iam.toml:6:12");
        assert_eq!(
            node.to_json(),
            serde_json::json!({"IAMRole": {
                "cloudformation": "AWS::IAM::Role", "max": 3,
                "delete": {"call": "DeleteRole", "with": {"RoleName": "{id}"}},
                "refs": {"vpc": "VpcId"},
                "before": [{"each": "ä", "since": "2024-01-02"}],
            }})
        );
    }

    #[test]
    fn a_syntax_error_has_a_place_and_one_line() {
        for (text, at) in
            [("a = 1\nb = \n", "f:2:5"), ("a = 1\na = 2\n", "f:2:1"), ("[a\n", "f:1:3"), ("x = 'y", "f:1:7")]
        {
            let problems = Node::parse_toml("f", text).expect_err(text);
            let shown = problems.to_string();
            assert!(shown.starts_with(&format!("{at}: invalid TOML: ")), "{text:?}: {shown}");
            assert_eq!(shown.lines().count(), 1, "{shown}");
        }
    }
}
