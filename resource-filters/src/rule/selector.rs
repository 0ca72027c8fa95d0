//! The `type` of a rule.

use std::collections::BTreeSet;

use globset::{Glob, GlobMatcher};

use crate::source::{Node, Problem, Problems, Value, nearest};
use crate::vocabulary::Vocabulary;

/// Selects resource types by name, alias or glob.
#[derive(Debug, Clone, Default)]
pub struct TypeSelector {
    /// The canonical names of what is selected.
    pub(crate) types: BTreeSet<String>,
    named: BTreeSet<String>,
    globs: Vec<GlobMatcher>,
}

impl TypeSelector {
    /// Returns true if a name, an alias or a glob selects the type, given its canonical name.
    pub fn selects(&self, type_name: &str) -> bool {
        // The globs once more: a type that joined after the rules were read is covered too.
        self.types.contains(type_name) || self.globs.iter().any(|glob| glob.is_match(type_name))
    }

    /// Returns true if the type is selected by its name or an alias, not only by a glob.
    pub fn names(&self, type_name: &str) -> bool {
        self.named.contains(type_name)
    }

    /// Returns true if the type is selected by a glob that itself begins with the text: by one that is about such types.
    pub fn selects_below(&self, beginning: &str, type_name: &str) -> bool {
        let mut globs = self.globs.iter().filter(|glob| glob.glob().glob().starts_with(beginning));
        globs.any(|glob| glob.is_match(type_name))
    }

    /// Returns the canonical names of the types that are selected by a name or an alias.
    pub(crate) fn named(&self) -> impl Iterator<Item = &str> {
        self.named.iter().map(String::as_str)
    }

    /// Reads one name or glob, or a list of them; `what` names the key in messages. Whatever matches no type is a problem.
    pub fn read(
        node: &Node,
        what: &str,
        vocabulary: &dyn Vocabulary,
        problems: &mut Problems,
    ) -> Option<Self> {
        let names = match &node.value {
            Value::List(items) if items.is_empty() => {
                problems.report(&node.at, format!("`{what}`: the list is empty and would match nothing"));
                return None;
            }
            Value::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let before = problems.len();
        let mut selector = Self::default();
        for name in names {
            if let Some(text) = name.text(what, problems) {
                selector.add(text, name, what, vocabulary, problems);
            }
        }
        (problems.len() == before).then_some(selector)
    }

    fn add(
        &mut self,
        text: &str,
        node: &Node,
        what: &str,
        vocabulary: &dyn Vocabulary,
        problems: &mut Problems,
    ) {
        if !text.contains(['*', '?', '[', '{']) {
            if let Some(canonical) = vocabulary.resolve_type(text) {
                self.named.insert(canonical.clone());
                self.types.insert(canonical);
                return;
            }
            if let Some(why) = vocabulary.why_not(text) {
                problems.report(&node.at, format!("there is no resource type `{text}`: {why}"));
                return;
            }
            let names = vocabulary.types();
            let suggestion = nearest(text, names.iter().map(String::as_str));
            let problem = Problem::new(&node.at, format!("unknown resource type `{text}`"));
            problems.push(problem.with_suggestion(suggestion));
            return;
        }
        let matcher = match Glob::new(text) {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                problems.report(&node.at, format!("`{what}`: invalid glob `{text}`: {}", error.kind()));
                return;
            }
        };
        let names = vocabulary.types();
        let matching: Vec<&String> = names.iter().filter(|name| matcher.is_match(name)).collect();
        // `*` means every type, even where there is none yet.
        if matching.is_empty() && text != "*" {
            let problem = Problem::new(&node.at, format!("`{text}` matches no resource type"));
            let word = text.replace(['*', '?'], "");
            let like = names
                .iter()
                .find(|name| !word.is_empty() && name.to_lowercase().contains(&word.to_lowercase()));
            let suggestion =
                like.map(String::as_str).or_else(|| nearest(&word, names.iter().map(String::as_str)));
            problems.push(problem.with_suggestion(suggestion));
            return;
        }
        self.types.extend(matching.into_iter().filter_map(|name| vocabulary.resolve_type(name)));
        self.globs.push(matcher);
    }
}
