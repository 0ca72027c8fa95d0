use std::collections::BTreeMap;
use std::ops::Index;
use std::{fmt, iter};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The facts a type declares of a resource, by name.
///
/// A map of two or three entries that is kept a million times: a sorted list without room to spare.
#[derive(Clone, Default, PartialEq)]
pub struct Properties(Vec<(Box<str>, Value)>);

impl Properties {
    /// No properties.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of a property.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|place| &self.0[place].1)
    }

    /// Whether there is a property of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Sets a property.
    pub fn insert(&mut self, name: impl Into<Box<str>>, value: Value) {
        let name = name.into();
        match self.place(&name) {
            Ok(place) => self.0[place].1 = value,
            Err(place) => {
                self.0.reserve_exact(1);
                self.0.insert(place, (name, value));
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| (**other).cmp(name))
    }
}

impl<K: Into<Box<str>>> Extend<(K, Value)> for Properties {
    fn extend<I: IntoIterator<Item = (K, Value)>>(&mut self, more: I) {
        more.into_iter().for_each(|(name, value)| self.insert(name, value));
    }
}

impl<K: Into<Box<str>>> FromIterator<(K, Value)> for Properties {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(all: I) -> Self {
        let mut properties = Self::new();
        properties.extend(all);
        properties
    }
}

impl Index<&str> for Properties {
    type Output = Value;

    /// The value of a property; null if there is none.
    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

impl fmt::Debug for Properties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Properties {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<Box<str>, Value>::deserialize(deserializer)
            .map(iter::IntoIterator::into_iter)
            .map(Self::from_iter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_its_last_value_and_they_are_a_map_in_json() {
        let mut properties: Properties = [("b", 1.into()), ("a", 2.into())].into_iter().collect();
        properties.insert("b", 3.into());
        assert_eq!(
            (&properties["a"], &properties["b"], &properties["c"]),
            (&2.into(), &3.into(), &Value::Null)
        );
        let text = serde_json::to_string(&properties).expect("it is written");
        assert_eq!(text, r#"{"a":2,"b":3}"#);
        assert_eq!(serde_json::from_str::<Properties>(&text).expect("a map"), properties);
        assert!(Properties::new().is_empty() && !properties.contains_key("c"));
    }
}
