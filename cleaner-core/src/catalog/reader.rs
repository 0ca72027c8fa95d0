use resource_filters::source::{Entry as Key, MapReader, Node, Problem, Problems, Value, nearest};

use super::entry::{
    Call, Each, Edge, Entry, ErrorRule, Level, Lookup, Managed, Parents, Placed, Protect, StatusCall, Tagged,
};
use super::path::{Path, shifted};
use super::step_reader::StepReader;
use super::template::Template;
use crate::error::ErrorKind;
use crate::handler::Scope;
use crate::resource::TypeName;

/// Reads the types of one catalog file.
///
/// # Errors
/// Everything that is wrong with the file, all at once.
pub fn read(file: &str, text: &str) -> Result<Vec<Entry>, Problems> {
    let node = Node::parse_toml(file, text)?;
    let mut problems = Problems::new();
    let Some(mut map) = MapReader::new(&node, "a catalog file", &mut problems) else { return Err(problems) };
    let service = map.require("service", &mut problems).and_then(|node| {
        Some(Placed { value: node.text("service", &mut problems)?.to_owned(), at: node.at.clone() })
    });
    // What is missing is a problem already; a stand-in lets the reading go on, so that one mistake hides no other.
    let service = service.unwrap_or_else(|| Placed { value: String::new(), at: node.at.clone() });
    let file_scope = map.take("scope").and_then(|node| scope(node, &mut problems)).unwrap_or(Scope::Regional);
    let mut entries = Vec::new();
    for key in map.rest() {
        if matches!(key.value.value, Value::Map(_)) {
            let mut reader = EntryReader { service: &service, problems: &mut problems };
            entries.extend(reader.entry(key, file_scope));
        } else {
            let message =
                format!("unknown key `{}`, expected `service`, `scope` or the table of a type", key.key);
            let suggestion = nearest(&key.key, ["service", "scope"]);
            problems.push(Problem::new(&key.key_at, message).with_suggestion(suggestion));
        }
    }
    problems.into_result(entries)
}

/// Reads the types of one service.
struct EntryReader<'r> {
    service: &'r Placed<String>,
    problems: &'r mut Problems,
}

