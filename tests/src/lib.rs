//! What end-to-end tests, benchmarks and `cargo xtask` share: a strict AWS emulator, accounts in it, and the built
//! `aws-cleaner` run against it without a trace of the surrounding environment.
//!
//! ```text
//! venv ── emulator (child process, loopback only) ── account per test ── seed / snippet (boto3)
//!                                                        └── cli: the real binary, env cleared, deadline
//! ```
//!
//! It is for tests: failures of the harness itself are errors with a text for people, and helpers that tests call
//! in every line panic with that text.
#![deny(missing_docs)]

pub mod cli;
pub mod dynamodb_local;
pub mod emulator;
mod http;
pub mod python;
pub mod size_cap;
pub mod tree;
pub mod venv;
mod worker;

pub use cli::{Cli, Run};
pub use emulator::{Call, Credentials, Emulator};
