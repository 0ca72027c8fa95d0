//! YAML into the tree, built from parser events so that an alias can be refused before it is expanded.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use crate::source::position::count;
use crate::source::{Entry, Node, Position, Problem, Problems, Value};

/// Deeper documents are refused: whatever walks a tree may recurse without a thought.
pub(super) const MAX_DEPTH: usize = 64;
/// The number of values that all aliases of a document may add up to.
const MAX_ALIASED: usize = 10_000;

pub(super) fn parse(file: &str, text: &str) -> Result<Node, Problems> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut builder = Builder::new(file);
    for event in Parser::new_from_str(text) {
        let more = match event {
            Ok((event, span)) => builder.event(event, span.start),
            Err(error) => {
                let at = builder.position(*error.marker());
                builder.problems.report(&at, format!("invalid YAML: {}", error.info()));
                false
            }
        };
        if !more {
            break;
        }
    }
    let root = builder.root.take();
    let start = Position { file: builder.file, line: 1, column: 1 };
    builder.problems.into_result(root.unwrap_or(Node { value: Value::Null, at: start }))
}

struct Builder {
    file: Arc<str>,
    problems: Problems,
    frames: Vec<Frame>,
    anchors: HashMap<usize, (Node, usize)>,
    aliased: usize,
    documents: usize,
    root: Option<Node>,
}

/// A collection that is still open.
struct Frame {
    at: Position,
    anchor: usize,
    /// The number of values in it, itself included.
    size: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map(Vec<Entry>, Key),
}

enum Key {
    /// The next node is a key.
    Expected,
    /// The next node is the value of this key.
    Read(String, Position),
    /// The next node is the value of a key that is already reported; it is dropped.
    Bad,
}

impl Builder {
    fn new(file: &str) -> Self {
        Self {
            file: file.into(),
            problems: Problems::new(),
            frames: Vec::new(),
            anchors: HashMap::new(),
            aliased: 0,
            documents: 0,
            root: None,
        }
    }

    fn position(&self, marker: Marker) -> Position {
        Position {
            file: self.file.clone(),
            line: count(marker.line().max(1)),
            column: count(marker.col() + 1),
        }
    }

    /// Takes in one event; false ends the reading.
    fn event(&mut self, event: Event<'_>, marker: Marker) -> bool {
        let at = self.position(marker);
        match event {
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.problems
                        .report(&at, "a second document starts here, expected one document per file");
                    return false;
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                if self.key_expected() {
                    self.key(text.into_owned(), at);
                } else {
                    let value = self.scalar(text, style, tag.as_deref(), &at);
                    self.value(Node { value, at }, 1, anchor);
                }
            }
            Event::SequenceStart(anchor, tag) => {
                return self.open(Content::List(Vec::new()), at, anchor, tag.as_deref());
            }
            Event::MappingStart(anchor, tag) => {
                return self.open(Content::Map(Vec::new(), Key::Expected), at, anchor, tag.as_deref());
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::Alias(anchor) => return self.alias(anchor, at),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        true
    }

    fn key_expected(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { content: Content::Map(_, Key::Expected), .. }))
    }

    fn set_key(&mut self, next: Key) {
        if let Some(Frame { content: Content::Map(_, key), .. }) = self.frames.last_mut() {
            *key = next;
        }
    }

    fn key(&mut self, text: String, at: Position) {
        let Some(Frame { content: Content::Map(entries, key), .. }) = self.frames.last_mut() else { return };
        if text == "<<" {
            let help = "write the keys out, or put what is shared into a preset";
            self.problems.push(Problem::new(&at, "merge keys `<<` are not supported").with_help(help));
            *key = Key::Bad;
        } else if let Some(first) = entries.iter().find(|entry| entry.key == text) {
            let first = &first.key_at;
            let help = format!("it is first written at line {}, column {}", first.line, first.column);
            self.problems.push(Problem::new(&at, format!("duplicate key `{text}`")).with_help(help));
            *key = Key::Bad;
        } else {
            *key = Key::Read(text, at);
        }
    }

    fn open(&mut self, content: Content, at: Position, anchor: usize, tag: Option<&Tag>) -> bool {
        if self.frames.len() >= MAX_DEPTH {
            self.problems.report(&at, format!("nested too deeply, at most {MAX_DEPTH} levels are allowed"));
            return false;
        }
        if self.key_expected() {
            self.problems.report(&at, "a key must be a scalar, found a collection");
            return false;
        }
        if let Some(tag) = tag {
            self.problems.report(&at, format!("tags such as `{tag}` are not supported"));
        }
        self.frames.push(Frame { at, anchor, size: 1, content });
        true
    }

    fn close(&mut self) {
        let Some(Frame { at, anchor, size, content }) = self.frames.pop() else { return };
        let value = match content {
            Content::List(items) => Value::List(items),
            Content::Map(entries, _) => Value::Map(entries),
        };
        self.value(Node { value, at }, size, anchor);
    }

    fn alias(&mut self, anchor: usize, at: Position) -> bool {
        if self.key_expected() {
            self.problems.report(&at, "a key must be a scalar, found an alias");
            self.set_key(Key::Bad);
            return true;
        }
        let Some((node, size)) = self.anchors.get(&anchor) else {
            self.problems.report(&at, "this alias refers to the value it is a part of");
            return false;
        };
        let size = *size;
        self.aliased += size;
        if self.aliased > MAX_ALIASED {
            self.problems.report(&at, format!("the aliases expand to more than {MAX_ALIASED} values"));
            return false;
        }
        let node = node.clone();
        self.value(node, size, 0);
        true
    }

    /// Puts a finished value where it belongs.
    fn value(&mut self, node: Node, size: usize, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.size += size;
        match &mut frame.content {
            Content::List(items) => items.push(node),
            Content::Map(entries, key) => {
                if let Key::Read(key, key_at) = std::mem::replace(key, Key::Expected) {
                    entries.push(Entry { key, key_at, value: node });
                }
            }
        }
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>, at: &Position) -> Value {
        match tag {
            Some(tag) if tag.is_yaml_core_schema() && tag.suffix == "str" => Value::Text(text.into_owned()),
            Some(tag) => {
                let problem = Problem::new(at, format!("tags such as `{tag}` are not supported"));
                self.problems.push(problem.with_help("text that starts with `!` must be in quotes"));
                Value::Null
            }
            None if style == ScalarStyle::Plain => plain(text),
            None => Value::Text(text.into_owned()),
        }
    }
}

/// Resolves an unquoted scalar. Numbers whose digits would be lost (`0123`, `+5`, `0x1F`) stay text.
pub(super) fn plain(text: Cow<'_, str>) -> Value {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Value::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Value::Float(f64::NAN),
        _ => {}
    }
    if let Ok(number) = text.parse::<i64>()
        && number.to_string() == text
    {
        return Value::Integer(number);
    }
    let digits = text.strip_prefix('-').unwrap_or(&text);
    let decimal = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.contains(['.', 'e', 'E'])
        && digits.bytes().any(|b| b.is_ascii_digit());
    match text.parse::<f64>() {
        Ok(number) if decimal => Value::Float(number),
        _ => Value::Text(text.into_owned()),
    }
}

#[cfg(test)]
mod tests;
