use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::record::{RequestId, StateName, Token};

/// One change of an account, as history keeps it. Heartbeats are none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The account.
    pub account: AccountId,
    /// The version of the record that the change made.
    pub version: u64,
    /// When, by the clock of who made it.
    pub at: Timestamp,
    /// What was done: `lease`, `release`, `expire`, …
    pub what: String,
    /// The state before; none if the account was not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<StateName>,
    /// The state after.
    pub to: StateName,
    /// The fencing token after.
    pub token: Token,
    /// Who held the account, or did something to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Reasons and causes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// The request that made it.
    pub request: RequestId,
    /// When it may be forgotten, in seconds since 1970.
    pub expires: i64,
}
