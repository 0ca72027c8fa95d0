//! Errors of the library: a kind that decides what the engine does, and what AWS said.

mod failure;
mod kind;

pub use failure::{Cause, Error};
pub use kind::ErrorKind;
