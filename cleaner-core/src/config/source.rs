use std::fmt;
use std::sync::Arc;

use resource_filters::source::Position;

use crate::account::AccountId;

/// Names a layer of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The defaults of the tool.
    BuiltIn,
    /// The file, outside of presets and account blocks.
    File,
    /// A preset, by name.
    Preset(Arc<str>),
    /// The block of an account.
    Account(AccountId),
    /// An environment variable; its name is the place.
    Environment,
    /// An option of the command line; its name is the place.
    Flag,
}

/// Says where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The layer.
    pub origin: Origin,
    /// The place in it.
    pub at: Position,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Position { file, line, .. } = &self.at;
        match &self.origin {
            Origin::BuiltIn => f.write_str("the defaults"),
            Origin::File => write!(f, "{file}:{line}"),
            Origin::Preset(name) => write!(f, "preset {name}, {file}:{line}"),
            Origin::Account(account) => write!(f, "the block of account {account}, {file}:{line}"),
            Origin::Environment | Origin::Flag => f.write_str(file),
        }
    }
}

/// Holds a value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub source: Source,
}
