//! Items, to and from what they say: by way of JSON, so that the names of all members are written down once.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};

use super::key::{Key, PARTITION, SORT};
use crate::store::{StoreError, StoreErrorKind};

/// An item as DynamoDB knows it.
pub(super) type Item = HashMap<String, AttributeValue>;

/// Makes an item.
pub(super) fn item<T: Serialize>(key: Key, content: &T) -> Result<Item, StoreError> {
    let value = serde_json::to_value(content).map_err(|error| broken(&key, &error.to_string()))?;
    let Value::Object(members) = value else { return Err(broken(&key, "it has no members")) };
    let mut item = key.attributes();
    item.extend(members.into_iter().map(|(name, value)| (name, attribute(value))));
    Ok(item)
}

/// Reads an item.
pub(super) fn content<T: DeserializeOwned>(mut item: Item) -> Result<T, StoreError> {
    let mut part = |name| match item.remove(name) {
        Some(AttributeValue::S(text)) => text,
        _ => String::new(),
    };
    let key = Key { partition: part(PARTITION), sort: part(SORT) };
    let members: Option<Map<_, _>> =
        item.into_iter().map(|(name, attribute)| Some((name, value(attribute)?))).collect();
    let members = members.ok_or_else(|| broken(&key, "it has an attribute of a kind that no pool writes"))?;
    serde_json::from_value(Value::Object(members)).map_err(|error| broken(&key, &error.to_string()))
}

fn broken(key: &Key, why: &str) -> StoreError {
    let message = format!("the item {}/{} cannot be read: {why}", key.partition, key.sort);
    StoreError::new(StoreErrorKind::Broken, message)
}

fn attribute(value: Value) -> AttributeValue {
    match value {
        Value::Null => AttributeValue::Null(true),
        Value::Bool(is) => AttributeValue::Bool(is),
        Value::Number(number) => AttributeValue::N(number.to_string()),
        Value::String(text) => AttributeValue::S(text),
        Value::Array(values) => AttributeValue::L(values.into_iter().map(attribute).collect()),
        Value::Object(members) => {
            AttributeValue::M(members.into_iter().map(|(name, value)| (name, attribute(value))).collect())
        }
    }
}

fn value(attribute: AttributeValue) -> Option<Value> {
    Some(match attribute {
        AttributeValue::Null(_) => Value::Null,
        AttributeValue::Bool(is) => Value::Bool(is),
        AttributeValue::N(number) => Value::Number(self::number(&number)?),
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::L(values) => Value::Array(values.into_iter().map(value).collect::<Option<_>>()?),
        AttributeValue::M(members) => Value::Object(
            members.into_iter().map(|(name, member)| Some((name, value(member)?))).collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

fn number(text: &str) -> Option<Number> {
    let whole = text.parse::<u64>().map(Number::from).or_else(|_| text.parse::<i64>().map(Number::from));
    whole.ok().or_else(|| text.parse().ok().and_then(Number::from_f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ticket::Ticket;

    #[test]
    fn what_is_written_is_read() {
        let text = r#"{"number": 7, "holder": {"owner": "ci", "test": "t"}, "wants": "111122223333", "beat": 2,
            "request": "0000000000000000000000000000000a", "lease_ms": 30000, "until": "2026-01-02T03:04:05Z",
            "since": "2026-01-02T03:04:05Z"}"#;
        let ticket: Ticket = serde_json::from_str(text).expect("it is a ticket");
        let item = item(Key::ticket(7), &ticket).expect("it has members");
        assert_eq!(item["sk"], AttributeValue::S("00000000000000000007".to_owned()));
        assert_eq!(item["lease_ms"], AttributeValue::N("30000".to_owned()));
        assert_eq!(content::<Ticket>(item).expect("it is readable"), ticket);
    }

    #[test]
    fn an_item_that_is_no_record_is_named() {
        let item = Key::ticket(7).attributes();
        let error = content::<Ticket>(item).expect_err("it says nothing");
        assert!(error.message.starts_with("the item ticket/00000000000000000007 cannot be read"), "{error}");
    }
}
