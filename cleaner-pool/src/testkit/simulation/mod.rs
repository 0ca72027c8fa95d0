//! Whole pools on virtual time, thousands of them, each made from one number.
//!
//! ```text
//! seed -> scenario -> clients, workers and an operator, each a process with clocks of its own -> the real pool -> a store in memory
//! ```
//! The store checks at each write what must hold, and at each use of an account whether its user may. Processes crash, stand still for
//! longer than a lease, and have clocks that are off and run at different speeds; the store is slow, throttles, fails, loses replies
//! and writes late. Nothing else is random: a failing seed fails again.

mod campaign;
mod cast;
mod line;
mod outcome;
mod play;
mod process;
mod rule;
mod scenario;
mod world;

pub use campaign::Campaign;
pub use outcome::{Failure, shrink, simulate};
pub use rule::{Rule, Violation};
pub use scenario::{Faults, Scenario};

pub(super) use line::Line;
pub(super) use process::Process;
pub(super) use world::World;

#[cfg(test)]
mod tests;
