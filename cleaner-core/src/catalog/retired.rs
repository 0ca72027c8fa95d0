use std::sync::LazyLock;

use resource_filters::source::{Node, Value};

/// The names, and why there are no such types.
static RETIRED: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let text = include_str!("../../catalog-retired.toml");
    let node = Node::parse_toml("catalog-retired.toml", text).expect("a test reads it");
    let Value::Map(entries) = node.value else { return Vec::new() };
    let pairs = entries.into_iter().filter_map(|entry| match entry.value.value {
        Value::Text(why) => Some((entry.key, why)),
        _ => None,
    });
    pairs.collect()
});

/// The names of types that other tools have and this one has not, each with the reason.
pub fn retired() -> impl Iterator<Item = (&'static str, &'static str)> {
    RETIRED.iter().map(|(name, why)| (name.as_str(), why.as_str()))
}

/// Says why there is no type of this name, if that is known.
pub fn why_retired(name: &str) -> Option<&'static str> {
    retired().find(|(retired, _)| *retired == name).map(|(_, why)| why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retired_names_have_a_reason_and_are_no_types() {
        let registry = crate::builtin().expect("the types fit together");
        assert!(retired().count() > 10);
        for (name, why) in retired() {
            assert!(registry.resolve(name).is_none() && why.contains(' '), "{name}");
        }
        assert_eq!(why_retired("QLDBLedger"), Some("AWS ended QLDB in July 2025"));
        assert_eq!(why_retired("SQSQueue"), None);
    }
}
