//! Lanes: how fast the tool may call AWS.
//!
//! A lane is one service in one region of one account, the unit by which AWS limits rates. It is the only place that paces
//! calls and the only place that repeats them: neither the SDK below nor the engine above retries a call.
//!
//! ```text
//! call -> a place among those in flight -> a token of the budget -> AWS -> throttled? slow down, again
//!                                                                       -> transient? wait a little, again
//! ```

mod budget;
mod pacing;
mod quotas;
mod run;

pub use budget::Budget;
pub use pacing::{Lane, Lanes, LanesBuilder, Purpose};
pub use quotas::Quotas;
#[cfg(any(test, feature = "testkit"))]
pub(crate) use run::TRANSIENT_ATTEMPTS;
