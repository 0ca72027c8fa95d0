use std::num::NonZeroUsize;

use resource_filters::source::{MapReader, Node, Position, Problems, Value};

use super::entry::{Call, Each, Placed, Step};
use super::path::Path;
use super::reader::{owned, read_path, texts};
use super::template::Template;

/// Reads calls and steps; operations without a service are of the file's.
pub(super) struct StepReader<'r> {
    pub(super) service: &'r str,
    pub(super) problems: &'r mut Problems,
}

impl StepReader<'_> {
    /// Reads the call of `list = "ListThings"`.
    pub(super) fn bare_call(&mut self, node: &Node, key: &str) -> Call {
        match node.text(key, self.problems) {
            Some(text) => self.operation(text, &node.at, Template::empty(&node.at)),
            None => Call::stand_in(&node.at),
        }
    }

    /// Reads the keys `call` and `with` of a table.
    pub(super) fn call(&mut self, map: &mut MapReader<'_>, node: &Node) -> Call {
        let with = match map.take("with") {
            Some(with) if matches!(with.value, Value::Map(_)) => Template::read(with, self.problems),
            Some(with) => {
                self.problems.report(&with.at, format!("`with`: expected a table, found {}", with.kind()));
                Template::empty(&with.at)
            }
            None => Template::empty(&node.at),
        };
        let call = map.require("call", self.problems);
        match call.and_then(|call| Some((call.text("call", self.problems)?, &call.at))) {
            Some((text, at)) => self.operation(text, at, with),
            None => Call::stand_in(&node.at),
        }
    }

    fn operation(&mut self, text: &str, at: &Position, with: Template) -> Call {
        let (service, operation) = text.split_once(':').unwrap_or((self.service, text));
        if operation.is_empty() || !operation.chars().all(|character| character.is_ascii_alphanumeric()) {
            let message = format!("`{text}` is no operation, expected `Operation` or `service:Operation`");
            self.problems.report(at, message);
        }
        Call { service: service.to_owned(), operation: operation.to_owned(), at: at.clone(), with }
    }

    /// Reads one step.
    pub(super) fn step(&mut self, node: &Node) -> Option<Step> {
        let mut map = MapReader::new(node, "a step", self.problems)?;
        let call = self.call(&mut map, node);
        let each = map.take("each").and_then(|node| self.each(node));
        let chunk = map.take("chunk").and_then(|node| self.chunk(node, each.is_some()));
        let get = map.take("get").and_then(|node| {
            let mut map = MapReader::new(node, "`get`", self.problems)?;
            let call = self.call(&mut map, node);
            map.finish(self.problems);
            Some(call)
        });
        let when = map.take("when").and_then(|node| read_path(node, "when", self.problems));
        let setting = map.take("setting").and_then(|node| {
            Some(Placed { value: owned(node, "setting", self.problems)?, at: node.at.clone() })
        });
        let ignore = map.take("ignore").map(|node| texts(node, "ignore", self.problems)).unwrap_or_default();
        map.finish(self.problems);
        Some(Step { call, each, chunk, get, when, setting, ignore })
    }

    /// Reads the step that deletes: it has no switch, since a deletion that does not happen must not look like one.
    pub(super) fn deletion(&mut self, node: &Node) -> Option<Step> {
        let step = self.step(node)?;
        if let Some(setting) = &step.setting {
            self.problems
                .report(&setting.at, "`setting` has no place in `delete`: it would turn the deletion off");
        }
        Some(step)
    }

    fn each(&mut self, node: &Node) -> Option<Each> {
        let mut map = MapReader::new(node, "`each` of a step", self.problems)?;
        let call = self.call(&mut map, node);
        let items = map
            .require("items", self.problems)
            .and_then(|node| read_path(node, "items", self.problems))
            .unwrap_or_else(Path::stand_in);
        map.finish(self.problems);
        Some(Each { call, items })
    }

    fn chunk(&mut self, node: &Node, has_each: bool) -> Option<NonZeroUsize> {
        if !has_each {
            self.problems.report(&node.at, "`chunk` needs `each`");
        }
        let size = node.integer("chunk", self.problems)?;
        let size = usize::try_from(size).ok().and_then(NonZeroUsize::new);
        if size.is_none() {
            self.problems.report(&node.at, "`chunk`: expected a number of at least 1");
        }
        size
    }
}

impl Call {
    /// Stands for a call that could not be read.
    pub(super) fn stand_in(at: &Position) -> Self {
        Self { service: String::new(), operation: String::new(), at: at.clone(), with: Template::empty(at) }
    }
}

impl Step {
    /// Stands for a step that could not be read.
    pub(super) fn stand_in(at: &Position) -> Self {
        let call = Call::stand_in(at);
        Self { call, each: None, chunk: None, get: None, when: None, setting: None, ignore: Vec::new() }
    }
}
