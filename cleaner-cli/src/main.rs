//! The command line of aws-cleaner: reads arguments, shows what happens, and says by its exit code how it ended.

mod args;
mod commands;
mod confirm;
mod dispatch;
mod exit;
mod failure;
mod output;
mod progress;
mod registry;
mod render;
mod setup;
mod signals;
mod ui;
mod variables;

use std::process::ExitCode;

fn main() -> ExitCode {
    dispatch::main().into()
}
