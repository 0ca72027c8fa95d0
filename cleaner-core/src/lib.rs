#![deny(missing_docs)]
#![deny(clippy::print_stdout, clippy::print_stderr)]
//! Takes a used AWS test account back to the state it should be in.
//!
//! ```text
//! identity -> guard -> scan -> plan -> execute -> verify -> report
//! ```

#[macro_use]
mod mutated;

pub mod account;
pub mod baseline;
mod builtin;
pub mod catalog;
pub mod config;
pub mod error;
pub mod event;
pub mod execute;
pub mod handler;
mod iam;
pub mod lane;
pub mod organization;
pub mod plan;
pub mod policy;
pub mod report;
pub mod resource;
pub mod restore;
pub mod run;
pub mod scan;
pub mod services;

#[cfg(any(test, feature = "testkit"))]
pub mod testkit;

pub use builtin::{TypesError, builtin, with_catalogs};
