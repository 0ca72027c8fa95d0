use resource_filters::source::{Entry, MapReader, Node};
use serde_json::{Map, Value, json};

use super::file::Reader;

/// One key of a mapping: the only place that knows its name, its meaning, how it is read and what it may hold.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) doc: &'static str,
    pub(super) read: fn(&mut Reader<'_>, &Entry),
    pub(super) schema: fn() -> Value,
}

/// Reads a mapping by its keys; everything else in it is a problem.
pub(super) fn read_keys(reader: &mut Reader<'_>, node: &Node, what: &'static str, keys: &[&[Key]]) {
    let Some(mut map) = MapReader::new(node, what, reader.problems) else { return };
    for key in keys.iter().copied().flatten() {
        if let Some(entry) = map.take_entry(key.name) {
            (key.read)(reader, entry);
        }
    }
    map.finish(reader.problems);
}

/// The schema of a mapping that [`read_keys`] reads.
pub(super) fn schema_of(keys: &[&[Key]]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .copied()
        .flatten()
        .map(|key| {
            let mut schema = (key.schema)();
            schema["description"] = key.doc.into();
            (key.name.to_owned(), schema)
        })
        .collect();
    json!({"type": "object", "additionalProperties": false, "properties": properties})
}

/// The schema of a list of texts, optionally of one pattern.
pub(super) fn texts_schema(pattern: Option<&str>) -> Value {
    let item = match pattern {
        Some(pattern) => json!({"type": "string", "pattern": pattern}),
        None => json!({"type": "string"}),
    };
    json!({"anyOf": [item, {"type": "array", "items": item}]})
}
