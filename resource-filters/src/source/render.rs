//! A value written back as one line.

use crate::source::{Node, Value, yaml};

impl Node {
    /// Writes the value as one line of YAML; text is quoted only where it must be.
    ///
    /// # Examples
    /// ```
    /// use resource_filters::source::{Node, Problems};
    ///
    /// let rule = Node::parse_yaml("f", "type: IAMRole\nname:\n  glob: ci-*\n")?;
    /// assert_eq!(rule.to_line(), r#"{type: IAMRole, name: {glob: "ci-*"}}"#);
    /// # Ok::<(), Problems>(())
    /// ```
    pub fn to_line(&self) -> String {
        match &self.value {
            Value::Null => "null".into(),
            Value::Bool(value) => value.to_string(),
            Value::Integer(value) => value.to_string(),
            Value::Float(value) => value.to_string(),
            Value::Text(text) => quoted_if_needed(text),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(Self::to_line).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Map(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|entry| format!("{}: {}", quoted_if_needed(&entry.key), entry.value.to_line()))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
        }
    }
}

fn quoted_if_needed(text: &str) -> String {
    let harmless = text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/'));
    if harmless && matches!(yaml::plain(text.into()), Value::Text(_)) {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back_as_the_same_value() {
        for line in [
            "{a: [1, 2.5, true, null], b: {c: \"1\", d: x-y/z.w}}",
            "[\"\", \"true\", \"a: b\", \"*\", \"ä\", \"a\\nb\"]",
            "{\"a b\": \"012\"}",
        ] {
            let node = Node::parse_yaml("f", line).expect(line);
            let again = Node::parse_yaml("f", &node.to_line()).expect(line);
            assert_eq!(node.to_json(), again.to_json(), "{line}");
        }
    }
}