impl EntryReader<'_> {
    fn entry(&mut self, key: &Key, file_scope: Scope) -> Option<Entry> {
        let mut map = MapReader::new(&key.value, "a type", self.problems)?;
        self.check_name(key);
        let (levels, list) = match map.require("list", self.problems) {
            Some(node) => self.listing(node),
            None => (Vec::new(), Call::stand_in(&key.key_at)),
        };
        let delete = match map.require("delete", self.problems) {
            Some(node) => self.steps().deletion(node),
            None => None,
        };
        let entry = Entry {
            name: Placed { value: TypeName::from(key.key.as_str()), at: key.key_at.clone() },
            service: self.service.clone(),
            scope: map.take("scope").and_then(|node| scope(node, self.problems)).unwrap_or(file_scope),
            aliases: map
                .take("aliases")
                .map(|node| texts(node, "aliases", self.problems))
                .unwrap_or_default(),
            cloudformation: map
                .take("cloudformation")
                .and_then(|node| owned(node, "cloudformation", self.problems)),
            levels,
            list,
            items: self.required_path(&mut map, "items"),
            describe: map.take("describe").and_then(|node| self.lookup(node, "`describe`")),
            details: map.take("details").and_then(|node| self.lookup(node, "`details`")),
            id: self.required_path(&mut map, "id"),
            label: self.path(&mut map, "name"),
            arn: self.path(&mut map, "arn"),
            arn_template: map.take("arn_template").map(|node| Template::read(node, self.problems)),
            created: self.path(&mut map, "created"),
            tags: map.take("tags").map_or(Tagged::Nowhere, |node| self.tagged(node)),
            properties: map.take("properties").map(|node| self.properties(node)).unwrap_or_default(),
            gone: self.path(&mut map, "gone"),
            deleting: self.path(&mut map, "deleting"),
            failed: self.path(&mut map, "failed"),
            managed: self.each(&mut map, "managed", Self::managed),
            protect: self.each(&mut map, "protect", Self::protect),
            refs: map.take("refs").map(|node| self.edges(node, "`refs`")).unwrap_or_default(),
            owned_by: map.take("owned_by").map(|node| self.edges(node, "`owned_by`")).unwrap_or_default(),
            part_of: map.take("part_of").map(|node| self.edges(node, "`part_of`")).unwrap_or_default(),
            delete_after: map.take("delete_after").map(|node| self.types(node)).unwrap_or_default(),
            settings: map.take("settings").map(|node| self.settings(node)).unwrap_or_default(),
            before: self.each(&mut map, "before", |reader, node| reader.steps().step(node)),
            unlink: self.each(&mut map, "unlink", |reader, node| reader.steps().step(node)),
            delete: delete.unwrap_or_else(|| super::entry::Step::stand_in(&key.key_at)),
            asynchronous: self.flag(&mut map, "async").unwrap_or(false),
            status: map.take("status").and_then(|node| self.status(node)),
            errors: self.each(&mut map, "errors", Self::error_rule),
            by_product: self.flag(&mut map, "by_product").unwrap_or(false),
            bills_idle: self.flag(&mut map, "bills_idle").unwrap_or(false),
            default: self.flag(&mut map, "default").unwrap_or(true),
            why_off: map.take("why_off").and_then(|node| owned(node, "why_off", self.problems)),
            iam_actions: map.take("iam_actions").map(|node| self.actions(node)).unwrap_or_default(),
            emulator_tested: self.flag(&mut map, "emulator_tested").unwrap_or(false),
        };
        map.finish(self.problems);
        self.check_entry(&entry);
        Some(entry)
    }

    fn check_name(&mut self, key: &Key) {
        let name = &key.key;
        if !name.starts_with(|first: char| first.is_ascii_uppercase())
            || !name.chars().all(|character| character.is_ascii_alphanumeric())
        {
            let message = format!("`{name}` is no name of a type, expected one such as `SQSQueue`");
            self.problems.report(&key.key_at, message);
        }
    }

    /// What can be checked without the models, and needs the whole type.
    fn check_entry(&mut self, entry: &Entry) {
        if let (Some(_), Some(template)) = (&entry.arn, &entry.arn_template) {
            self.problems.report(&template.at, "`arn` and `arn_template`: give only one of the two");
        }
        if let (None, None, Tagged::Bulk) = (&entry.arn, &entry.arn_template, &entry.tags) {
            let message = format!("{}: `tags = \"bulk\"` needs `arn` or `arn_template`", entry.name.value);
            self.problems.report(&entry.name.at, message);
        }
        let used: Vec<&Placed<String>> = entry.steps().filter_map(|step| step.setting.as_ref()).collect();
        for setting in &used {
            if !entry.settings.iter().any(|(declared, _)| declared.value == setting.value) {
                let message = format!("setting `{}` is not declared in `settings`", setting.value);
                let declared = entry.settings.iter().map(|(declared, _)| declared.value.as_str());
                let suggestion = nearest(&setting.value, declared);
                self.problems.push(Problem::new(&setting.at, message).with_suggestion(suggestion));
            }
        }
        if entry.default && entry.why_off.is_some() {
            let message = format!("{}: `why_off` needs `default = false`", entry.name.value);
            self.problems.report(&entry.name.at, message);
        }
        for (declared, _) in &entry.settings {
            if !used.iter().any(|setting| setting.value == declared.value) {
                self.problems
                    .report(&declared.at, format!("setting `{}` is used by no step", declared.value));
            }
        }
    }

    fn steps(&mut self) -> StepReader<'_> {
        StepReader { service: &self.service.value, problems: self.problems }
    }

    fn listing(&mut self, node: &Node) -> (Vec<Level>, Call) {
        if matches!(node.value, Value::Text(_)) {
            return (Vec::new(), self.steps().bare_call(node, "list"));
        }
        let Some(mut map) = MapReader::new(node, "`list`", self.problems) else {
            return (Vec::new(), Call::stand_in(&node.at));
        };
        let levels = match map.take("each") {
            None => Vec::new(),
            Some(Node { value: Value::List(levels), .. }) => {
                levels.iter().filter_map(|level| self.level(level)).collect()
            }
            Some(level) => self.level(level).into_iter().collect(),
        };
        let call = self.steps().call(&mut map, node);
        map.finish(self.problems);
        (levels, call)
    }

    fn level(&mut self, node: &Node) -> Option<Level> {
        let mut map = MapReader::new(node, "`each` of a listing", self.problems)?;
        let parents = if let Some(values) = map.take("values") {
            Parents::Fixed(values.list("values", self.problems)?.iter().map(Node::to_json).collect())
        } else {
            Parents::Listed(Box::new(Each {
                call: self.steps().call(&mut map, node),
                items: self.required_path(&mut map, "items"),
            }))
        };
        let when = self.path(&mut map, "when");
        map.finish(self.problems);
        Some(Level { parents, when })
    }

    fn lookup(&mut self, node: &Node, what: &'static str) -> Option<Lookup> {
        let mut map = MapReader::new(node, what, self.problems)?;
        let call = self.steps().call(&mut map, node);
        let at = self.path(&mut map, "at");
        map.finish(self.problems);
        Some(Lookup { call, at })
    }

    fn tagged(&mut self, node: &Node) -> Tagged {
        match &node.value {
            Value::Text(text) if text == "bulk" => Tagged::Bulk,
            Value::Text(_) => read_path(node, "tags", self.problems).map_or(Tagged::Nowhere, Tagged::Listed),
            Value::Map(_) => self.lookup(node, "`tags`").map_or(Tagged::Nowhere, Tagged::Call),
            _ => {
                let message = format!("`tags`: expected a path, `bulk` or a table, found {}", node.kind());
                self.problems.report(&node.at, message);
                Tagged::Nowhere
            }
        }
    }

    fn status(&mut self, node: &Node) -> Option<StatusCall> {
        let mut map = MapReader::new(node, "`status`", self.problems)?;
        let call = self.steps().call(&mut map, node);
        let gone = self.path(&mut map, "gone");
        let failed = self.path(&mut map, "failed");
        map.finish(self.problems);
        Some(StatusCall { call, gone, failed })
    }

    fn managed(&mut self, node: &Node) -> Option<Managed> {
        let mut map = MapReader::new(node, "`managed`", self.problems)?;
        let when = self.required_path(&mut map, "when");
        let why = self.required_text(&mut map, "why");
        map.finish(self.problems);
        Some(Managed { when, why: why? })
    }

    fn protect(&mut self, node: &Node) -> Option<Protect> {
        let mut map = MapReader::new(node, "`protect`", self.problems)?;
        let name = self.required_text(&mut map, "name");
        let when = self.required_path(&mut map, "when");
        let why = self.required_text(&mut map, "why");
        map.finish(self.problems);
        Some(Protect { name: name?, when, why: why? })
    }

    fn error_rule(&mut self, node: &Node) -> Option<ErrorRule> {
        let mut map = MapReader::new(node, "`errors`", self.problems)?;
        let code = self.required_text(&mut map, "code");
        let message = map.take("message").and_then(|node| owned(node, "message", self.problems));
        let kind = map.require("kind", self.problems).and_then(|node| error_kind(node, self.problems));
        map.finish(self.problems);
        Some(ErrorRule { code: code?, message, kind: kind? })
    }

    fn edges(&mut self, node: &Node, what: &'static str) -> Vec<Edge> {
        let Some(map) = MapReader::new(node, what, self.problems) else { return Vec::new() };
        let edge = |key: &Key| {
            let target = Placed { value: TypeName::from(key.key.as_str()), at: key.key_at.clone() };
            Some(Edge { target, path: read_path(&key.value, &key.key, self.problems)? })
        };
        map.rest().into_iter().filter_map(edge).collect()
    }

    fn properties(&mut self, node: &Node) -> Vec<(Placed<String>, Path)> {
        let Some(map) = MapReader::new(node, "`properties`", self.problems) else { return Vec::new() };
        let property = |key: &Key| {
            let name = Placed { value: key.key.clone(), at: key.key_at.clone() };
            Some((name, read_path(&key.value, &key.key, self.problems)?))
        };
        map.rest().into_iter().filter_map(property).collect()
    }

    fn settings(&mut self, node: &Node) -> Vec<(Placed<String>, String)> {
        let Some(map) = MapReader::new(node, "`settings`", self.problems) else { return Vec::new() };
        let setting = |key: &Key| {
            let name = Placed { value: key.key.clone(), at: key.key_at.clone() };
            Some((name, owned(&key.value, &key.key, self.problems)?))
        };
        map.rest().into_iter().filter_map(setting).collect()
    }

    fn types(&mut self, node: &Node) -> Vec<Placed<TypeName>> {
        let name = |node: &Node, text: &str| Placed { value: TypeName::from(text), at: node.at.clone() };
        match &node.value {
            Value::List(items) => items
                .iter()
                .filter_map(|item| Some(name(item, item.text("delete_after", self.problems)?)))
                .collect(),
            _ => node.text("delete_after", self.problems).map(|text| name(node, text)).into_iter().collect(),
        }
    }

    fn actions(&mut self, node: &Node) -> Vec<Placed<String>> {
        let Some(nodes) = node.list("iam_actions", self.problems) else { return Vec::new() };
        let mut actions = Vec::new();
        for node in nodes {
            let Some(action) = node.text("iam_actions", self.problems) else { continue };
            let is_name = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            match action.split_once(':') {
                Some((service, name)) if is_name(service) && is_name(name) && !name.is_empty() => {
                    actions.push(Placed { value: action.to_owned(), at: node.at.clone() });
                }
                _ => {
                    let message =
                        format!("`{action}` is no action of IAM, expected one such as `sqs:DeleteQueue`");
                    self.problems.report(&node.at, message);
                }
            }
        }
        actions
    }

    fn each<T>(
        &mut self,
        map: &mut MapReader<'_>,
        key: &'static str,
        mut read: impl FnMut(&mut Self, &Node) -> Option<T>,
    ) -> Vec<T> {
        let Some(nodes) = map.take(key).and_then(|node| node.list(key, self.problems)) else {
            return Vec::new();
        };
        nodes.iter().filter_map(|node| read(self, node)).collect()
    }

    fn path(&mut self, map: &mut MapReader<'_>, key: &'static str) -> Option<Path> {
        read_path(map.take(key)?, key, self.problems)
    }

    fn required_path(&mut self, map: &mut MapReader<'_>, key: &'static str) -> Path {
        map.require(key, self.problems)
            .and_then(|node| read_path(node, key, self.problems))
            .unwrap_or_else(Path::stand_in)
    }

    fn required_text(&mut self, map: &mut MapReader<'_>, key: &'static str) -> Option<String> {
        owned(map.require(key, self.problems)?, key, self.problems)
    }

    fn flag(&mut self, map: &mut MapReader<'_>, key: &'static str) -> Option<bool> {
        map.take(key)?.boolean(key, self.problems)
    }
}

