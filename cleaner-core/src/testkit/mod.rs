//! Clouds that exist in memory only, for tests of the engine on virtual time.

#[cfg(test)]
mod baseline;
#[cfg(test)]
mod cloud;
#[cfg(test)]
mod handler;
#[cfg(test)]
mod memory;
mod mutation;
pub mod simulation;

pub use mutation::{Mutation, caught};

#[cfg(test)]
pub(crate) use baseline::{baseline_of, plan_of};
#[cfg(test)]
pub(crate) use cloud::{Cloud, Thing};
#[cfg(test)]
pub(crate) use handler::{Listing, simulated};
#[cfg(test)]
pub(crate) use memory::Memory;
