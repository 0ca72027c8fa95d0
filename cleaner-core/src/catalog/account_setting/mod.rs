//! Settings of an account as data: what is asked, and what of the answer is the value. They are read and never written.
//!
//! The format is described in `account-settings.toml`, which holds them all.

mod ask;
#[cfg(test)]
mod check;
mod read;

use std::sync::LazyLock;

use super::entry::{Call, Placed};
use super::path::Path;
use crate::handler::Scope;

/// The file of all account settings, by name and text.
const FILE: (&str, &str) = ("account-settings.toml", include_str!("../../../account-settings.toml"));

static SETTINGS: LazyLock<Vec<AccountSetting>> =
    LazyLock::new(|| read::read(FILE.0, FILE.1).expect("a test reads it"));

/// One setting of an account.
#[derive(Clone, Debug)]
pub struct AccountSetting {
    name: Placed<String>,
    what: String,
    scope: Scope,
    call: Call,
    value: Path,
    /// The error codes that say that nothing is set.
    unset: Vec<String>,
}

/// All settings of an account that a snapshot takes down.
pub fn account_settings() -> &'static [AccountSetting] {
    &SETTINGS
}

impl AccountSetting {
    /// The name, such as `ec2-ebs-encryption`.
    pub fn name(&self) -> &str {
        &self.name.value
    }

    /// What it is, for people.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Whether each region has its own.
    pub fn scope(&self) -> Scope {
        self.scope
    }
}

#[cfg(test)]
mod tests;
