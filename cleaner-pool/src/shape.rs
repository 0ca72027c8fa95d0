//! A pool as JSON, for programs. Fields are added, never renamed; `version` is raised if that does not do.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::account::{AccountId, Details};
use crate::history::Entry;
use crate::millis;
use crate::pool::{Grant, Snapshot};
use crate::record::{Counts, Record, State, StateName, Token, Why};

/// The version of all shapes.
pub const VERSION: u32 = 1;

/// All there is in a pool.
#[derive(Clone, Debug, Serialize)]
pub struct StatusShape {
    /// [`VERSION`].
    pub version: u32,
    /// When it was looked at.
    pub at: Timestamp,
    /// How many accounts are in which state.
    pub states: BTreeMap<StateName, usize>,
    /// How many wait.
    pub waiting: usize,
    /// The accounts.
    pub accounts: Vec<AccountShape>,
    /// Who waits, in order.
    pub queue: Vec<TicketShape>,
}

/// One account.
#[derive(Clone, Debug, Serialize)]
pub struct AccountShape {
    /// The account id.
    pub account: AccountId,
    /// Its state.
    pub state: StateName,
    /// Since when, by the clock of who wrote it.
    pub since: Timestamp,
    /// Its fencing token.
    pub token: Token,
    /// Who holds or cleans it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The test it is held for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// When the lease or cleaning ends without a further heartbeat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// What made it dirty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// Until when it rests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// Why it is in quarantine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// How many cleanings failed in a row.
    pub failures: u32,
    /// What made the last cleaning fail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What is known of it.
    pub details: Details,
    /// What was counted.
    pub counts: Counts,
}

/// One who waits.
#[derive(Clone, Debug, Serialize)]
pub struct TicketShape {
    /// The place.
    pub number: u64,
    /// Who waits.
    pub owner: String,
    /// What for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// The only account that will do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wants: Option<AccountId>,
    /// Since when.
    pub since: Timestamp,
}

/// An account that was handed out, or renewed.
#[derive(Clone, Debug, Serialize)]
pub struct GrantShape {
    /// [`VERSION`].
    pub version: u32,
    /// The account id.
    pub account: AccountId,
    /// The fencing token: whoever renews or gives the account back shows it.
    pub token: Token,
    /// Who holds it.
    pub owner: String,
    /// What for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<String>,
    /// How long it lasts without a heartbeat.
    #[serde(rename = "lease_ms", with = "millis")]
    pub lease: Duration,
    /// When it ends without a further heartbeat.
    pub until: Timestamp,
    /// What is known of the account.
    pub details: Details,
}

/// What happened to an account.
#[derive(Clone, Debug, Serialize)]
pub struct HistoryShape {
    /// [`VERSION`].
    pub version: u32,
    /// The account id.
    pub account: AccountId,
    /// The changes, the latest first.
    pub entries: Vec<Entry>,
}

/// One account, on its own.
#[derive(Clone, Debug, Serialize)]
pub struct ChangedShape {
    /// [`VERSION`].
    pub version: u32,
    /// The account as it is now.
    #[serde(flatten)]
    pub account: AccountShape,
}

impl From<&Record> for AccountShape {
    fn from(record: &Record) -> Self {
        let tenure = record.state.tenure();
        let (why, not_before) = match &record.state {
            State::Dirty { why, not_before } => (Some(*why), *not_before),
            _ => (None, None),
        };
        let reason = match &record.state {
            State::Quarantined(quarantine) => Some(quarantine.reason.clone()),
            _ => None,
        };
        Self {
            account: record.account.clone(),
            state: record.state.name(),
            since: record.since,
            token: record.token,
            owner: tenure.map(|tenure| tenure.holder.owner.clone()),
            test: tenure.and_then(|tenure| tenure.holder.test.clone()),
            until: tenure.map(|tenure| tenure.until),
            why,
            not_before,
            reason,
            failures: record.failures,
            causes: record.causes.clone(),
            details: record.details.clone(),
            counts: record.counts.clone(),
        }
    }
}

impl From<&Snapshot> for StatusShape {
    fn from(snapshot: &Snapshot) -> Self {
        let mut states: BTreeMap<_, _> = StateName::ALL.into_iter().map(|state| (state, 0)).collect();
        for record in &snapshot.accounts {
            *states.entry(record.state.name()).or_default() += 1;
        }
        Self {
            version: VERSION,
            at: snapshot.at,
            states,
            waiting: snapshot.tickets.len(),
            accounts: snapshot.accounts.iter().map(|record| AccountShape::from(record.as_ref())).collect(),
            queue: snapshot
                .tickets
                .iter()
                .map(|ticket| TicketShape {
                    number: ticket.number,
                    owner: ticket.holder.owner.clone(),
                    test: ticket.holder.test.clone(),
                    wants: ticket.wants.clone(),
                    since: ticket.since,
                })
                .collect(),
        }
    }
}

impl GrantShape {
    /// A grant that is held; none if it ended before its writer learned of it.
    pub fn of(grant: &Grant) -> Option<Self> {
        let tenure = grant.tenure()?;
        Some(Self {
            version: VERSION,
            account: grant.account().clone(),
            token: grant.token(),
            owner: tenure.holder.owner.clone(),
            test: tenure.holder.test.clone(),
            lease: tenure.lease,
            until: tenure.until,
            details: grant.record.details.clone(),
        })
    }
}

impl From<&Record> for ChangedShape {
    fn from(record: &Record) -> Self {
        Self { version: VERSION, account: record.into() }
    }
}

impl HistoryShape {
    /// The history of an account.
    pub fn new(account: AccountId, entries: Vec<Entry>) -> Self {
        Self { version: VERSION, account, entries }
    }
}
