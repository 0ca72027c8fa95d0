//! What an account came with and is made again on request, if it is not there any more.

mod default_vpc;
mod what;

pub use what::{Restore, Restored};
