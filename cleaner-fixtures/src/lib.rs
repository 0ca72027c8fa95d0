//! A clean account for each test: the engine of `cleaner-core` at work on accounts of a `cleaner-pool`.
//!
//! The pool knows no resources, and the engine no pool. Here they meet:
//!
//! - [`clean_account`] runs a test in an account of its own, and clears it afterwards.
//! - [`assert_no_leftovers`] fails a test that left something behind, and says what, by type.
//! - [`clear_held`] clears an account for as long as it is held: what a worker is made of.
//!
//! A lease that gives the account back when it is dropped is [`cleaner_pool::Lease`].
#![deny(missing_docs)]

mod clearing;
mod difference;
mod fixture;

pub use clearing::{Clearing, LOOKS, clear_held};
pub use difference::{Difference, assert_no_leftovers};
pub use fixture::{After, FixtureError, TestAccount, TestAccounts, Used, clean_account, role_of};
