//! The strict reader of one mapping.

use crate::source::{Entry, Node, Problem, Problems, Value, nearest};

/// Reads one mapping key by key and reports whatever nobody asked for.
///
/// Every key is asked for with [`take`](Self::take) or [`require`](Self::require), whether it is there or not; what was
/// asked for is also what [`finish`](Self::finish) names as the keys that exist.
#[derive(Debug)]
pub struct MapReader<'a> {
    node: &'a Node,
    what: &'static str,
    entries: &'a [Entry],
    asked: Vec<&'static str>,
}

impl<'a> MapReader<'a> {
    /// Starts to read a mapping; anything else is a problem. `what` names it in messages: "a rule".
    pub fn new(node: &'a Node, what: &'static str, problems: &mut Problems) -> Option<Self> {
        if let Value::Map(entries) = &node.value {
            return Some(Self { node, what, entries, asked: Vec::new() });
        }
        problems.report(&node.at, format!("{what}: expected a mapping, found {}", node.kind()));
        None
    }

    /// Returns the value under a key if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<&'a Node> {
        self.take_entry(key).map(|entry| &entry.value)
    }

    /// Returns the key together with its value, for those who need the place of the key.
    pub fn take_entry(&mut self, key: &'static str) -> Option<&'a Entry> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// Returns the value under a key; its absence is a problem.
    pub fn require(&mut self, key: &'static str, problems: &mut Problems) -> Option<&'a Node> {
        let value = self.take(key);
        if value.is_none() {
            let problem = Problem::new(&self.node.at, format!("missing key `{key}` in {}", self.what));
            let typo = self.rest_entries().map(|entry| entry.key.as_str());
            problems.push(match nearest(key, typo) {
                Some(found) => problem.with_help(format!("is `{found}` meant to be `{key}`?")),
                None => problem,
            });
        }
        value
    }

    /// Ends the reading: every key that was not asked for is a problem.
    pub fn finish(self, problems: &mut Problems) {
        for entry in self.rest_entries() {
            let known: Vec<String> = self.asked.iter().map(|key| format!("`{key}`")).collect();
            let message = match known.as_slice() {
                [] => format!("unknown key `{}`, expected no key", entry.key),
                [one] => format!("unknown key `{}`, expected {one}", entry.key),
                _ => format!("unknown key `{}`, expected one of {}", entry.key, known.join(", ")),
            };
            let unused = self.asked.iter().copied().filter(|key| self.node.entry(key).is_none());
            let suggestion = nearest(&entry.key, unused);
            problems.push(Problem::new(&entry.key_at, message).with_suggestion(suggestion));
        }
    }

    /// Ends the reading of an open mapping: returns the keys that were not asked for.
    pub fn rest(self) -> Vec<&'a Entry> {
        self.rest_entries().collect()
    }

    fn rest_entries(&self) -> impl Iterator<Item = &'a Entry> {
        self.entries.iter().filter(|entry| !self.asked.contains(&entry.key.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> Node {
        Node::parse_yaml("f", text).expect("the test document is valid")
    }

    #[test]
    fn unknown_and_missing_keys_are_reported_together() {
        let node = node("a: 1\nregoins: []\nzzz: 2\n");
        let mut problems = Problems::new();
        let mut map = MapReader::new(&node, "the test", &mut problems).expect("a mapping");
        assert!(map.require("a", &mut problems).is_some());
        assert!(map.require("regions", &mut problems).is_none());
        map.finish(&mut problems);
        assert_eq!(
            problems.to_string(),
            "f:1:1: missing key `regions` in the test\n  help: is `regoins` meant to be `regions`?\n\n\
             f:2:1: unknown key `regoins`, expected one of `a`, `regions`\n  help: did you mean `regions`?\n\n\
             f:3:1: unknown key `zzz`, expected one of `a`, `regions`"
        );
    }

    #[test]
    fn an_open_mapping_gives_the_rest_in_order() {
        let node = node("x: 1\na: 2\ny: 3\n");
        let mut problems = Problems::new();
        let mut map = MapReader::new(&node, "the test", &mut problems).expect("a mapping");
        map.take("a");
        let rest: Vec<&str> = map.rest().into_iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(rest, ["x", "y"]);
    }

    #[test]
    fn anything_but_a_mapping_is_a_problem() {
        let node = node("[1]");
        let mut problems = Problems::new();
        assert!(MapReader::new(&node, "a rule", &mut problems).is_none());
        assert_eq!(problems.to_string(), "f:1:1: a rule: expected a mapping, found a list");
    }
}
