//! A pool of AWS test accounts: hands one to each test, and takes it back only after a verified clean.
//!
//! ```text
//!            lease                release, expiry           begin            verified clean
//! available -------> leased ----------------------> dirty -------> cleaning ---------------> available
//!                                                     ^               |
//!                                                     +---------------+ failed, the worker died
//!                                                     quarantined <---+ failed too often, refused
//! ```
//! Who holds an account may also clean it before giving it back: it goes from leased to cleaning then, under the same token.
//!
//! All of it is one table. Whoever wants an account, cleans one, or looks after the pool works on that table alone, from any
//! machine; nobody is in charge. What holds it together:
//!
//! - **Conditional writes only.** Each write names the version of the record it was made from; the pure rules are in [`state`].
//! - **A fencing token** per account that only grows: raised at each lease, each start of a cleaning, and each quarantine. Who
//!   holds an older one is refused.
//! - **Heartbeats.** A holder believes in its own lease only as long as its own clock says so; others end a lease only after they
//!   watched it stand still for longer than that ([`watch`]). No clock is compared with another's beyond a stated bound.
//! - **Lost replies** are recognized: each change carries the id of its request, and history keeps it.
//! - **First come, first served**, by tickets that die with those who wait ([`ticket`]).
//!
//! What it is not: it knows neither AWS's resources nor how to delete them. A worker is given something that cleans ([`Clean`]).

#[macro_use]
mod mutated;

mod account;
mod clock;
mod error;
mod history;
mod hold;
mod job;
mod lease;
mod metrics;
mod millis;
mod pool;
mod record;
mod settings;
pub mod shape;
pub mod state;
pub mod store;
#[cfg(any(test, feature = "testkit"))]
pub mod testkit;
#[cfg(test)]
mod tests;
pub mod ticket;
pub mod watch;
mod worker;

pub use account::{AccountId, Details, InvalidAccountId};
pub use clock::{Clock, Reading, SystemClock};
pub use error::{PoolError, Waited};
pub use history::Entry;
pub use hold::Fence;
pub use job::{Clean, Cleaned, Ended, Job};
pub use lease::Lease;
pub use metrics::prometheus;
pub use pool::{Claim, Grant, Pool, Snapshot, Wait};
pub use record::{Counts, Holder, Quarantine, Record, RequestId, State, StateName, Tenure, Token, Why};
pub use settings::Settings;
pub use worker::{Until, WorkEvent, WorkSummary, Worker};
