//! The check of entries against AWS's own models: what no emulator can tell, the models do.
//!
//! ```text
//! operation -> input shape  <- `with`: members, required ones, kinds (input)
//!           -> output shape -> scopes of paths -> kinds of what paths yield (infer)
//! ```

mod call_check;
mod entry_check;
mod infer;
mod input;
mod kind;

#[cfg(test)]
pub(super) use call_check::{CallCheck, ctx};
pub use entry_check::check;
#[cfg(test)]
pub(super) use kind::Kind;

#[cfg(test)]
mod tests;
