//! The names that rules may use.

/// Knows which resource types exist and what they declare.
pub trait Vocabulary {
    /// Returns the canonical name of a type, given that name or one of its aliases.
    fn resolve_type(&self, name: &str) -> Option<String>;

    /// Lists every name that a glob may match and a misspelt word may be compared with: canonical names and aliases.
    fn types(&self) -> Vec<String>;

    /// Says why there is no type of this name, where that is known: one that others have, such as of a service that has ended.
    fn why_not(&self, _name: &str) -> Option<String> {
        None
    }

    /// Lists the properties that a type declares, given its canonical name.
    fn properties(&self, type_name: &str) -> Vec<String>;
}
