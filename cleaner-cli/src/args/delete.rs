use std::path::PathBuf;

use cleaner_core::account::AccountId;
use cleaner_core::config::Flags;

use super::BaselineArgs;

/// The options of the commands that delete.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct DeleteArgs {
    /// Name the account that is meant; any other is refused
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
    /// Delete without asking; needs --account
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Show what would be deleted, and delete nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// End after this time, whatever is left: 90s, 15m, 1h30m
    #[arg(long, value_name = "DURATION")]
    pub(crate) timeout: Option<String>,
    /// Give up on what shows no progress for this time
    #[arg(long, value_name = "DURATION")]
    pub(crate) patience: Option<String>,
    /// Refuse to delete more resources than this
    #[arg(long, value_name = "N")]
    pub(crate) max_deletions: Option<String>,
    /// Look this many times in a row whether the account is clean
    #[arg(long, value_name = "N")]
    pub(crate) verify_passes: Option<String>,
    /// Do not call the account clean while it holds tagged resources that no type of the run lists
    #[arg(long)]
    pub(crate) strict_coverage: bool,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    /// Do not call the account clean if something of its baseline is missing or changed
    #[arg(long)]
    pub(crate) strict_baseline: bool,
    /// Write the report to this file, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Write every event to this file, as one line of JSON each
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
}

impl DeleteArgs {
    /// Adds what these options say to the configuration.
    pub(crate) fn set(&self, flags: &mut Flags) {
        flags.set("deadline", "--timeout", self.timeout.as_deref());
        flags.set("patience", "--patience", self.patience.as_deref());
        flags.set("max_deletions", "--max-deletions", self.max_deletions.as_deref());
        flags.set("coverage", "--strict-coverage", self.strict_coverage.then_some("strict"));
        self.baseline.set(flags);
        flags.set("baseline_drift", "--strict-baseline", self.strict_baseline.then_some("strict"));
        flags.set("verify_passes", "--verify-passes", self.verify_passes.as_deref());
    }
}
