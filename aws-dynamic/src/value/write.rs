//! From a JSON value to the wire.

use std::hash::{BuildHasher as _, RandomState};

use aws_smithy_schema::{
    Schema, ShapeType, prelude,
    serde::{SerdeError, SerializableStruct, ShapeSerializer},
};
use aws_smithy_types::{Blob, DateTime, date_time::Format};
use serde_json::Value;

use super::document::to_document;
use crate::schema::{Decoding, Node};

/// A structure to be written: an operation's input, or one inside it.
pub(crate) struct Input<'a> {
    pub(crate) node: &'static Node,
    pub(crate) value: &'a Value,
}

impl SerializableStruct for Input<'_> {
    fn schema(&self) -> &Schema<'_> {
        self.node.schema
    }

    fn serialize_members(&self, serializer: &mut dyn ShapeSerializer) -> Result<(), SerdeError> {
        for member in self.node.members() {
            match self.value.get(member.name) {
                None | Some(Value::Null) => {
                    if member.is_idempotency_token {
                        serializer.write_string(member.schema, &random_uuid())?;
                    }
                }
                Some(Value::Array(items)) if member.skips_empty && items.is_empty() => {}
                Some(value) if member.decoding == Decoding::Json && !value.is_string() => {
                    serializer.write_string(member.schema, &value.to_string())?;
                }
                Some(value) => {
                    write(serializer, member.payload.unwrap_or(member.schema), member.target, value)?;
                }
            }
        }
        Ok(())
    }
}

/// A version 4 UUID. Uniqueness is all that an idempotency token needs, and hasher keys are seeded by the system.
fn random_uuid() -> String {
    let random = || RandomState::new().hash_one(std::process::id());
    let (a, b) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        0x8000 | (b >> 50),
        b & 0xffff_ffff_ffff
    )
}

fn mismatch(schema: &Schema<'_>, expected: &str) -> SerdeError {
    SerdeError::custom(format!("{}: expected {expected}", schema.shape_id().as_str()))
}

fn write(
    s: &mut dyn ShapeSerializer,
    schema: &Schema<'_>,
    node: &'static Node,
    value: &Value,
) -> Result<(), SerdeError> {
    let expect = |expected| move || mismatch(schema, expected);
    match node.kind {
        ShapeType::Structure | ShapeType::Union => s.write_struct(schema, &Input { node, value }),
        ShapeType::List => {
            let items = value.as_array().ok_or_else(expect("a list"))?;
            let element = node.element();
            s.write_list_with_length(schema, items.len(), &|s| {
                items.iter().try_for_each(|item| match item {
                    Value::Null => s.write_null(element.schema),
                    item => write(s, element.schema, element, item),
                })
            })
        }
        ShapeType::Map => {
            let entries = value.as_object().ok_or_else(expect("a map"))?;
            let element = node.element();
            s.write_map_with_length(schema, entries.len(), &|s| {
                entries.iter().try_for_each(|(key, item)| {
                    s.write_string(&prelude::STRING, key)?;
                    match item {
                        Value::Null => s.write_null(element.schema),
                        item => write(s, element.schema, element, item),
                    }
                })
            })
        }
        ShapeType::Boolean => s.write_boolean(schema, value.as_bool().ok_or_else(expect("true or false"))?),
        ShapeType::Integer => {
            let number = value.as_i64().and_then(|number| i32::try_from(number).ok());
            s.write_integer(schema, number.ok_or_else(expect("a whole number of 32 bits"))?)
        }
        ShapeType::Long => s.write_long(schema, value.as_i64().ok_or_else(expect("a whole number"))?),
        ShapeType::Float => {
            #[expect(clippy::cast_possible_truncation, reason = "the wire's type is a 32 bit float")]
            let number = value.as_f64().ok_or_else(expect("a number"))? as f32;
            s.write_float(schema, number)
        }
        ShapeType::Double => s.write_double(schema, value.as_f64().ok_or_else(expect("a number"))?),
        ShapeType::Blob => {
            let text = value.as_str().ok_or_else(expect("base64 text"))?;
            let bytes =
                aws_smithy_types::base64::decode(text).map_err(|_| mismatch(schema, "base64 text"))?;
            s.write_blob(schema, Blob::new(bytes))
        }
        ShapeType::Timestamp => s.write_timestamp(schema, &timestamp(value).ok_or_else(expect("a time"))?),
        ShapeType::Document => s.write_document(schema, &to_document(value)),
        _ => s.write_string(schema, value.as_str().ok_or_else(expect("text"))?),
    }
}

/// RFC 3339 text, or seconds since 1970.
pub(super) fn timestamp(value: &Value) -> Option<DateTime> {
    match value {
        Value::String(text) => DateTime::from_str(text, Format::DateTimeWithOffset).ok(),
        value => value.as_f64().map(DateTime::from_secs_f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_version_4_and_differ() {
        let (one, two) = (random_uuid(), random_uuid());
        assert_ne!(one, two);
        assert_eq!((one.len(), &one[14..15]), (36, "4"), "{one}");
        assert!(matches!(&one[19..20], "8" | "9" | "a" | "b"), "{one}");
    }
}
