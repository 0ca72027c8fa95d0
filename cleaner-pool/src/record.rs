use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::{AccountId, Details};
use crate::clock::later;
use crate::millis;

/// All that the table knows of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The account.
    pub account: AccountId,
    /// What was said of it when it was added.
    #[serde(default)]
    pub details: Details,
    /// What it is in.
    pub state: State,
    /// When it came into this state, by the clock of who wrote it. For people only.
    pub since: Timestamp,
    /// The fencing token: only grows.
    pub token: Token,
    /// Grows by one with each write, heartbeats included.
    pub version: u64,
    /// Who wrote it: tells a write that took effect, though its reply was lost, from somebody else's.
    pub request: RequestId,
    /// Where it goes once its holder is gone: it is to be quarantined, and is not renewed any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condemned: Option<Quarantine>,
    /// How many cleanings failed in a row.
    #[serde(default)]
    pub failures: u32,
    /// What made the last cleaning fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What was counted since the account was added.
    #[serde(default)]
    pub counts: Counts,
}

/// The state of an account, and what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
pub enum State {
    /// Proven clean, and free.
    Available,
    /// Handed out.
    Leased(Tenure),
    /// Waits for a worker.
    Dirty {
        /// What made it dirty.
        why: Why,
        /// No worker should take it before this time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<Timestamp>,
    },
    /// A worker is at it.
    Cleaning(Tenure),
    /// Out of use until a person restores it.
    Quarantined(Quarantine),
    /// No longer in the pool. What is left keeps the token from ever starting anew.
    Removed,
}

/// The name of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StateName {
    /// See [`State::Available`].
    Available,
    /// See [`State::Leased`].
    Leased,
    /// See [`State::Dirty`].
    Dirty,
    /// See [`State::Cleaning`].
    Cleaning,
    /// See [`State::Quarantined`].
    Quarantined,
    /// See [`State::Removed`].
    Removed,
}

/// A lease, or a cleaning: whoever has it must renew it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tenure {
    /// Who has it.
    pub holder: Holder,
    /// Heartbeats so far. Others watch this number, not the time.
    pub beat: u64,
    /// How long it lasts without a heartbeat.
    #[serde(rename = "lease_ms", with = "millis")]
    pub lease: Duration,
    /// When it ends without a further heartbeat, by the holder's clock.
    pub until: Timestamp,
}

/// Who holds an account, and what for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The person, job or machine.
    pub owner: String,
    /// The test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
}

/// What made an account dirty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It came into the pool: nobody knows what is in it.
    Added,
    /// Its holder gave it back.
    Released,
    /// Its holder fell silent.
    Expired,
    /// Its cleaning failed.
    CleaningFailed,
    /// Its worker fell silent.
    WorkerLost,
    /// Its worker was told to stop.
    Interrupted,
    /// A person took it out of quarantine.
    Restored,
}

/// Why an account is out of use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantine {
    /// The reason, in one sentence.
    pub reason: String,
    /// Who put it there.
    pub by: String,
}

/// What was counted of an account since it was added.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Leases begun.
    pub leases: u64,
    /// Leases whose holder fell silent.
    pub expired: u64,
    /// Cleanings that ended with a verified clean.
    pub cleans: u64,
    /// Cleanings that failed, lost workers included.
    pub failed_cleans: u64,
    /// What verified cleans took, all together.
    #[serde(rename = "clean_ms", with = "millis")]
    pub clean_time: Duration,
    /// What the last verified clean took.
    #[serde(rename = "last_clean_ms", with = "millis")]
    pub last_clean: Duration,
}

/// A fencing token: of two holders of one account, the one with the greater token is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub u64);

impl Token {
    /// The next one.
    #[must_use]
    pub fn raised(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one request to change a record, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RequestId(pub u128);

impl TryFrom<String> for RequestId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        u128::from_str_radix(&text, 16)
            .map(Self)
            .map_err(|error| format!("`{text}` is no request id: {error}"))
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        format!("{:032x}", id.0)
    }
}

impl State {
    /// The name of the state.
    pub fn name(&self) -> StateName {
        match self {
            Self::Available => StateName::Available,
            Self::Leased(_) => StateName::Leased,
            Self::Dirty { .. } => StateName::Dirty,
            Self::Cleaning(_) => StateName::Cleaning,
            Self::Quarantined(_) => StateName::Quarantined,
            Self::Removed => StateName::Removed,
        }
    }

    /// The lease or cleaning, if there is one.
    pub fn tenure(&self) -> Option<&Tenure> {
        match self {
            Self::Leased(tenure) | Self::Cleaning(tenure) => Some(tenure),
            _ => None,
        }
    }
}

impl StateName {
    /// The states of accounts that are in the pool, in the order of an account's life.
    pub const ALL: [Self; 5] =
        [Self::Available, Self::Leased, Self::Dirty, Self::Cleaning, Self::Quarantined];

    /// The name, as it is saved and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Leased => "leased",
            Self::Dirty => "dirty",
            Self::Cleaning => "cleaning",
            Self::Quarantined => "quarantined",
            Self::Removed => "removed",
        }
    }
}

impl fmt::Display for StateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Why {
    /// What it says, as it is saved and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Released => "released",
            Self::Expired => "expired",
            Self::CleaningFailed => "cleaning_failed",
            Self::WorkerLost => "worker_lost",
            Self::Interrupted => "interrupted",
            Self::Restored => "restored",
        }
    }
}

impl Tenure {
    /// A tenure that begins now.
    pub(crate) fn begin(holder: Holder, lease: Duration, now: Timestamp) -> Self {
        Self { holder, beat: 0, lease, until: later(now, lease) }
    }

    /// The same tenure after one more heartbeat.
    pub(crate) fn renewed(&self, now: Timestamp) -> Self {
        Self { beat: self.beat + 1, until: later(now, self.lease), ..self.clone() }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.test {
            Some(test) => write!(f, "{} ({test})", self.owner),
            None => f.write_str(&self.owner),
        }
    }
}

impl Record {
    /// Whether a worker may take the account now, by its own clock.
    pub fn is_due(&self, now: Timestamp, longest: Duration) -> bool {
        match &self.state {
            // A rest longer than any that can be asked for was written by a clock far ahead.
            State::Dirty { not_before: Some(not_before), .. } => {
                *not_before <= now || *not_before > later(now, longest)
            }
            State::Dirty { not_before: None, .. } => true,
            _ => false,
        }
    }
}
