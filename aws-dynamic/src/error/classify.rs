//! From a code, a message and a status to a kind.

use super::{
    ErrorKind,
    glob::{contains, matches},
    rows::{ROWS, Row},
};

/// Message of an answer that has no AWS error in it: a proxy's or an emulator's page.
pub(crate) const NOT_AWS: &str = "the endpoint did not answer like AWS";

/// Returns what an error means: the first row of the table that fits decides, then the HTTP status.
///
/// Used for the dynamic client and for errors of generated SDK crates alike.
pub fn classify(
    service: &str,
    operation: &str,
    code: Option<&str>,
    message: &str,
    status: Option<u16>,
) -> ErrorKind {
    // `aws.protocols#Name`, `Name:http://...` and `AWS.Service.Name` are all spellings of `Name`.
    let code = code.map(bare_code).unwrap_or_default();
    match ROWS.iter().find(|row| fits(row, service, operation, code, message)) {
        Some(row) => row.kind,
        None => by_status(operation, code, message, status),
    }
}

fn bare_code(code: &str) -> &str {
    let code = code.rsplit_once('#').map_or(code, |(_, name)| name);
    code.split_once(':').map_or(code, |(name, _)| name).trim()
}

pub(super) fn fits(row: &Row, service: &str, operation: &str, code: &str, message: &str) -> bool {
    let listed = |patterns: &str, text: &str| patterns.split('|').any(|pattern| matches(pattern, text));
    // A row about codes never fits an answer without one.
    (row.code == "*" || !code.is_empty() && listed(row.code, code))
        && listed(row.service, service)
        && listed(row.operation, operation)
        && row.message.split('|').any(|part| contains(message, part))
}

fn by_status(operation: &str, code: &str, message: &str, status: Option<u16>) -> ErrorKind {
    match status {
        Some(429) => ErrorKind::Throttled,
        // A proxy's or an emulator's page says nothing about credentials, permissions or things.
        // A page that says "no such thing" instead of AWS's answer: this endpoint does not know the operation.
        Some(404) if message.starts_with(NOT_AWS) => ErrorKind::UnsupportedRegion,
        Some(status) if status <= 500 && message.starts_with(NOT_AWS) => ErrorKind::Unexpected,
        Some(401) => ErrorKind::Credentials,
        Some(403) => ErrorKind::Denied,
        // Without a code, only an answer that never has a body says that the thing is gone.
        Some(404 | 410) if !code.is_empty() || operation.starts_with("Head") => ErrorKind::Gone,
        Some(409 | 423) => ErrorKind::Dependency,
        Some(412) => ErrorKind::Transient,
        Some(501) => ErrorKind::UnsupportedRegion,
        Some(408 | 500..) => ErrorKind::Transient,
        _ => ErrorKind::Unexpected,
    }
}

#[cfg(test)]
mod tests;
