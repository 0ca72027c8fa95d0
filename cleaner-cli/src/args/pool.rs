use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use clap::builder::NonEmptyStringValueParser;
use cleaner_pool::AccountId;

use crate::variables;

/// What to do with a pool of accounts.
#[derive(Debug, Subcommand)]
pub(crate) enum PoolCommand {
    /// Make the pool's table, unless it is there
    Init(TableArgs),
    /// Put accounts into the pool, or change what is known of them; they are cleaned before they are handed out
    ///
    /// Each account is asked who it is, so its role must work now.
    #[command(after_long_help = "\
Examples:
  aws-cleaner pool add 111122223333 --role 'arn:aws:iam::{account}:role/OrganizationAccountAccessRole'
  aws-cleaner pool add --role arn:aws:iam::111122223333:role/cleaner --with-config strict.yaml")]
    Add(AddArgs),
    /// Take accounts out of the pool, if nobody uses them
    Remove(AccountsArgs),
    /// Show all accounts, and who waits
    Status(TableArgs),
    /// Get a clean account for a test, first come, first served
    ///
    /// The lease must be renewed by `pool heartbeat` before it runs out; `run` does all of this by itself.
    #[command(after_long_help = "\
Examples:
  aws-cleaner pool acquire --wait 10m --test checkout --format json
  aws-cleaner pool acquire --lease 2h --owner \"$CI_JOB_ID\"")]
    Acquire(AcquireArgs),
    /// Renew a lease
    Heartbeat(HoldArgs),
    /// Give an account back: it is dirty then, until a worker cleaned it
    Release(HoldArgs),
    /// Clean dirty accounts: a worker, of which any number may run anywhere
    #[command(after_long_help = "\
Examples:
  aws-cleaner pool clean --concurrency 8
  aws-cleaner pool clean --until-empty --reports reports")]
    Clean(CleanArgs),
    /// End leases, cleanings and waits whose owners fell silent; watches for as long as a lease lasts
    Reap(TableArgs),
    /// Take accounts out of use
    Quarantine(QuarantineArgs),
    /// Take accounts out of quarantine, to be cleaned
    Restore(AccountsArgs),
    /// Show what happened to an account
    History(HistoryArgs),
    /// Print the pool as metrics, in Prometheus' text format
    Metrics(TableArgs),
}

#[derive(Clone, Debug, clap::Args)]
pub(crate) struct TableArgs {
    /// The pool's table [env: AWS_CLEANER_POOL_TABLE] [default: aws-cleaner-pool]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    table: Option<String>,
}

impl TableArgs {
    /// The table that is given, here or in the environment, or else the usual one.
    pub(crate) fn name(&self) -> String {
        self.table.clone().unwrap_or_else(variables::table)
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct AddArgs {
    /// The accounts; without one, the account that the role or the credentials open
    #[arg(value_name = "ID")]
    pub(crate) accounts: Vec<AccountId>,
    /// The role to assume in the account; `{account}` stands for its id
    #[arg(long, value_name = "ARN")]
    pub(crate) role: Option<String>,
    /// The external id that the role's trust policy asks for
    #[arg(long, value_name = "ID", requires = "role")]
    pub(crate) role_external_id: Option<String>,
    /// The configuration to clean it with, as workers find it
    #[arg(long, value_name = "FILE")]
    pub(crate) with_config: Option<String>,
    /// What people should know of it
    #[arg(long, value_name = "TEXT")]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AccountsArgs {
    /// The accounts
    #[arg(value_name = "ID", required = true)]
    pub(crate) accounts: Vec<AccountId>,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct AcquireArgs {
    #[command(flatten)]
    pub(crate) claim: ClaimArgs,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

/// Who wants what.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ClaimArgs {
    /// Wait this long for an account: 90s, 15m, 1h30m; without it, there is one now or none
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) wait: Option<Duration>,
    /// Take this account and no other
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
    /// Who holds the account, for people [default: user and machine]
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// What the account is for
    #[arg(long, value_name = "ID")]
    pub(crate) test: Option<String>,
    /// How long the lease lasts without a heartbeat
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) lease: Option<Duration>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct HoldArgs {
    /// The account that is held
    #[arg(long, value_name = "ID")]
    pub(crate) account: AccountId,
    /// The token that came with it
    #[arg(long, value_name = "N")]
    pub(crate) token: u64,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CleanArgs {
    /// Clean what is dirty now, at most as many accounts as are cleaned at once, and end
    #[arg(long, conflicts_with = "until_empty")]
    pub(crate) once: bool,
    /// End when no account is dirty any more
    #[arg(long)]
    pub(crate) until_empty: bool,
    /// Clean this many accounts at once
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) concurrency: u16,
    #[command(flatten)]
    pub(crate) cleaning: CleaningArgs,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

/// How accounts of a pool are cleaned.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CleaningArgs {
    /// Write the report of each cleaning to a file in this folder, as JSON
    #[arg(long, value_name = "FOLDER")]
    pub(crate) reports: Option<PathBuf>,
    /// Keep to the baseline of each account, `<account id>.json` in this folder; without it, or away from it, no account is freed
    #[arg(long, value_name = "FOLDER")]
    pub(crate) baseline_dir: Option<PathBuf>,
}

/// What becomes of an account after the command.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct AfterArgs {
    /// Clean the account right after the command, or leave that to a worker
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = When::Later)]
    pub(crate) clean: When,
    #[command(flatten)]
    pub(crate) cleaning: CleaningArgs,
}

/// When an account is cleaned that a command has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum When {
    /// Right after the command, by the same process and under the same lease
    Now,
    /// When a worker comes by: the account is given back as dirty
    #[default]
    Later,
}

#[derive(Debug, clap::Args)]
pub(crate) struct QuarantineArgs {
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) accounts: AccountsArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct HistoryArgs {
    /// The account
    #[arg(value_name = "ID")]
    pub(crate) account: AccountId,
    /// Show this many changes, the latest first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) table: TableArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) claim: ClaimArgs,
    #[command(flatten)]
    pub(crate) after: AfterArgs,
    #[command(flatten)]
    pub(crate) table: TableArgs,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExecArgs {
    /// The account
    #[arg(long, value_name = "ID")]
    pub(crate) account: AccountId,
    /// Wait this long for it: 90s, 15m, 1h30m; without it, it is free now or not at all
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) wait: Option<Duration>,
    /// Who holds the account, for people [default: user and machine]
    #[arg(long, value_name = "NAME")]
    pub(crate) owner: Option<String>,
    /// What the account is for
    #[arg(long, value_name = "ID")]
    pub(crate) test: Option<String>,
    #[command(flatten)]
    pub(crate) after: AfterArgs,
    #[command(flatten)]
    pub(crate) table: TableArgs,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub(crate) command: Vec<OsString>,
}

fn duration(text: &str) -> Result<Duration, String> {
    resource_filters::source::parse_duration(text)
}
