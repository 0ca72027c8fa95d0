//! Values without a schema.

use aws_smithy_types::{Document, Number};
use serde_json::Value;

pub(super) fn to_document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(value) => Document::Bool(*value),
        Value::String(text) => Document::String(text.clone()),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Number::PosInt(number),
            (None, Some(number)) => Number::NegInt(number),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
        Value::Array(items) => Document::Array(items.iter().map(to_document).collect()),
        Value::Object(members) => {
            Document::Object(members.iter().map(|(name, value)| (name.clone(), to_document(value))).collect())
        }
    }
}

pub(super) fn from_document(document: &Document) -> Value {
    match document {
        Document::Null => Value::Null,
        Document::Bool(value) => (*value).into(),
        Document::String(text) => text.clone().into(),
        Document::Number(Number::PosInt(number)) => (*number).into(),
        Document::Number(Number::NegInt(number)) => (*number).into(),
        Document::Number(Number::Float(number)) => (*number).into(),
        Document::Array(items) => items.iter().map(from_document).collect(),
        Document::Object(members) => {
            // The map has no order of its own.
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            members.into_iter().map(|(name, value)| (name.clone(), from_document(value))).collect()
        }
    }
}
