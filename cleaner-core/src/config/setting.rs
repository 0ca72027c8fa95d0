use std::fmt;
use std::time::Duration;

use resource_filters::source::{Node, Problems, format_duration};

/// Says what a setting of a type holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// `true` or `false`.
    Bool,
    /// A duration such as `15m`.
    Duration,
    /// Text.
    Text,
}

impl SettingKind {
    pub(super) fn read(self, node: &Node, what: &str, problems: &mut Problems) -> Option<SettingValue> {
        match self {
            Self::Bool => node.boolean(what, problems).map(SettingValue::Bool),
            Self::Duration => node.duration(what, problems).map(SettingValue::Duration),
            Self::Text => node.text(what, problems).map(|text| SettingValue::Text(text.to_owned())),
        }
    }
}

/// Holds the value of a setting of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingValue {
    /// `true` or `false`.
    Bool(bool),
    /// A duration.
    Duration(Duration),
    /// Text.
    Text(String),
}

impl fmt::Display for SettingValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Duration(value) => f.write_str(&format_duration(*value)),
            Self::Text(value) => f.write_str(value),
        }
    }
}
