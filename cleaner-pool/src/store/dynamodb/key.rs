//! The keys of items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::account::AccountId;

/// The partition key.
pub(super) const PARTITION: &str = "pk";
/// The sort key.
pub(super) const SORT: &str = "sk";
/// The attribute by which DynamoDB forgets history.
pub(super) const EXPIRES: &str = "expires";

/// The partition of accounts.
pub(super) const ACCOUNTS: &str = "account";
/// The partition of tickets.
pub(super) const TICKETS: &str = "ticket";

/// The key of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) partition: String,
    pub(super) sort: String,
}

impl Key {
    pub(super) fn account(account: &AccountId) -> Self {
        Self { partition: ACCOUNTS.to_owned(), sort: account.to_string() }
    }

    pub(super) fn entry(account: &AccountId, version: u64) -> Self {
        Self { partition: history(account), sort: padded(version) }
    }

    pub(super) fn ticket(number: u64) -> Self {
        Self { partition: TICKETS.to_owned(), sort: padded(number) }
    }

    pub(super) fn counter() -> Self {
        Self { partition: "counter".to_owned(), sort: "ticket".to_owned() }
    }

    pub(super) fn format() -> Self {
        Self { partition: "format".to_owned(), sort: "pool".to_owned() }
    }

    /// The key as attributes.
    pub(super) fn attributes(self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            (PARTITION.to_owned(), AttributeValue::S(self.partition)),
            (SORT.to_owned(), AttributeValue::S(self.sort)),
        ])
    }
}

/// The partition of an account's history.
pub(super) fn history(account: &AccountId) -> String {
    format!("history#{account}")
}

/// A number whose text sorts as it does.
fn padded(number: u64) -> String {
    format!("{number:020}")
}
