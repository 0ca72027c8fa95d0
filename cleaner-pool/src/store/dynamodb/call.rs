//! What DynamoDB's errors mean for a pool.

use std::error::Error as StdError;

use aws_dynamic::ErrorKind;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::store::{StoreError, StoreErrorKind};

/// What a failed call means.
pub(super) fn failed<E>(
    operation: &str,
    region: &str,
    table: &str,
    error: SdkError<E, HttpResponse>,
) -> StoreError
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let error = aws_dynamic::Error::from_sdk("dynamodb", operation, region, error);
    let kind = match (error.code(), error.kind()) {
        (Some("ConditionalCheckFailedException"), _) => StoreErrorKind::Conflict,
        (Some("TransactionConflictException" | "TransactionInProgressException"), _) => StoreErrorKind::Busy,
        (Some("ResourceNotFoundException"), _) => {
            return StoreError::new(
                StoreErrorKind::NoTable,
                format!("there is no table {table} in {region}"),
            );
        }
        (_, ErrorKind::Throttled) => StoreErrorKind::Busy,
        // An answer that nobody can read says nothing of what was done.
        (_, ErrorKind::Transient) | (None, ErrorKind::Unexpected) => StoreErrorKind::Unclear,
        (_, ErrorKind::Credentials) => StoreErrorKind::Credentials,
        _ => StoreErrorKind::Broken,
    };
    StoreError::new(kind, error.to_string())
}

/// What a failed transaction means whose first part is the account and whose last may be a ticket.
pub(super) fn failed_transaction(
    region: &str,
    table: &str,
    parts: usize,
    error: SdkError<TransactWriteItemsError, HttpResponse>,
) -> StoreError {
    if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() {
        let codes: Vec<&str> =
            cancelled.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or("None")).collect();
        if let Some(error) = cancelled_by(&codes, parts) {
            return error;
        }
    }
    failed("TransactWriteItems", region, table, error)
}

/// What the reasons of a cancelled transaction mean. The account comes first: if both it and the ticket are not as they were,
/// the account tells more.
fn cancelled_by(codes: &[&str], parts: usize) -> Option<StoreError> {
    let failed = |place: usize| codes.get(place).is_some_and(|code| *code == "ConditionalCheckFailed");
    if failed(0) {
        return Some(StoreError::new(StoreErrorKind::Conflict, "the account changed meanwhile"));
    }
    if (1..parts).any(failed) {
        return Some(StoreError::new(StoreErrorKind::TicketGone, "the ticket is gone"));
    }
    let passing = ["TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"];
    let busy = codes.iter().find(|code| passing.contains(code))?;
    Some(StoreError::new(StoreErrorKind::Busy, format!("the transaction was cancelled: {busy}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_tells_more_than_the_ticket() {
        let kind = |codes: &[&str]| cancelled_by(codes, 3).map(|error| error.kind);
        let failed = "ConditionalCheckFailed";
        assert_eq!(kind(&[failed, "None", failed]), Some(StoreErrorKind::Conflict));
        assert_eq!(kind(&["None", "None", failed]), Some(StoreErrorKind::TicketGone));
        assert_eq!(kind(&["TransactionConflict", "None", "None"]), Some(StoreErrorKind::Busy));
        assert_eq!(kind(&["ValidationError", "None", "None"]), None);
    }
}
