//! The rules: which calls meet which fault, and when.

mod active;
mod bucket;
mod fault;
mod read;
mod rule;

pub(crate) use active::{Action, Active, Decision, Key};
pub use read::LoadError;
pub use rule::Rules;
