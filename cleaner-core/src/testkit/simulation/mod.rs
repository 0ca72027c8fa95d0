//! Whole runs in a simulated account, thousands of them, each made from one number.
//!
//! ```text
//! seed -> scenario -> the cloud and the run, on virtual time -> history -> what must hold, checked against the cloud's own truth
//! ```
//! A scenario is plain data: what is there, what uses and owns what, and how everything misbehaves. The run is the real one, from
//! identity to report; only the handlers call a cloud in memory instead of AWS, through the same lanes. Nothing else is random, so a
//! failing seed fails again, and [`shrink`] finds a small scenario that still fails.

mod account;
mod campaign;
mod check;
mod cloud;
mod dice;
mod drive;
mod generate;
mod ground;
mod handler;
mod history;
mod hopes;
mod keeps;
mod order;
mod outcome;
mod pages;
mod scenario;
mod show;
mod shrink;
mod teller;
mod view;

pub use campaign::Campaign;
pub(crate) use campaign::play;
pub use check::{Rule, Violation};
pub use outcome::{Failure, simulate};
pub use scenario::{
    Again, Choice, Dates, Ending, Happening, Happens, Kind, Limit, ListTrouble, Mode, Naming, Scenario, Tag,
    Thing, Use,
};
pub use shrink::shrink;

#[cfg(test)]
mod tests;
