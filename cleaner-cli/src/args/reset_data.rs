use std::path::PathBuf;

use cleaner_core::account::AccountId;
use cleaner_core::plan::{StackChoice, StackName};

use super::DeleteArgs;

/// The options of `reset-data`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ResetDataArgs {
    /// Empty what this stack owns, with the stacks within it; its name or its ARN (repeat)
    #[arg(long = "stack", value_name = "NAME")]
    stacks: Vec<StackName>,
    /// Name the account that is meant; any other is refused
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Empty without asking; needs --account
    #[arg(short, long)]
    yes: bool,
    /// Show what would be emptied, and empty nothing
    #[arg(long)]
    dry_run: bool,
    /// End after this time, whatever is left: 90s, 15m, 1h30m
    #[arg(long, value_name = "DURATION")]
    timeout: Option<String>,
    /// Give up on what shows no progress for this time
    #[arg(long, value_name = "DURATION")]
    patience: Option<String>,
    /// Write the report to this file, as JSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Write every event to this file, as one line of JSON each
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
}

impl ResetDataArgs {
    /// The stacks that are chosen.
    pub(crate) fn choice(&self) -> StackChoice {
        self.stacks.iter().cloned().collect()
    }

    /// What these options have in common with those of the commands that delete.
    pub(crate) fn common(&self) -> DeleteArgs {
        DeleteArgs {
            account: self.account.clone(),
            yes: self.yes,
            dry_run: self.dry_run,
            timeout: self.timeout.clone(),
            patience: self.patience.clone(),
            report: self.report.clone(),
            events: self.events.clone(),
            ..DeleteArgs::default()
        }
    }
}
