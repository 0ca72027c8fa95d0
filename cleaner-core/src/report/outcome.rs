use std::fmt;

use serde::{Deserialize, Serialize};

/// Says how a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// The account holds nothing but what is kept, and a second look proved it.
    Clean,
    /// Something that should be gone is still there.
    Leftovers,
    /// Something could not be listed or read, so nobody knows whether the account is clean.
    Incomplete,
    /// A guard forbade the run; nothing was deleted.
    Refused,
    /// The run was stopped, or its deadline passed, with work left.
    Interrupted,
    /// Nothing was to be deleted; the plan was made.
    DryRun,
    /// The run could not go on.
    Failed,
}

impl Outcome {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Leftovers => "leftovers",
            Self::Incomplete => "incomplete",
            Self::Refused => "refused",
            Self::Interrupted => "interrupted",
            Self::DryRun => "dry_run",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Says what became of one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemOutcome {
    /// This run deleted it, or its owner took it along.
    Deleted,
    /// It was gone before it was its turn.
    AlreadyGone,
    /// It stays.
    Kept,
    /// Its deletion failed.
    Failed,
    /// Something else is in the way.
    Blocked,
    /// Its deletion was not begun, or not confirmed, when the run ended.
    Pending,
    /// A dry run would delete it, or empty it.
    Planned,
    /// This run emptied it; it stays, and holds nothing.
    Emptied,
}

impl ItemOutcome {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::AlreadyGone => "already_gone",
            Self::Kept => "kept",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
            Self::Pending => "pending",
            Self::Planned => "planned",
            Self::Emptied => "emptied",
        }
    }

    /// Whether what was to be done is done.
    pub fn is_done(self) -> bool {
        self.is_gone() || self == Self::Emptied
    }

    /// Whether the resource is no longer there.
    pub fn is_gone(self) -> bool {
        matches!(self, Self::Deleted | Self::AlreadyGone)
    }
}

impl fmt::Display for ItemOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Says how a listing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListStatus {
    /// All pages were read.
    Ok,
    /// The caller may not list this.
    Denied,
    /// The service does not exist in this region.
    Unsupported,
    /// AWS throttled it until the run ended.
    Throttled,
    /// It failed otherwise.
    Failed,
}

impl ListStatus {
    /// Whether it is known what there is.
    pub fn is_known(self) -> bool {
        matches!(self, Self::Ok | Self::Unsupported)
    }
}
