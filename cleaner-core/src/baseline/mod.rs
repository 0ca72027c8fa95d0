//! What an account held at a moment, and how what a run finds compares with that.
//!
//! ```text
//! snapshot: plan + account settings -> Baseline -> file
//! clear --baseline: file -> Baseline -> Standing of each resource (verdicts) and Drift (report)
//! ```
//!
//! A baseline protects a resource by its identity: type, region and id, and the ARN and the creation date where there are any. It
//! never protects a name.

mod created;
mod drift;
mod of_plan;
mod read;
mod standing;
mod value;
mod write;

pub use drift::{BaselineReport, Changed, ChangedSetting, Identified, Missing, Replaced, UnknownPart};
pub use read::BaselineError;
pub(crate) use standing::Standing;
pub use value::{AccountValue, BASELINE_VERSION, Baseline, BaselineList, BaselineResource};

#[cfg(test)]
mod tests;
