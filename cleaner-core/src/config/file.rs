//! The keys of the file itself.

use std::collections::{BTreeMap, BTreeSet};

use resource_filters::source::{Entry, MapReader, Node, Problem, Problems, Value, nearest};
use serde_json::json;

use crate::account::AccountId;
use crate::config::body::BODY;
use crate::config::key::{Key, read_keys, schema_of, texts_schema};
use crate::config::layer::Layer;
use crate::config::scalar::{SCALARS, Scalar, ScalarKey};
use crate::config::{Origin, Source, Sourced, TypeVocabulary};

/// The version of the format.
const VERSION: i64 = 1;
const ACCOUNT_PATTERN: &str = "^[0-9]{12}$";

/// Reads the parts of a configuration; what is wrong goes into the problems, and the reading goes on.
pub(super) struct Reader<'a> {
    pub(super) vocabulary: &'a dyn TypeVocabulary,
    pub(super) problems: &'a mut Problems,
    pub(super) origin: Origin,
    pub(super) layer: Layer,
    pub(super) file: FileParts,
}

/// What a file holds besides its own layer.
#[derive(Clone, Debug, Default)]
pub(super) struct FileParts {
    pub(super) uses: Vec<Sourced<String>>,
    pub(super) presets: BTreeMap<String, Layer>,
    pub(super) accounts: BTreeMap<AccountId, AccountBlock>,
}

/// What holds for one account only.
#[derive(Clone, Debug, Default)]
pub(super) struct AccountBlock {
    pub(super) uses: Vec<Sourced<String>>,
    pub(super) layer: Layer,
}

pub(super) const FILE: &[Key] = &[
    Key {
        name: "version",
        doc: "The version of this format.",
        read: |reader, entry| {
            if let Some(version) = entry.value.integer("version", reader.problems)
                && version != VERSION
            {
                let message = format!("`version`: expected {VERSION}, found {version}");
                reader.problems.report(&entry.value.at, message);
            }
        },
        schema: || json!({"const": VERSION}),
    },
    Key {
        name: "accounts",
        doc: "The accounts that may be cleared.",
        read: |reader, entry| read_keys(reader, &entry.value, "accounts", &[ACCOUNTS]),
        schema: || schema_of(&[ACCOUNTS]),
    },
    Key {
        name: "protections",
        doc: "The built-in protections.",
        read: |reader, entry| read_keys(reader, &entry.value, "protections", &[PROTECTIONS]),
        schema: || schema_of(&[PROTECTIONS]),
    },
    Key {
        name: "protected_alias_words",
        doc: "An account whose alias holds one of these as a whole word is refused.",
        read: |reader, entry| {
            if let Some(words) = entry.value.texts("protected_alias_words", reader.problems) {
                let words = words.into_iter().map(str::to_owned).collect();
                reader.layer.alias_words = Some(reader.sourced(words, &entry.value));
            }
        },
        schema: || texts_schema(None),
    },
    Key {
        name: "assume_role",
        doc: "The role to assume before anything else.",
        read: |reader, entry| {
            let Some(mut map) = MapReader::new(&entry.value, "assume_role", reader.problems) else { return };
            for key in role_scalars() {
                if let Some(node) = map.take(key.last_name()) {
                    reader.read_scalar(key, node);
                }
            }
            map.finish(reader.problems);
        },
        schema: || {
            let properties: serde_json::Map<_, _> =
                role_scalars().map(|key| (key.last_name().to_owned(), key.schema())).collect();
            json!({"type": "object", "additionalProperties": false, "properties": properties})
        },
    },
    Key {
        name: "presets",
        doc: "Named sets of rules and choices, for `use` and for account blocks.",
        read: |reader, entry| read_presets(reader, &entry.value),
        schema: || json!({"type": "object", "additionalProperties": schema_of(&[BODY])}),
    },
    Key {
        name: "use",
        doc: "The presets that hold for every account, in this order.",
        read: |reader, entry| {
            let uses = read_uses(reader, entry);
            reader.file.uses.extend(uses);
        },
        schema: || texts_schema(None),
    },
    Key {
        name: "account_overrides",
        doc: "What holds for single accounts, by id.",
        read: |reader, entry| read_account_blocks(reader, &entry.value),
        schema: || {
            json!({
                "type": "object",
                "propertyNames": {"pattern": ACCOUNT_PATTERN},
                "additionalProperties": schema_of(&[BODY, ACCOUNT]),
            })
        },
    },
];

