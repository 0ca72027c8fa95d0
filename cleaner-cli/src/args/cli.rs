use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use cleaner_core::account::AccountId;
use cleaner_core::restore::Restore;

use super::{
    BaselineArgs, DeleteArgs, ExecArgs, FleetArgs, Globals, PoolCommand, ResetDataArgs, RunArgs, StackArgs,
};

const EXIT_CODES: &str = "\
Exit codes:
  0    clean and verified, or the dry run is done
  1    unexpected error
  2    wrong usage or configuration
  3    refused by a guard
  4    leftovers remain
  5    the scan is incomplete, so nobody knows
  6    no usable credentials
  124  the deadline passed with work left
  130  interrupted";

const EXAMPLES: &str = "\
Examples:
  aws-cleaner plan --region eu-west-1,global
  aws-cleaner clear --account 111122223333
  aws-cleaner clear --account 111122223333 --yes --timeout 30m --report report.json";

/// Clears a used AWS test account, as fast as AWS allows, and proves it
#[derive(Debug, Parser)]
#[command(
    name = "aws-cleaner",
    version,
    max_term_width = 120,
    arg_required_else_help = true,
    after_help = EXIT_CODES,
    after_long_help = format!("{EXAMPLES}\n\n{EXIT_CODES}")
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show whose credentials these are, and which account they open
    Whoami,
    /// List the resource types
    #[command(after_long_help = "\
Examples:
  aws-cleaner types
  aws-cleaner types ec2 gateway
  aws-cleaner types AWS::SQS --format json")]
    Types(TypesArgs),
    /// List every resource, and whether it would be deleted
    #[command(after_long_help = "\
Examples:
  aws-cleaner scan --type 'EC2*' --region eu-west-1
  aws-cleaner scan --format json | jq '.resources[] | select(.verdict.action == \"delete\") | .arn'")]
    Scan(ScanArgs),
    /// Show what would be deleted, by type and region
    #[command(after_long_help = "\
Examples:
  aws-cleaner plan
  aws-cleaner plan -v --type 'IAM*'
  aws-cleaner plan -o plan.json && aws-cleaner apply plan.json")]
    Plan(PlanArgs),
    /// Delete exactly what a saved plan says, if it is still as the plan says
    #[command(after_long_help = "\
Examples:
  aws-cleaner apply plan.json
  aws-cleaner apply plan.json --account 111122223333 --yes")]
    Apply(ApplyArgs),
    /// Delete everything that is not kept, and prove it
    ///
    /// With a terminal, shows the plan and asks for the account id or alias. Without one, needs --yes and --account.
    /// With --accounts or --org-unit, clears many accounts, each by itself, and reports on all of them.
    #[command(after_long_help = "\
Examples:
  aws-cleaner clear
  aws-cleaner clear --dry-run
  aws-cleaner clear --account 111122223333 --yes --timeout 30m --report report.json --events events.ndjson
  aws-cleaner clear --type 'SQS*,SNS*' --exclude-region us-east-1
  aws-cleaner clear --stack feature-42 --account 111122223333 --yes
  aws-cleaner clear --baseline baseline.json --account 111122223333 --yes
  aws-cleaner clear --restore default-vpc
  aws-cleaner clear --org-unit ou-ab12-34567890 --role cleaner --yes --report report.json
  aws-cleaner clear --resume events.ndjson --events events-2.ndjson")]
    Clear(ClearArgs),
    /// Empty chosen tables, queues, streams and buckets, which stay as they are, and prove it
    ///
    /// What is emptied is chosen by its stack, by rules under `reset_data` in the configuration, or by both. What carries the tag
    /// aws-cleaner:keep keeps its data. With a terminal, shows the plan and asks for the account id or alias. Without one, needs
    /// --yes and --account.
    #[command(after_long_help = "\
Examples:
  aws-cleaner reset-data --stack baseline --dry-run
  aws-cleaner reset-data --stack baseline --account 111122223333 --yes --report report.json
  aws-cleaner reset-data --stack baseline --type 'SQS*,DynamoDBTable'")]
    ResetData(ResetDataArgs),
    /// Write down what the account holds, as a baseline that later runs keep to
    ///
    /// Takes down every resource by its identity, and settings of the account. Changes nothing.
    #[command(after_long_help = "\
Examples:
  aws-cleaner snapshot -o baseline.json
  aws-cleaner clear --baseline baseline.json --account 111122223333 --yes")]
    Snapshot(SnapshotArgs),
    /// Share accounts between tests: hand out clean ones, take back dirty ones, clean them
    #[command(subcommand)]
    Pool(PoolCommand),
    /// Run a command in a clean account of the pool, and give the account back
    ///
    /// The command gets credentials that are renewed for as long as it runs, by AWS_CONTAINER_CREDENTIALS_FULL_URI; no file is
    /// read or written for them. Signals are passed on, and its exit code is ours, however the cleaning goes.
    #[command(after_long_help = "\
