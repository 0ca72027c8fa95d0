//! IAM's actions, as data: which ones an operation needs, and which ones AWS documents besides.
//!
//! The data is in `iam/`. `actions.toml` and `foundation.toml` are written by hand; `dependents.toml` and `reference.txt`
//! come from AWS's Service Authorization Reference.

mod actions;
mod tables;

pub(crate) use actions::{operation_actions, with_dependents};
pub(crate) use tables::{exempt, foundation};

#[cfg(test)]
mod tests;