const ACCOUNTS: &[Key] = &[
    Key {
        name: "allow",
        doc: "If present, only these accounts may be cleared.",
        read: |reader, entry| {
            if let Some(accounts) = read_accounts(reader, &entry.value, "allow") {
                // An empty list would read as "no restriction" further on, the opposite of what it says.
                if accounts.is_empty() {
                    let message = "`allow`: the list is empty, so no account could be cleared";
                    let problem = Problem::new(&entry.value.at, message);
                    reader.problems.push(problem.with_help("remove the key to allow every account"));
                    return;
                }
                let accounts: BTreeSet<AccountId> =
                    accounts.into_iter().map(|(_, account)| account).collect();
                reader.layer.allowed_accounts = Some(reader.sourced(accounts, &entry.value));
            }
        },
        schema: || texts_schema(Some(ACCOUNT_PATTERN)),
    },
    Key {
        name: "deny",
        doc: "These accounts are never cleared.",
        read: |reader, entry| {
            for (item, account) in read_accounts(reader, &entry.value, "deny").unwrap_or_default() {
                let denied = reader.sourced((), item);
                reader.layer.denied_accounts.insert(account, denied);
            }
        },
        schema: || texts_schema(Some(ACCOUNT_PATTERN)),
    },
];

const PROTECTIONS: &[Key] = &[Key {
    name: "lift",
    doc: "The names of the protections that do not hold.",
    read: |reader, entry| read_lifted(reader, &entry.value),
    schema: || texts_schema(None),
}];

const ACCOUNT: &[Key] = &[Key {
    name: "presets",
    doc: "The presets that hold for this account, in this order.",
    // The names are kept aside by whoever reads the block.
    read: |_, _| {},
    schema: || texts_schema(None),
}];

/// The scalars that stand at the top of the file.
pub(super) fn top_scalars() -> impl Iterator<Item = &'static ScalarKey> {
    SCALARS.iter().filter(|key| !key.name.contains('.'))
}

fn role_scalars() -> impl Iterator<Item = &'static ScalarKey> {
    SCALARS.iter().filter(|key| key.name.starts_with("assume_role."))
}

impl<'a> Reader<'a> {
    pub(super) fn new(
        vocabulary: &'a dyn TypeVocabulary,
        origin: Origin,
        problems: &'a mut Problems,
    ) -> Self {
        Self { vocabulary, problems, origin, layer: Layer::default(), file: FileParts::default() }
    }

    /// Reads a whole file.
    pub(super) fn read_file(&mut self, node: &Node) {
        let Some(mut map) = MapReader::new(node, "the configuration", self.problems) else { return };
        map.require("version", self.problems);
        for key in FILE.iter().chain(BODY) {
            if let Some(entry) = map.take_entry(key.name) {
                (key.read)(self, entry);
            }
        }
        for key in top_scalars() {
            if let Some(node) = map.take(key.name) {
                self.read_scalar(key, node);
            }
        }
        map.finish(self.problems);
        self.check_uses();
    }

    pub(super) fn read_scalar(&mut self, key: &'static ScalarKey, node: &Node) {
        if let Some(value) = key.read(node, self.problems) {
            let value: Sourced<Scalar> = self.sourced(value, node);
            self.layer.scalars.insert(key.name, value);
        }
    }

    pub(super) fn sourced<T>(&self, value: T, node: &Node) -> Sourced<T> {
        Sourced { value, source: Source { origin: self.origin.clone(), at: node.at.clone() } }
    }

