use std::collections::BTreeMap;
use std::ops::Index;
use std::sync::Arc;
use std::{fmt, iter};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// The facts a type declares of a resource, by name.
///
/// A map of two or three entries that is kept a million times: a sorted list without room to spare, and one list for all resources
/// in a row whose properties are the same.
#[derive(Clone, Default, PartialEq)]
pub struct Properties(Option<Arc<Sorted>>);

/// Names and values, by name.
type Sorted = Vec<(Box<str>, Value)>;

impl Properties {
    /// No properties.
    pub const fn new() -> Self {
        Self(None)
    }

    /// Keeps no list of its own if the other one is the same; the other becomes this one if it is not.
    pub(crate) fn share(&mut self, other: &mut Self) {
        if self == other {
            self.0.clone_from(&other.0);
        } else {
            other.0.clone_from(&self.0);
        }
    }

    /// The value of a property.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.place(name).ok().map(|place| &self.list()[place].1)
    }

    /// Whether there is a property of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.place(name).is_ok()
    }

    /// Sets a property.
    pub fn insert(&mut self, name: impl Into<Box<str>>, value: Value) {
        let name = name.into();
        let place = self.place(&name);
        let list = Arc::make_mut(self.0.get_or_insert_default());
        match place {
            Ok(place) => list[place].1 = value,
            Err(place) => {
                list.reserve_exact(1);
                list.insert(place, (name, value));
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list().is_empty()
    }

    /// Names and values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.list().iter().map(|(name, value)| (&**name, value))
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.list().binary_search_by(|(other, _)| (**other).cmp(name))
    }

    fn list(&self) -> &[(Box<str>, Value)] {
        self.0.as_ref().map_or(&[], |list| list.as_slice())
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

    #[test]
    fn what_is_shared_is_changed_for_one() {
        let of = |number: i32| Properties::from_iter([("a", number.into())]);
        let (mut last, mut one, mut two, mut three) = (Properties::new(), of(1), of(1), of(3));
        for properties in [&mut one, &mut two, &mut three] {
            properties.share(&mut last);
        }
        let shares = |one: &Properties, two: &Properties| std::ptr::eq(one.list(), two.list());
        assert!(shares(&one, &two) && shares(&three, &last) && !shares(&two, &three));
        two.insert("b", 2.into());
        assert_eq!((&one, &three), (&of(1), &of(3)));
        assert!(two.contains_key("a") && two.contains_key("b"));
    }
}
