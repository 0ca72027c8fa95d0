//! CloudFormation: stacks, which take along what they own, and stack sets.
//!
//! ```text
//! describe -> protected? -> empty what AWS refuses to delete full -> DeleteStack -> gone
//!                                                                      -> DELETE_FAILED -> DeleteStack, retaining what failed
//! ```

mod contents;
mod custom;
mod describe;
mod foreign;
mod images;
mod links;
mod refusal;
mod role;
mod stack;
mod stack_set;
mod targets;
#[cfg(test)]
mod tests;

pub(super) use stack::Stacks;
pub(super) use stack_set::StackSets;

/// The service, as botocore spells it.
const SERVICE: &str = "cloudformation";
