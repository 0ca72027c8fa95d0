//! Where the records are: what a pool needs of a store, and the stores there are.

#[cfg(feature = "dynamodb")]
pub mod dynamodb;
mod error;
mod interface;

pub use error::{StoreError, StoreErrorKind};
pub use interface::{Answer, DropIf, Store};
