//! A clean account for each test: the engine of `cleaner-core` at work on accounts of a `cleaner-pool`.
//!
//! The pool knows no resources, and the engine no pool. Here they meet: [`clear_held`] clears an account for as long as it is held.
#![deny(missing_docs)]

mod clearing;

pub use clearing::{Clearing, clear_held};
