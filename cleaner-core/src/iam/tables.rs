use std::collections::BTreeMap;
use std::sync::LazyLock;

use resource_filters::source::{Node, Value};

/// Texts by name.
pub(super) type Table = BTreeMap<String, String>;
/// Lists of texts by name.
pub(super) type Lists = BTreeMap<String, Vec<String>>;

/// What is written by hand about actions.
pub(super) struct Actions {
    /// The actions of operations, where it is not the one of the operation's name.
    pub(super) operations: Lists,
    /// Documented dependents that are not needed, with the reason.
    pub(super) not_needed: Table,
    /// Actions that the reference lacks, with the reason.
    #[cfg(test)]
    pub(super) newer: Table,
}

/// What is written by hand about actions.
pub(super) static ACTIONS: LazyLock<Actions> = LazyLock::new(|| {
    let tables = sections("actions.toml", include_str!("../../iam/actions.toml"));
    Actions {
        operations: tables.get("operations").map(lists).unwrap_or_default(),
        not_needed: tables.get("not_needed").map(texts).unwrap_or_default(),
        #[cfg(test)]
        newer: tables.get("newer").map(texts).unwrap_or_default(),
    }
});

/// The actions that AWS documents as needed besides another one.
pub(super) static DEPENDENTS: LazyLock<Lists> =
    LazyLock::new(|| lists(&parse("dependents.toml", include_str!("../../iam/dependents.toml"))));

static FOUNDATION: LazyLock<BTreeMap<String, Node>> =
    LazyLock::new(|| sections("foundation.toml", include_str!("../../iam/foundation.toml")));

/// Prefixes of actions of services that an account needs and that leave nothing to clean.
pub(crate) fn foundation() -> impl Iterator<Item = String> {
    FOUNDATION.get("services").map(texts).unwrap_or_default().into_keys()
}

/// Names of roles that are the organization's hands; some end with `*`.
pub(crate) fn exempt() -> impl Iterator<Item = String> {
    FOUNDATION.get("exempt").map(texts).unwrap_or_default().into_keys()
}

fn parse(file: &str, text: &str) -> Node {
    Node::parse_toml(file, text).expect("a test reads it")
}

fn sections(file: &str, text: &str) -> BTreeMap<String, Node> {
    let Value::Map(entries) = parse(file, text).value else { return BTreeMap::new() };
    entries.into_iter().map(|entry| (entry.key, entry.value)).collect()
}

fn texts(node: &Node) -> Table {
    let Value::Map(entries) = &node.value else { return Table::new() };
    let pairs = entries.iter().filter_map(|entry| match &entry.value.value {
        Value::Text(text) => Some((entry.key.clone(), text.clone())),
        _ => None,
    });
    pairs.collect()
}

fn lists(node: &Node) -> Lists {
    let Value::Map(entries) = &node.value else { return Lists::new() };
    let text = |node: &Node| match &node.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    let pairs = entries.iter().filter_map(|entry| match &entry.value.value {
        Value::List(items) => Some((entry.key.clone(), items.iter().filter_map(text).collect())),
        _ => None,
    });
    pairs.collect()
}
