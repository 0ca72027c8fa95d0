use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thin_vec::ThinVec;

/// The tags of a resource, by key.
///
/// A map that is made once and kept a million times: one text of all keys and values, and where each of them ends.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tags {
    text: Box<str>,
    /// For each tag, where its key and its value end in the text, which begins with the first key.
    ends: ThinVec<(u32, u32)>,
}

impl Tags {
    /// No tags.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == key).map(|(_, value)| value)
    }

    /// Whether there is a tag with this key.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ends.iter().scan(0, |start, &(middle, end)| {
            let (from, middle, end) = (std::mem::replace(start, end as usize), middle as usize, end as usize);
            Some((&self.text[from..middle], &self.text[middle..end]))
        })
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    /// Of two values of one key, the last counts.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let pairs = pairs.into_iter().map(|(key, value)| (key.into(), value.into()));
        let sorted: BTreeMap<String, String> = pairs.collect();
        let mut text = String::with_capacity(sorted.iter().map(|(key, value)| key.len() + value.len()).sum());
        let mut end_after = |more: &str| {
            text.push_str(more);
            u32::try_from(text.len()).expect("AWS allows 50 tags of a few hundred characters")
        };
        let ends = sorted.iter().map(|(key, value)| (end_after(key), end_after(value))).collect();
        Self { text: text.into_boxed_str(), ends }
    }
}

impl<K: Into<String>, V: Into<String>, const N: usize> From<[(K, V); N]> for Tags {
    fn from(pairs: [(K, V); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl fmt::Debug for Tags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<String, String>::deserialize(deserializer).map(Self::from_iter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_last_value() {
        let tags = Tags::from([("b", "1"), ("a", "2"), ("b", "3")]);
        assert_eq!((tags.get("b"), tags.get("a"), tags.get("c")), (Some("3"), Some("2"), None));
        assert_eq!(tags.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn they_are_a_map_in_json() {
        let text = r#"{"a":"1","b":""}"#;
        let tags: Tags = serde_json::from_str(text).expect("a map");
        assert_eq!(serde_json::to_string(&tags).expect("it is written"), text);
    }
}
