//! One rule: conditions that must all hold.

mod condition;
mod evaluate;
mod keys;
mod read;
mod selector;

pub(crate) use condition::{Condition, Rule, Test};
pub(crate) use keys::{KEYS, KeyKind};
pub(crate) use read::RuleReader;
pub use selector::TypeSelector;