/// Reads a path.
pub(super) fn read_path(node: &Node, what: &str, problems: &mut Problems) -> Option<Path> {
    match Path::compile(node.text(what, problems)?, shifted(&node.at, 1)) {
        Ok(path) => Some(path),
        Err(problem) => {
            problems.push(problem);
            None
        }
    }
}

/// Reads text of which the entry keeps a copy.
pub(super) fn owned(node: &Node, what: &str, problems: &mut Problems) -> Option<String> {
    node.text(what, problems).map(str::to_owned)
}

/// Reads a list of texts.
pub(super) fn texts(node: &Node, what: &str, problems: &mut Problems) -> Vec<String> {
    node.texts(what, problems).unwrap_or_default().into_iter().map(str::to_owned).collect()
}

/// Reads where things are.
pub(super) fn scope(node: &Node, problems: &mut Problems) -> Option<Scope> {
    const SCOPES: [(&str, Scope); 2] = [("regional", Scope::Regional), ("global", Scope::Global)];
    choice(node, "scope", &SCOPES, problems)
}

fn error_kind(node: &Node, problems: &mut Problems) -> Option<ErrorKind> {
    const KINDS: [(&str, ErrorKind); 8] = [
        ("gone", ErrorKind::Gone),
        ("dependency", ErrorKind::Dependency),
        ("throttled", ErrorKind::Throttled),
        ("transient", ErrorKind::Transient),
        ("denied", ErrorKind::Denied),
        ("protected", ErrorKind::Protected),
        ("unsupported", ErrorKind::UnsupportedRegion),
        ("invalid", ErrorKind::Invalid),
    ];
    choice(node, "kind", &KINDS, problems)
}

/// Reads one word of a few.
fn choice<T: Copy>(node: &Node, what: &str, words: &[(&str, T)], problems: &mut Problems) -> Option<T> {
    let text = node.text(what, problems)?;
    let found = words.iter().find(|(word, _)| *word == text).map(|(_, value)| *value);
    if found.is_none() {
        let known: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let message = format!("`{what}`: expected one of {}, found `{text}`", known.join(", "));
        let suggestion = nearest(text, words.iter().map(|(word, _)| *word));
        problems.push(Problem::new(&node.at, message).with_suggestion(suggestion));
    }
    found
}

#[cfg(test)]
mod tests;
