//! JSON into the tree: `serde_json` judges the text, the reader here only finds where things are.

use serde::Deserialize as _;
use serde::de::IgnoredAny;

use crate::source::position::{LineIndex, count};
use crate::source::yaml::MAX_DEPTH;
use crate::source::{Entry, Node, Position, Problem, Problems, Value};

pub(super) fn parse(file: &str, text: &str) -> Result<Node, Problems> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    if let Err(error) = IgnoredAny::deserialize(&mut deserializer).and_then(|_| deserializer.end()) {
        let at = Position::new(file, count(error.line()), count(error.column().max(1)));
        let message = error.to_string();
        // The place is already in front; serde_json repeats it at the end.
        let message = message.split(" at line ").next().unwrap_or(&message);
        return Err(Problem::new(&at, format!("invalid JSON: {message}")).into());
    }
    let mut reader =
        Reader { text, offset: 0, depth: 0, index: LineIndex::new(file, text), problems: Problems::new() };
    let root = reader.node();
    reader.problems.into_result(root)
}

/// Walks over text that is known to be valid JSON.
struct Reader<'t> {
    text: &'t str,
    offset: usize,
    depth: usize,
    index: LineIndex<'t>,
    problems: Problems,
}

impl Reader<'_> {
    /// Skips white space and the punctuation between values, which is known to be right.
    fn next_byte(&mut self) -> u8 {
        let rest = self.text[self.offset..].trim_start_matches([' ', '\t', '\r', '\n', ',', ':']);
        self.offset = self.text.len() - rest.len();
        rest.bytes().next().unwrap_or(b' ')
    }

    fn node(&mut self) -> Node {
        let first = self.next_byte();
        let at = self.index.position(self.offset);
        let value = match first {
            b'{' | b'[' if self.depth == MAX_DEPTH => {
                self.problems
                    .report(&at, format!("nested too deeply, at most {MAX_DEPTH} levels are allowed"));
                self.offset = self.text.len();
                Value::Null
            }
            b'{' => self.nested(Self::map),
            b'[' => self.nested(Self::list),
            b'"' => Value::Text(self.string()),
            _ => self.bare(),
        };
        Node { value, at }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Value) -> Value {
        self.offset += 1;
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        // The closing bracket; the text may already be at its end after a problem.
        self.offset = self.text.len().min(self.offset + 1);
        value
    }

    fn list(&mut self) -> Value {
        let mut items = Vec::new();
        while !matches!(self.next_byte(), b']' | b' ') {
            items.push(self.node());
        }
        Value::List(items)
    }

    fn map(&mut self) -> Value {
        let mut entries: Vec<Entry> = Vec::new();
        while self.next_byte() == b'"' {
            let key_at = self.index.position(self.offset);
            let key = self.string();
            let value = self.node();
            if entries.iter().any(|entry| entry.key == key) {
                self.problems.report(&key_at, format!("duplicate key `{key}`"));
            } else {
                entries.push(Entry { key, key_at, value });
            }
        }
        Value::Map(entries)
    }

    fn string(&mut self) -> String {
        let start = self.offset;
        let bytes = self.text.as_bytes();
        self.offset += 1;
        while bytes.get(self.offset).is_some_and(|byte| *byte != b'"') {
            self.offset += if bytes[self.offset] == b'\\' { 2 } else { 1 };
        }
        self.offset = self.text.len().min(self.offset + 1);
        match serde_json::from_str(&self.text[start..self.offset]) {
            Ok(text) => text,
            // Skipping a value does not look into its escapes, so half a surrogate pair only shows here.
            Err(_) => {
                self.problems.report(&self.index.position(start), "invalid JSON: invalid escape in a string");
                String::new()
            }
        }
    }

    fn bare(&mut self) -> Value {
        let rest = &self.text[self.offset..];
        let word = rest.split([',', ']', '}', ' ', '\t', '\r', '\n']).next().unwrap_or(rest);
        self.offset += word.len();
        match word {
            "null" | "" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            number => match number.parse() {
                Ok(integer) => Value::Integer(integer),
                Err(_) => number.parse().map_or_else(|_| Value::Text(number.into()), Value::Float),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_places_and_refuses_yaml() {
        let text = "{\n\t\"a\": [1, \"x\\/\\ud83d\\ude00\\\"\", 2.5, null, true, {}],\n\t\"b\": {\"c\": \"\\u00e4\"}\n}\n";
        let node = Node::parse_json("f.json", text).expect("valid JSON");
        assert_eq!(node.get("b").map(|b| b.at.to_string()).as_deref(), Some("f.json:3:7"));
        assert_eq!(node.entry("b").map(|b| b.key_at.to_string()).as_deref(), Some("f.json:3:2"));
        assert_eq!(
            node.to_json(),
            serde_json::json!({"a": [1, "x/😀\"", 2.5, null, true, {}], "b": {"c": "ä"}})
        );
        for (text, at) in
            [("{a: 1}", "f:1:2"), ("{\"a\": 1,\n}", "f:2:1"), ("[1] # no", "f:1:5"), ("", "f:1:1")]
        {
            let shown = Node::parse_json("f", text).expect_err(text).to_string();
            assert!(shown.starts_with(&format!("{at}: invalid JSON: ")), "{text:?}: {shown}");
        }
        for (text, start) in [
            ("{\"a\": 1, \"a\": 2}", "f:1:10: duplicate key `a`"),
            ("[\"\\ud800\"]", "f:1:2: invalid JSON: invalid escape"),
        ] {
            let shown = Node::parse_json("f", text).expect_err(text).to_string();
            assert!(shown.starts_with(start), "{shown}");
        }
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        assert!(Node::parse_json("f", &deep).expect_err("deep").to_string().contains("nested too deeply"));
    }
}
