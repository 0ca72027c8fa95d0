//! `cargo xtask bench`: how fast a run is, and how fast it could have been.
//!
//! ```text
//! task -> lab (release builds, a folder) -> one module per kind of benchmark -> rows -> docs/benchmarks
//! ```

mod account;
mod bound;
mod child;
mod endpoint;
mod engine;
mod lab;
mod lumigo;
mod machine;
mod page;
mod phases;
mod row;
mod server;
mod task;
mod trace;

pub(crate) use task::Bench;
