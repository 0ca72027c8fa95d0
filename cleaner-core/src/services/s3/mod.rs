//! S3: buckets, and how a bucket of any size is emptied.
//!
//! ```text
//! walk: stretches of the key space, split where a bucket turns out to be large
//!   page of versions and markers -> batch: one DeleteObjects, while the next page is listed
//! uploads: parts of uploads nobody finished
//! ```

mod batch;
mod bucket;
mod empty;
mod key;
mod locate;
#[cfg(test)]
mod tests;
mod uploads;
mod walk;

pub(super) use bucket::Buckets;
pub(super) use empty::{BYPASS_GOVERNANCE, REMOVE_LEGAL_HOLD, empty_bucket};
