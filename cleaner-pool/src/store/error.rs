use std::fmt;

/// Says what a store could not do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// What it means for who asked.
    pub kind: StoreErrorKind,
    /// What happened, for people.
    pub message: String,
}

/// What a failed call means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The condition does not hold: nothing was written, unless an earlier sending of the same request was.
    Conflict,
    /// The ticket that was to be used up is gone: nothing was written.
    TicketGone,
    /// Nothing was written; it may work later.
    Busy,
    /// Nobody knows whether it was written; it may work later.
    Unclear,
    /// The table is not there, or not a pool's.
    NoTable,
    /// There are no usable credentials.
    Credentials,
    /// It cannot work: not allowed, or the store says something that makes no sense.
    Broken,
}

impl StoreError {
    /// An error with a message.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    /// Whether the same call may work later.
    pub fn may_pass(&self) -> bool {
        matches!(self.kind, StoreErrorKind::Busy | StoreErrorKind::Unclear | StoreErrorKind::Conflict)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}
