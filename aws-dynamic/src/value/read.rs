//! From the wire to a JSON value.

use aws_smithy_schema::{
    Schema, ShapeType,
    serde::{SerdeError, ShapeDeserializer},
};
use aws_smithy_types::date_time::Format;
use serde_json::{Map, Value};

use super::document::from_document;
use crate::{
    quirks::percent_decode,
    schema::{Decoding, Node},
};

/// Reads a value of `node`'s shape. Members that the model does not know are skipped.
pub(crate) fn read(
    d: &mut dyn ShapeDeserializer,
    schema: &Schema<'_>,
    node: &'static Node,
) -> Result<Value, SerdeError> {
    Ok(match node.kind {
        ShapeType::Structure | ShapeType::Union => {
            let mut object = Map::new();
            // The target's schema: a member's has no members.
            d.read_struct(node.schema, &mut |schema, d| {
                if let Some(member) = schema.member_index().and_then(|index| node.members().get(index)) {
                    let value = read(d, member.schema, member.target)?;
                    object.insert(member.name.to_owned(), decode(member.decoding, value));
                }
                Ok(())
            })?;
            Value::Object(object)
        }
        ShapeType::List => {
            let element = node.element();
            let mut items = Vec::new();
            d.read_list(schema, &mut |d| {
                items.push(read_nullable(d, element)?);
                Ok(())
            })?;
            Value::Array(items)
        }
        ShapeType::Map => {
            let element = node.element();
            let mut object = Map::new();
            d.read_map(schema, &mut |key, d| {
                object.insert(key, read_nullable(d, element)?);
                Ok(())
            })?;
            Value::Object(object)
        }
        ShapeType::Boolean => d.read_boolean(schema)?.into(),
        ShapeType::Integer => d.read_integer(schema)?.into(),
        ShapeType::Long => d.read_long(schema)?.into(),
        ShapeType::Float => d.read_float(schema)?.into(),
        ShapeType::Double => d.read_double(schema)?.into(),
        ShapeType::Blob => aws_smithy_types::base64::encode(d.read_blob(schema)?).into(),
        ShapeType::Timestamp => {
            let time = d.read_timestamp(schema)?;
            time.fmt(Format::DateTime).unwrap_or_else(|_| time.secs().to_string()).into()
        }
        ShapeType::Document => from_document(&d.read_document(schema)?),
        _ => d.read_string(schema)?.into(),
    })
}

fn read_nullable(d: &mut dyn ShapeDeserializer, element: &'static Node) -> Result<Value, SerdeError> {
    if d.is_null() {
        d.read_null()?;
        return Ok(Value::Null);
    }
    read(d, element.schema, element)
}

fn decode(decoding: Decoding, value: Value) -> Value {
    match (decoding, value) {
        (Decoding::Json, Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        (Decoding::Url, Value::String(text)) => percent_decode(&text, false).into(),
        (_, value) => value,
    }
}
