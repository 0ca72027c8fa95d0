//! Resource types as data: the reader of catalog files, the handler that runs an entry, and the check against AWS's models.
//!
//! The format is described in `docs/catalog.md`.
//!
//! ```text
//! catalog/*.toml --read--> entries --> CatalogHandler: list, tags, details, delete, unlink, status
//! --catalog FILE ----------^   |
//!                              +--check--> problems: operations, members, paths, edges
//! ```

mod account_setting;
mod actions;
mod builtin;
mod caller;
mod check;
mod entry;
mod facts;
mod functions;
mod graph;
mod handler;
mod json;
mod listing;
#[cfg(test)]
mod order;
mod path;
mod reader;
mod refused;
mod retired;
mod step;
mod step_reader;
mod tags;
mod template;
mod timestamp;

#[cfg(test)]
mod tests;

pub use account_setting::{AccountSetting, account_settings};
pub use builtin::{FILES, builtin, from_file};
pub use check::check;
pub use entry::Entry;
pub use graph::check_graph;
pub use handler::CatalogHandler;
pub use reader::read;
pub use retired::{retired, why_retired};
pub(crate) use tags::tags_of;
pub(crate) use timestamp::time_of;
