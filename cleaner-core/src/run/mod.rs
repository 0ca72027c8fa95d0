//! The whole line, from credentials to a proven result.
//!
//! ```text
//! Cleaner::begin -> Run::plan -> (somebody confirms) -> Run::clear or Run::apply -> Report
//!   identity, guard    scan                               execute, verify
//! ```
//!
//! A run that empties what stays takes [`Run::plan_reset`] and [`Run::reset`] in their place.

mod apply;
mod baseline;
mod choice;
mod cleaner;
mod context_types;
mod coverage;
mod deadline;
mod options;
mod outcome;
mod reset;
mod restore;
mod resume;
mod say;
mod session;
mod stacks;
mod stop;
mod task;
mod verify;

pub use choice::{RegionChoice, TypeChoice};
pub use cleaner::{Cleaner, WhoAmI};
pub(crate) use context_types::context_types;
pub use coverage::Coverage;
pub(crate) use coverage::cross_checked;
pub use options::Options;
pub use session::{Run, RunError};
pub use stop::{Stop, StopCause};
pub use task::Task;
