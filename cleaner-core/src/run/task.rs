use serde::{Deserialize, Serialize};

/// Says what a run is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Task {
    /// Deletes resources.
    #[default]
    Clear,
    /// Empties resources, and leaves them as they are.
    ResetData,
}

impl Task {
    /// Whether resources are deleted.
    pub fn is_clear(&self) -> bool {
        *self == Self::Clear
    }
}
