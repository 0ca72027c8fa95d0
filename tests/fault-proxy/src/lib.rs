//! A small HTTP/1.1 proxy between AWS clients and an emulator, with the limits, delays and failures of the real AWS.
//!
//! ```text
//! client ── endpoint override ── fault-proxy ── emulator
//!                                    │
//!              identify the call ─ ask the rules ─ forward, refuse, delay, repeat, lose … ─ trace
//! ```
//!
//! Rules are data; see [`Rules`] for their form. What a call is (service, region, operation, protocol) is read from the
//! credential scope of its signature, its headers, and AWS's own models; refusals have the shape of the call's
//! protocol. The proxy listens on and talks to this machine only, and it is for tests: whole messages are held in memory.
//!
//! ```
//! use fault_proxy::{FaultProxy, Rules};
//!
//! let rules = Rules::from_json(&serde_json::json!([
//!     { "fault": "latency", "delay": "20ms", "jitter": "10ms" },
//!     { "fault": "throttle", "service": "sqs", "rate": 10, "burst": 5 },
//!     { "fault": "deny", "service": "ec2", "operation": "Delete*", "region": "eu-*" },
//! ]))?;
//! let proxy = FaultProxy::start("http://127.0.0.1:4566", rules)?;
//! assert!(proxy.url().starts_with("http://127.0.0.1:"));
//! assert!(proxy.trace().is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(missing_docs)]

mod answer;
mod call;
mod http;
mod proxy;
mod rules;
mod trace;

pub use proxy::{FaultProxy, Setup, StartError};
pub use rules::{LoadError, Rules};
pub use trace::Traced;
