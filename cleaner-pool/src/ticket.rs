//! Who waits, and who is next.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::account::AccountId;
use crate::millis;
use crate::record::{Holder, RequestId};

/// A place in the queue. It lives as long as who waits renews it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The place: the lowest number is next.
    pub number: u64,
    /// Who waits.
    pub holder: Holder,
    /// The only account that will do, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants: Option<AccountId>,
    /// Whose it is, whatever else changes.
    pub request: RequestId,
    /// Heartbeats so far; also the version of the ticket.
    pub beat: u64,
    /// How long it lasts without a heartbeat.
    #[serde(rename = "lease_ms", with = "millis")]
    pub lease: Duration,
    /// When it ends without a further heartbeat, by the clock of who waits.
    pub until: Timestamp,
    /// Since when it is there, by the same clock. For people only.
    pub since: Timestamp,
}

/// The account that is for the last one in a queue, if there is one for it.
///
/// Each in turn takes the first account that will do. So nobody takes what is for somebody further ahead, and still nobody waits
/// for an account that is of no use to those ahead.
pub fn turn<'a>(
    ahead: impl IntoIterator<Item = Option<&'a AccountId>>,
    wants: Option<&AccountId>,
    available: &[AccountId],
) -> Option<AccountId> {
    let mut left: Vec<&AccountId> = available.iter().collect();
    let take = |left: &mut Vec<&AccountId>, wants: Option<&AccountId>| {
        let place = left.iter().position(|account| wants.is_none_or(|wants| wants == *account))?;
        Some(left.remove(place).clone())
    };
    if !mutated!(IgnoresQueue) {
        for wanted in ahead {
            if left.is_empty() {
                return None;
            }
            drop(take(&mut left, wanted));
        }
    }
    take(&mut left, wants)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u64) -> AccountId {
        format!("{number:012}").parse().expect("twelve digits")
    }

    #[test]
    fn nobody_takes_what_is_for_somebody_ahead() {
        let available = [id(1), id(2)];
        assert_eq!(turn([], None, &available), Some(id(1)));
        assert_eq!(turn([None], None, &available), Some(id(2)));
        assert_eq!(turn([None, None], None, &available), None);
    }

    #[test]
    fn whoever_wants_another_account_holds_nobody_up() {
        let available = [id(1), id(2)];
        let (one, three) = (id(1), id(3));
        assert_eq!(turn([Some(&three), Some(&three)], None, &available), Some(id(1)));
        assert_eq!(turn([Some(&one)], None, &available), Some(id(2)));
        assert_eq!(turn([None], Some(&one), &available), None);
        assert_eq!(turn([Some(&three)], Some(&one), &available), Some(id(1)));
    }
}
