use std::fmt;

use serde::{Deserialize, Serialize};

/// Says what the engine does about an error.
///
/// AWS error codes map to kinds in one table, [`aws_dynamic::classify`]; a catalog entry may override single codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The resource does not exist: a deletion has succeeded.
    Gone,
    /// Something else still needs the resource: wait for it, then try again.
    Dependency,
    /// The caller is too fast: the lane slows down and the call is repeated.
    Throttled,
    /// The service or the network failed for now: repeated a few times.
    Transient,
    /// The caller may not do this.
    Denied,
    /// A protection of the resource itself forbids it (deletion protection, termination protection, object lock).
    Protected,
    /// The service or the operation does not exist in this region.
    UnsupportedRegion,
    /// The request is wrong: a defect of ours.
    Invalid,
    /// The credentials are missing, wrong or expired: the whole run stops.
    Credentials,
    /// The run was interrupted or its deadline passed before the call was made.
    Interrupted,
    /// Anything else.
    Unexpected,
}

impl ErrorKind {
    /// The word used in reports and events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Dependency => "dependency",
            Self::Throttled => "throttled",
            Self::Transient => "transient",
            Self::Denied => "denied",
            Self::Protected => "protected",
            Self::UnsupportedRegion => "unsupported_region",
            Self::Invalid => "invalid",
            Self::Credentials => "credentials",
            Self::Interrupted => "interrupted",
            Self::Unexpected => "unexpected",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<aws_dynamic::ErrorKind> for ErrorKind {
    fn from(kind: aws_dynamic::ErrorKind) -> Self {
        use aws_dynamic::ErrorKind as Wire;
        match kind {
            Wire::Gone => Self::Gone,
            Wire::Dependency => Self::Dependency,
            Wire::Throttled => Self::Throttled,
            Wire::Transient => Self::Transient,
            Wire::Denied => Self::Denied,
            Wire::Protected => Self::Protected,
            Wire::UnsupportedRegion => Self::UnsupportedRegion,
            Wire::Invalid => Self::Invalid,
            Wire::Credentials => Self::Credentials,
            _ => Self::Unexpected,
        }
    }
}
