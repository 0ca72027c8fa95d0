//! The running proxy.

mod admin;
mod connection;
mod deferred;
mod handle;
mod loopback;
mod shared;
mod start;
mod upstream;

pub use start::{FaultProxy, Setup, StartError};
