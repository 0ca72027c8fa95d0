use std::path::PathBuf;

use cleaner_core::config::Flags;

/// What the account held before.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct BaselineArgs {
    /// Keep what this baseline says was there before, and say what of it is missing or changed
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
}

impl BaselineArgs {
    /// Adds what this option says to the configuration.
    pub(crate) fn set(&self, flags: &mut Flags) {
        let path = self.baseline.as_ref().map(|path| path.to_string_lossy());
        flags.set("baseline", "--baseline", path.as_deref());
    }
}
