//! The check of entries against AWS's own models: what no emulator can tell, the models do.
//!
//! ```text
//! operation -> input shape  <- `with`: members, required ones, kinds (input)
//!           -> output shape -> scopes of paths -> kinds of what paths yield (infer)
//! ```

mod entry_check;
mod infer;
mod input;
mod kind;

pub use entry_check::check;

#[cfg(test)]
mod tests;
