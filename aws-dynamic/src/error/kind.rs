//! The kinds of error.

use std::fmt;

/// What an error means for whoever called: the kind decides what happens next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What was asked for does not exist (any more).
    Gone,
    /// Something else must go, or settle, first.
    Dependency,
    /// AWS asks for a slower pace; the call itself was fine.
    Throttled,
    /// AWS or the network failed; the same call may work in a moment.
    Transient,
    /// The identity may not do this.
    Denied,
    /// A protection setting of the resource forbids it.
    Protected,
    /// The service or operation does not exist, or is not open to this account, in this region.
    UnsupportedRegion,
    /// The call itself was wrong; it will fail again.
    Invalid,
    /// The credentials are missing, wrong or expired: no call can succeed.
    Credentials,
    /// Everything else.
    Unexpected,
}

impl ErrorKind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Gone,
        Self::Dependency,
        Self::Throttled,
        Self::Transient,
        Self::Denied,
        Self::Protected,
        Self::UnsupportedRegion,
        Self::Invalid,
        Self::Credentials,
        Self::Unexpected,
    ];

    /// Returns the kind's name as reports spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Dependency => "dependency",
            Self::Throttled => "throttled",
            Self::Transient => "transient",
            Self::Denied => "denied",
            Self::Protected => "protected",
            Self::UnsupportedRegion => "unsupported",
            Self::Invalid => "invalid",
            Self::Credentials => "credentials",
            Self::Unexpected => "unexpected",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
