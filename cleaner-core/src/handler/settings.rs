use std::collections::BTreeSet;

/// Holds the switches of a type that are on.
///
/// Names are checked against [`TypeSpec::settings`](super::TypeSpec::settings) when the registry is bound to a configuration, so that
/// asking here cannot meet a misspelt one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings(BTreeSet<String>);

impl Settings {
    /// Whether the switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

impl FromIterator<String> for Settings {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}
