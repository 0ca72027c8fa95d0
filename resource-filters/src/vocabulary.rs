//! The names that rules may use.

/// Knows which resource types exist and what they declare.
pub trait Vocabulary {
    /// Returns the canonical name of a type, given that name or one of its aliases.
    fn resolve_type(&self, name: &str) -> Option<String>;

    /// Lists every name that a glob may match and a misspelt word may be compared with: canonical names and aliases.
    fn types(&self) -> Vec<String>;

    /// Lists the properties that a type declares, given its canonical name.
    fn properties(&self, type_name: &str) -> Vec<String>;
}