    /// The entries of a mapping whose keys are names.
    pub(super) fn entries<'n>(&mut self, node: &'n Node, what: &str, expected: &str) -> Option<&'n [Entry]> {
        if let Value::Map(entries) = &node.value {
            return Some(entries);
        }
        self.problems.report(&node.at, format!("`{what}`: expected {expected}, found {}", node.kind()));
        None
    }

    /// Reads keys into a layer of their own.
    fn nested(&mut self, origin: Origin, read: impl FnOnce(&mut Self)) -> Layer {
        let outer_layer = std::mem::take(&mut self.layer);
        let outer_origin = std::mem::replace(&mut self.origin, origin);
        read(self);
        self.origin = outer_origin;
        std::mem::replace(&mut self.layer, outer_layer)
    }

    /// Checks the names of presets once all presets are known.
    fn check_uses(&mut self) {
        let blocks = self.file.accounts.values().flat_map(|block| &block.uses);
        for name in self.file.uses.iter().chain(blocks) {
            if !self.file.presets.contains_key(&name.value) {
                let problem = Problem::new(&name.source.at, format!("unknown preset `{}`", name.value));
                let known = self.file.presets.keys().map(String::as_str);
                self.problems.push(match nearest(&name.value, known) {
                    Some(word) => problem.with_suggestion(Some(word)),
                    None if self.file.presets.is_empty() => problem.with_help("the file has no `presets`"),
                    None => {
                        let known: Vec<&str> = self.file.presets.keys().map(String::as_str).collect();
                        problem.with_help(format!("expected one of {}", known.join(", ")))
                    }
                });
            }
        }
    }
}

fn read_presets(reader: &mut Reader<'_>, node: &Node) {
    for entry in reader.entries(node, "presets", "a mapping of names to presets").unwrap_or_default() {
        let origin = Origin::Preset(entry.key.as_str().into());
        let layer = reader.nested(origin, |reader| read_keys(reader, &entry.value, "a preset", &[BODY]));
        reader.file.presets.insert(entry.key.clone(), layer);
    }
}

fn read_account_blocks(reader: &mut Reader<'_>, node: &Node) {
    for entry in reader.entries(node, "account_overrides", "a mapping of account ids").unwrap_or_default() {
        let Ok(account) = entry.key.parse::<AccountId>() else {
            let message = format!("`{}` is no account id, expected twelve digits", entry.key);
            reader.problems.report(&entry.key_at, message);
            continue;
        };
        let layer = reader.nested(Origin::Account(account.clone()), |reader| {
            read_keys(reader, &entry.value, "an account block", &[BODY, ACCOUNT]);
        });
        let uses = match entry.value.entry("presets") {
            Some(presets) => read_uses(reader, presets),
            None => Vec::new(),
        };
        reader.file.accounts.insert(account, AccountBlock { uses, layer });
    }
}

/// Reads the names of presets; whether they exist is checked at the end.
fn read_uses(reader: &mut Reader<'_>, entry: &Entry) -> Vec<Sourced<String>> {
    texts(reader, &entry.value, &entry.key)
        .into_iter()
        .map(|(item, name)| reader.sourced(name.to_owned(), item))
        .collect()
}

fn read_accounts<'n>(
    reader: &mut Reader<'_>,
    node: &'n Node,
    what: &str,
) -> Option<Vec<(&'n Node, AccountId)>> {
    let before = reader.problems.len();
    let mut accounts = Vec::new();
    for (item, text) in texts(reader, node, what) {
        match text.parse() {
            Ok(account) => accounts.push((item, account)),
            Err(_) => {
                let message = format!("`{what}`: `{text}` is no account id, expected twelve digits");
                reader.problems.report(&item.at, message);
            }
        }
    }
    (reader.problems.len() == before).then_some(accounts)
}

fn read_lifted(reader: &mut Reader<'_>, node: &Node) {
    let known = reader.vocabulary.protections();
    for (item, name) in texts(reader, node, "lift") {
        if known.iter().any(|word| word == name) {
            let lifted = reader.sourced((), item);
            reader.layer.lifted.insert(name.to_owned(), lifted);
        } else {
            let problem = Problem::new(&item.at, format!("unknown protection `{name}`"));
            let suggestion = nearest(name, known.iter().map(String::as_str));
            reader.problems.push(match suggestion {
                Some(word) => problem.with_suggestion(Some(word)),
                None => problem.with_help(format!("expected one of {}", known.join(", "))),
            });
        }
    }
}

/// One text or a list of texts, each with its node.
fn texts<'n>(reader: &mut Reader<'_>, node: &'n Node, what: &str) -> Vec<(&'n Node, &'n str)> {
    let items = match &node.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    };
    items.iter().filter_map(|item| Some((item, item.text(what, reader.problems)?))).collect()
}
