use serde::{Deserialize, Serialize};

/// Holds something a rule may ask of a resource, and whether it could be read.
///
/// "Not there" and "could not be read" are different answers: the second keeps the resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact<T> {
    /// Read.
    Known(T),
    /// The resource, or its type, has no such thing.
    #[default]
    Absent,
    /// Nobody has asked for it yet.
    Unread,
    /// Asking failed, for this reason.
    Unreadable(Box<str>),
}

impl<T> Fact<T> {
    /// The value, if it was read.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// Whether nobody has asked for it yet.
    pub fn is_unread(&self) -> bool {
        matches!(self, Self::Unread)
    }
}

impl<T> From<Option<T>> for Fact<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Known)
    }
}
