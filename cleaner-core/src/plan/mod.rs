//! What is to be deleted, what stays, and in which order.
//!
//! ```text
//! found resources -> relations (who uses, who owns whom) -> verdicts -> keeps spread -> graph of what waits for what
//! ```

mod data_judge;
mod excluded;
mod explain;
mod graph;
mod judge;
mod keeps;
mod relations;
mod saved;
mod stack_choice;
mod stack_name;
mod subject;
mod unlisted;
mod verdict;
mod within;

pub use data_judge::DataJudge;
pub use excluded::Excluded;
pub use explain::Explanation;
pub use graph::{Graph, Node};
pub(crate) use judge::KEEP_TAG_PROTECTION;
pub(crate) use judge::may_stay;
pub use judge::{BASELINE_RULE, Judge, KEEP_TAG, KEEP_UNTIL_TAG};
pub use keeps::spread_keeps;
pub use relations::Relations;
pub use saved::{Entry, PLAN_VERSION, Plan, PlanError};
pub use stack_choice::StackChoice;
pub(crate) use stack_choice::{STACK_ID_TAG, STACK_NAME_TAG};
pub use stack_name::{InvalidStackName, StackName};
pub use unlisted::Unlisted;
pub use verdict::{Action, Verdict};
pub(crate) use within::Remembered;
pub use within::Within;

#[cfg(test)]
mod tests;
