//! Calls any AWS operation from model data read at run time, on the official AWS runtime crates.
//!
//! A [`Session`] is one identity: its credentials, HTTP connections, endpoints and timeouts. It hands out a
//! [`Client`] per service and region; a client takes and gives `serde_json::Value`, in the member names of AWS's own
//! API models. Signing, credentials, timeouts and the wire protocols are AWS's code; this crate adds the schemas
//! built from [`model`] data, paging, input checks, endpoints, and one table that says what an error means
//! ([`classify`]).
//!
//! It knows no resource, never retries (whoever paces the calls does), and writes nothing to the terminal.
//!
//! ```no_run
//! # async fn example() -> Result<(), aws_dynamic::Error> {
//! use aws_dynamic::{Session, SessionOptions};
//!
//! let session = Session::load(SessionOptions::default()).await?;
//! let mut pages = session.client("sqs", "eu-west-1")?.pages("ListQueues", serde_json::json!({}));
//! while let Some(page) = pages.next().await {
//!     let _queues = &page?["QueueUrls"];
//! }
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod client;
pub mod codec;
mod endpoint;
mod error;
pub mod model;
mod observer;
mod protocol;
mod quirks;
mod schema;
mod session;
mod value;

pub use aws_credential_types::Credentials;
pub use aws_types::SdkConfig;
pub use client::{Client, Pages};
pub use endpoint::{Endpoint, Partition, partition_of};
pub use error::{Error, ErrorKind, classify};
pub use observer::{CallObserver, CallRecord, RecordingInterceptor};
pub use session::{AssumeRole, Session, SessionOptions, Timeouts};
