//! The tree that every document format is read into.

use crate::source::{Position, Problems, json, toml, yaml};

/// Holds one value and the place it was written at.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Where the value starts.
    pub at: Position,
}

/// Lists the kinds of value a document can hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing: an empty value, `null` or `~`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A decimal integer.
    Integer(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Text.
    Text(String),
    /// A sequence of values.
    List(Vec<Node>),
    /// A mapping, in the order it was written; keys are unique.
    Map(Vec<Entry>),
}

/// Holds one key of a mapping and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key, as text.
    pub key: String,
    /// Where the key starts.
    pub key_at: Position,
    /// The value under the key.
    pub value: Node,
}

impl Node {
    /// Parses a YAML document.
    ///
    /// # Behavior
    /// - One document per file; a second one is a problem. An empty file is null.
    /// - Scalars follow the YAML 1.2 core schema, except that a number is one only if writing it out again gives the
    ///   same digits: `0123`, `0x1F` and `+5` stay text, so an account id or a tag value never loses characters.
    /// - Duplicate keys, keys that are no scalar, merge keys and tags other than `!!str` are problems.
    /// - Aliases are resolved up to a fixed number of values, and nesting is limited.
    ///
    /// # Errors
    /// All duplicate keys and the like at once; the first syntax error ends the reading.
    pub fn parse_yaml(file: &str, text: &str) -> Result<Self, Problems> {
        yaml::parse(file, text)
    }

    /// Parses a TOML document; dates become text.
    ///
    /// # Errors
    /// The first syntax error with its place.
    pub fn parse_toml(file: &str, text: &str) -> Result<Self, Problems> {
        toml::parse(file, text)
    }

    /// Parses a JSON document.
    ///
    /// # Errors
    /// The first syntax error with its place, or all duplicate keys.
    pub fn parse_json(file: &str, text: &str) -> Result<Self, Problems> {
        json::parse(file, text)
    }

    /// Converts the tree into JSON, in the order it was written; numbers that JSON lacks become null.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Integer(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::Text(value) => value.as_str().into(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Map(entries) => {
                entries.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect()
            }
        }
    }

    /// Names the kind of the value with its article, as messages do: "a string".
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) => "a boolean",
            Value::Integer(_) => "an integer",
            Value::Float(_) => "a number",
            Value::Text(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "a mapping",
        }
    }

    /// Finds the entry under a key, if this is a mapping that has it.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// Finds the value under a key, if this is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }
}
