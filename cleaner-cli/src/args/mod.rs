//! What can be typed.

mod baseline;
mod cli;
mod delete;
#[cfg(test)]
mod documented;
mod globals;
mod parse;
mod pool;
#[cfg(test)]
mod tests;

pub(crate) use baseline::BaselineArgs;
pub(crate) use cli::{
    ApplyArgs, CheckArgs, ClearArgs, Cli, Command, CompletionsArgs, ConfigCommand, ExplainArgs, PlanArgs,
    PolicyArgs, ReportArgs, ScanArgs, ShowArgs, SnapshotArgs, TypesArgs,
};
pub(crate) use delete::DeleteArgs;
pub(crate) use globals::{ColorChoice, Format, Globals};
pub(crate) use parse::{command, parse};
pub(crate) use pool::{
    AccountsArgs, AcquireArgs, AddArgs, AfterArgs, ClaimArgs, CleanArgs, CleaningArgs, ExecArgs, HistoryArgs,
    HoldArgs, PoolCommand, QuarantineArgs, RunArgs, TableArgs, When,
};
