use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::Thing;
use crate::error::ErrorKind;
use crate::report::ItemOutcome;

/// Everything that happened, in the order in which it happened: calls, what became of things, and what the run said.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) records: Vec<Record>,
    pub(super) lives: Vec<Life>,
}

#[derive(Debug)]
pub(super) struct Record {
    pub(super) at: Duration,
    pub(super) what: What,
}

#[derive(Debug)]
pub(super) enum What {
    /// A run begins, with a new memory.
    RunBegan,
    /// A call reaches the cloud. It may be throttled, or fail in passing.
    Called { operation: Operation, target: Arc<str> },
    /// The cloud considers a deletion, or a step of one, or reads tags: this is the moment that counts.
    Asked { operation: Operation, life: usize },
    /// The cloud has answered.
    Answered { operation: Operation, target: Arc<str>, answer: Result<&'static str, ErrorKind> },
    /// A thing is there.
    Born { life: usize },
    /// A thing is gone.
    Removed { life: usize, how: How },
    /// A list was read to its end.
    Listed { kind: Arc<str>, region: Arc<str>, began: usize, found: Vec<usize> },
    /// A list could not be read.
    ListFailed { kind: Arc<str>, region: Arc<str>, error: ErrorKind },
    /// The run was told to stop.
    Stopped,
    /// The process died.
    Crashed,
    /// The run said something.
    Said { seq: u64, event: Said },
}

/// Calls, by what they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Operation {
    List,
    Describe,
    ReadTags,
    ReadDetails,
    Prepare,
    Unlink,
    Delete,
    Identify,
}

impl Operation {
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Prepare | Self::Unlink | Self::Delete)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Describe => "describe",
            Self::ReadTags => "read tags of",
            Self::ReadDetails => "read details of",
            Self::Prepare => "prepare",
            Self::Unlink => "unlink",
            Self::Delete => "delete",
            Self::Identify => "identify",
        }
    }
}

/// How a thing went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// By a call.
    Called,
    /// Its owner, or the one it is managed with, took it along.
    TakenAlong(Arc<str>),
    /// Others did it.
    Vanished,
}

/// What the run said, as far as it matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    RunStarted,
    Planned,
    ListFinished(Arc<str>, Arc<str>),
    DeleteStarted(Arc<str>),
    ItemFinished(Arc<str>, ItemOutcome),
    VerifyStarted,
    VerifyFinished,
    Stopping,
    RunFinished,
    Other,
}

/// A thing from its beginning to its end.
#[derive(Debug)]
pub(super) struct Life {
    pub(super) thing: Arc<Thing>,
    /// What tells it from another one of the same name.
    pub(super) created: Timestamp,
    /// The record of its birth.
    pub(super) born: usize,
    /// When lists begin to show it.
    pub(super) visible: Duration,
    /// The record of its end, when that was, and how it went.
    pub(super) removed: Option<(usize, Duration, How)>,
    /// When its deletion is through.
    pub(super) leaving: Option<Duration>,
    /// Why its deletion failed.
    pub(super) failed: Option<String>,
    /// Whether it was unlinked: the record.
    pub(super) cut: Option<usize>,
    pub(super) late_failures: u8,
    pub(super) refusals: usize,
    pub(super) reply_lost: bool,
}

impl Life {
    /// Whether it was there when something happened.
    pub(super) fn is_there(&self, record: usize) -> bool {
        self.born <= record && self.removed.as_ref().is_none_or(|(end, ..)| *end > record)
    }

    pub(super) fn is_present(&self) -> bool {
        self.removed.is_none()
    }
}
