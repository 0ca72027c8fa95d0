//! A store in memory and a simulation of whole pools, for tests of the pool and of what embeds it. Never in a product.

mod memory;
mod mutation;
pub mod simulation;

pub use memory::MemoryStore;
pub use mutation::{Mutation, caught};
