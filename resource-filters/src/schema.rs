//! The JSON Schema of the filters, from the same tables that the readers follow.

use serde_json::{Map, Value, json};

use crate::filters::Filters;
use crate::matcher::{OPERATORS, OperandKind};
use crate::rule::{KEYS, KeyKind};

/// The pattern of a duration such as `1h30m`.
const DURATION: &str = "^([0-9]+[smhdw])+$";

impl Filters {
    /// Returns the schema of the `filters` key; it refers to the [definitions](Self::schema_definitions).
    pub fn schema() -> Value {
        let rules = |description| json!({"description": description, "type": "array", "items": {"$ref": "#/$defs/rule"}});
        let mut deny = rules("What matches any of these rules stays.");
        deny["type"] = json!(["array", "null"]);
        json!({
            "type": ["object", "null"],
            "additionalProperties": false,
            "properties": {
                "deny": deny,
                "allow": rules("If present, only what matches one of these rules may be deleted."),
            },
        })
    }

    /// Returns the schemas of `rule` and `matcher`, to be put under `$defs`.
    pub fn schema_definitions() -> Map<String, Value> {
        let rule = object(KEYS.iter().map(|(key, kind, doc)| (*key, key_schema(kind), *doc)));
        let operators =
            object(OPERATORS.iter().map(|(name, kind, doc)| (*name, operand_schema(*kind), *doc)));
        let matcher = json!({"anyOf": [scalar(), operators]});
        Map::from_iter([("rule".to_owned(), rule), ("matcher".to_owned(), matcher)])
    }
}

fn object<'a>(keys: impl Iterator<Item = (&'a str, Value, &'a str)>) -> Value {
    let properties: Map<String, Value> = keys
        .map(|(key, mut schema, doc)| {
            schema["description"] = doc.into();
            (key.to_owned(), schema)
        })
        .collect();
    json!({"type": "object", "additionalProperties": false, "minProperties": 1, "properties": properties})
}

fn scalar() -> Value {
    json!({"type": ["string", "integer", "boolean"]})
}

fn key_schema(kind: &KeyKind) -> Value {
    let rules = json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/rule"}});
    match kind {
        KeyKind::Types => json!({"anyOf": [
            {"type": "string"},
            {"type": "array", "minItems": 1, "items": {"type": "string"}},
        ]}),
        KeyKind::Matcher(..) => json!({"$ref": "#/$defs/matcher"}),
        KeyKind::Named(_) => {
            json!({"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/matcher"}})
        }
        KeyKind::Created => json!({"type": "string"}),
        KeyKind::Rule => json!({"$ref": "#/$defs/rule"}),
        KeyKind::All | KeyKind::Any => rules,
    }
}

fn operand_schema(kind: OperandKind) -> Value {
    match kind {
        OperandKind::Scalar => scalar(),
        OperandKind::Text(_) => json!({"type": "string", "minLength": 1}),
        OperandKind::Glob | OperandKind::Instant(_) => json!({"type": "string"}),
        OperandKind::Regex => json!({"type": "string", "format": "regex"}),
        OperandKind::List => json!({"type": "array", "minItems": 1, "items": scalar()}),
        OperandKind::Boolean => json!({"type": "boolean"}),
        OperandKind::Duration(_) => json!({"type": "string", "pattern": DURATION}),
        OperandKind::Number(_) => json!({"type": "number"}),
        OperandKind::Matcher => json!({"$ref": "#/$defs/matcher"}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_operator_is_in_the_schema() {
        let definitions = Filters::schema_definitions();
        let rule = definitions["rule"]["properties"].as_object().expect("an object");
        assert!(KEYS.iter().all(|(key, ..)| rule.contains_key(*key)) && rule.len() == KEYS.len());
        let matcher = definitions["matcher"]["anyOf"][1]["properties"].as_object().expect("an object");
        assert!(
            OPERATORS.iter().all(|(name, ..)| matcher.contains_key(*name))
                && matcher.len() == OPERATORS.len()
        );
        assert_eq!(Filters::schema()["properties"]["allow"]["items"]["$ref"], "#/$defs/rule");
    }
}
