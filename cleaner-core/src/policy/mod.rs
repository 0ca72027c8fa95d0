//! IAM policies, computed from the types: what a run needs, and what an account should not be able to make.
//!
//! ```text
//! types + options -> actions -> Document -> split, compact
//! types           -> deny_unsupported
//! ```

mod actions;
mod deny;
mod document;

pub use actions::{ALWAYS, actions, baseline_actions, compact, reset_data_actions, restore_actions};
pub use deny::{SERVICE_CONTROL_LIMIT, deny_unsupported};
pub use document::{ATTACHED, ATTACHED_AT_MOST, Document, INLINE_LIMIT, MANAGED_LIMIT};

#[cfg(test)]
mod tests;
