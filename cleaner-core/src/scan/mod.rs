//! Finds out what there is: every type in every region, all at once under the lanes' limits.
//!
//! A listing that fails is data: nobody knows then what there is, and the run cannot be called clean.

mod bulk_tags;
mod listing;
mod scanner;
mod tagged;

pub use scanner::{Found, ScanNeeds, Scanner, Target};
pub(crate) use tagged::each_tagged;

#[cfg(test)]
mod tests;
