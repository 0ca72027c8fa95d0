use resource_filters::Vocabulary;

use crate::config::SettingKind;

/// Knows the names a configuration may use: types and properties, and beyond them settings and protections.
pub trait TypeVocabulary: Vocabulary {
    /// The kind of a setting of a type, given its canonical name; none if the type has no such setting.
    fn setting_kind(&self, type_name: &str, setting: &str) -> Option<SettingKind>;

    /// The settings of a type, given its canonical name.
    fn settings(&self, type_name: &str) -> Vec<String>;

    /// The built-in protections that may be lifted.
    fn protections(&self) -> Vec<String>;
}
