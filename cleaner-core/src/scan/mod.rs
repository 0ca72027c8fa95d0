//! Finds out what there is: every type in every region, all at once under the lanes' limits.
//!
//! A listing that fails is data: nobody knows then what there is, and the run cannot be called clean.

mod bulk_tags;
mod listing;
mod scanner;

pub use scanner::{Found, ScanNeeds, Scanner, Target};

#[cfg(test)]
mod tests;
