//! What is to be deleted, what stays, and in which order.
//!
//! ```text
//! found resources -> relations (who uses, who owns whom) -> verdicts -> keeps spread -> graph of what waits for what
//! ```

mod excluded;
mod explain;
mod graph;
mod judge;
mod keeps;
mod relations;
mod saved;
mod subject;
mod unlisted;
mod verdict;

pub use excluded::Excluded;
pub use explain::Explanation;
pub use graph::{Graph, Node};
pub(crate) use judge::may_stay;
pub use judge::{BASELINE_RULE, Judge, KEEP_TAG, KEEP_UNTIL_TAG};
pub use keeps::spread_keeps;
pub use relations::Relations;
pub use saved::{Entry, PLAN_VERSION, Plan, PlanError};
pub use unlisted::Unlisted;
pub use verdict::{Action, Verdict};

#[cfg(test)]
mod tests;
