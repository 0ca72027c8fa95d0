//! Deletes the items of a plan: each as soon as all it waits for is gone and its lane has room.
//!
//! ```text
//! waiting -> ready -> (unlink) -> deleting -> gone
//!               ^                  |     \-> confirming -> gone        AWS works on it: asked for all of a type at once
//!               +---- parked <-----+              |
//!               +---------------------------------+                    still there, or failed late: asked again
//! ```
//! There are no passes and no fixed sleeps: the dispatcher wakes up by events and timers. It is the only place that changes the
//! state of items; the deletions run as tasks that know nothing of each other.

mod blockers;
mod dispatcher;
mod give_up;
mod item;
mod poll;
mod ready;

pub use blockers::Blockers;
pub use dispatcher::{Executor, Order};
pub use item::ItemResult;

#[cfg(test)]
mod tests;
