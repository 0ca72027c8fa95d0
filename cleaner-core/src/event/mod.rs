//! What happens during a run, as typed events, and who is told.
//!
//! One task numbers the events and calls the reporters, in order. A reporter that fails stops the run in good order.

mod kind;
mod recorder;
mod reporter;

/// The version of the event format.
pub const EVENT_VERSION: u32 = 1;

pub use kind::{Event, EventKind, ItemRef, Progress};
pub use recorder::Recorder;
pub use reporter::{JournalWriter, Reporter};