Examples:
  aws-cleaner run --wait 30m --test checkout -- pytest tests/checkout
  aws-cleaner run --clean now --baseline-dir baselines -- pytest tests/checkout")]
    Run(RunArgs),
    /// Run a command in one account of the pool, if it is clean and free
    Exec(ExecArgs),
    /// Render the report of a run from its events, also of one that ended without a word
    #[command(after_long_help = "\
Examples:
  aws-cleaner report events.ndjson
  aws-cleaner report events.ndjson --format json > report.json")]
    Report(ReportArgs),
    /// Explain a verdict, or a resource type
    #[command(after_long_help = "\
Examples:
  aws-cleaner explain vpc-0123456789abcdef0
  aws-cleaner explain my-queue --type SQSQueue --region eu-west-1
  aws-cleaner explain IAMRole")]
    Explain(ExplainArgs),
    /// Print the IAM policy that a run needs, and no more
    ///
    /// Allows what the chosen types, their settings that are on, and every run need. Prints JSON, whatever --format says.
    #[command(after_long_help = "\
Examples:
  aws-cleaner policy --type 'SQS*,SNS*'
  aws-cleaner policy --split | jq '.\"aws-cleaner-1\"' > policy-1.json
  aws-cleaner policy --compact
  aws-cleaner policy --deny-unsupported > service-control-policy.json")]
    Policy(PolicyArgs),
    /// Check, show or describe the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print a completion script for a shell
    #[command(after_long_help = "\
Examples:
  source <(aws-cleaner completions bash)")]
    Completions(CompletionsArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct TypesArgs {
    /// Show only types whose name, alias, CloudFormation name or service contains this (all of several words)
    #[arg(value_name = "WORD")]
    pub(crate) search: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PolicyArgs {
    /// Print as many numbered policies as are needed for each to be short enough for a managed policy
    #[arg(long)]
    pub(crate) split: bool,
    /// Shorten it by wildcards such as `ec2:Describe*`, which allow more looking than is needed
    #[arg(long)]
    pub(crate) compact: bool,
    /// Print a service control policy instead, which denies all services that have no resource type
    #[arg(long, conflicts_with_all = ["split", "compact"])]
    pub(crate) deny_unsupported: bool,
    /// Also allow what a run with --strict-coverage needs to look for what no type lists
    #[arg(long)]
    pub(crate) strict_coverage: bool,
    /// Also allow what taking a snapshot, and keeping to a baseline, need
    #[arg(long)]
    pub(crate) with_baseline: bool,
    /// Also allow to make this again (repeat, or separate by commas)
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) restore: Vec<RestoreChoice>,
    /// Also allow what reset-data needs for the chosen types
    #[arg(long)]
    pub(crate) reset_data: bool,
    /// Use what the configuration says of this account
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
}

/// What can be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RestoreChoice {
    /// The default VPC of each region
    DefaultVpc,
}

impl From<RestoreChoice> for Restore {
    fn from(choice: RestoreChoice) -> Self {
        match choice {
            RestoreChoice::DefaultVpc => Self::DefaultVpc,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct ScanArgs {
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SnapshotArgs {
    /// Write the baseline to this file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
    /// Save the plan to this file, to review and apply it
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) stacks: StackArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ApplyArgs {
    /// The saved plan
    #[arg(value_name = "FILE")]
    pub(crate) plan: PathBuf,
    #[command(flatten)]
    pub(crate) delete: DeleteArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ClearArgs {
    /// Go on where the run that wrote these events ended: with its plan, and without a new scan
    #[arg(long, value_name = "FILE", conflicts_with = "dry_run")]
    pub(crate) resume: Option<PathBuf>,
    /// Make this again afterwards where it is not there (repeat, or separate by commas)
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) restore: Vec<RestoreChoice>,
    #[command(flatten)]
    pub(crate) stacks: StackArgs,
    #[command(flatten)]
    pub(crate) fleet: FleetArgs,
    #[command(flatten)]
    pub(crate) delete: DeleteArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// The events, as --events wrote them
    #[arg(value_name = "FILE")]
    pub(crate) events: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ExplainArgs {
    /// An id, a name or an ARN, or a part of one; or the name of a resource type
    #[arg(value_name = "ID|TYPE")]
    pub(crate) subject: String,
    #[command(flatten)]
    pub(crate) baseline: BaselineArgs,
}

/// What to do with the configuration.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Find everything that is wrong with a configuration file
    Check(CheckArgs),
    /// Show every value that holds, and where it came from
    Show(ShowArgs),
    /// Print the JSON Schema of the configuration file
    Schema,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// The file, instead of that of --config
    pub(crate) file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    /// Show what holds for this account
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: Shell,
}
