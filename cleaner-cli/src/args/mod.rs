//! What can be typed.

mod baseline;
mod cli;
mod delete;
#[cfg(test)]
mod documented;
mod fleet;
mod globals;
mod parse;
mod pool;
mod reset_data;
mod stacks;
#[cfg(test)]
mod tests;

/// What stands for an account's id in the ARN of a role.
pub(crate) const ACCOUNT: &str = "{account}";

pub(crate) use baseline::BaselineArgs;
pub(crate) use cli::{
    ApplyArgs, CheckArgs, ClearArgs, Cli, Command, CompletionsArgs, ConfigCommand, ExplainArgs, PlanArgs,
    PolicyArgs, ReportArgs, ScanArgs, ShowArgs, SnapshotArgs, TypesArgs,
};
pub(crate) use delete::DeleteArgs;
pub(crate) use fleet::{FleetArgs, RoleTemplate};
pub(crate) use globals::{ColorChoice, Format, Globals};
pub(crate) use parse::{command, parse};
pub(crate) use pool::{
    AccountsArgs, AcquireArgs, AddArgs, AfterArgs, ClaimArgs, CleanArgs, CleaningArgs, ExecArgs, HistoryArgs,
    HoldArgs, PoolCommand, QuarantineArgs, RunArgs, TableArgs, When,
};
pub(crate) use reset_data::ResetDataArgs;
pub(crate) use stacks::StackArgs;
