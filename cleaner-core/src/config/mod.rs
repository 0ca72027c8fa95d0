//! What the user wants: one file, its presets, per-account blocks, the environment and the command line, in that order.
//!
//! ```text
//! built in < file < preset < account block < environment < flag
//! ```
//!
//! Reading is strict and pure: whatever is wrong is reported at once with its place, and nothing here opens files or looks
//! at the environment. Every value remembers the layer it came from.

mod body;
mod environment;
mod file;
mod flags;
mod key;
mod layer;
mod load;
mod region;
mod registry;
mod resolved;
mod scalar;
mod schema;
mod setting;
mod show;
mod source;
mod vocabulary;

pub use flags::Flags;
pub use load::{ConfigFile, Sources};
pub use resolved::{AssumeRole, Config, QuotaChoice};
pub use setting::{SettingKind, SettingValue};
pub use show::Shown;
pub use source::{Origin, Source, Sourced};
pub use vocabulary::TypeVocabulary;

/// A commented configuration file that holds every key; reading it gives the defaults.
pub const EXAMPLE: &str = include_str!("default.yaml");

#[cfg(test)]
mod tests;
