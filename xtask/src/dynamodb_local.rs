//! `cargo xtask dynamodb-local`: a command beside a DynamoDB Local, for the tests of pools.

use std::process::Command;

use cleaner_tests::cli;
use cleaner_tests::dynamodb_local::{DynamoDbLocal, VARIABLE};

/// Run the tests of pools that hold on any DynamoDB on DynamoDB Local, or another command with its address in
/// `POOL_TEST_DYNAMODB`.
///
/// Needs Java 17 and Maven, which fetches DynamoDB Local the first time. Needs no AWS account.
#[derive(Debug, clap::Args)]
pub(crate) struct OnDynamoDbLocal {
    /// What is run instead, after `--`.
    #[arg(last = true)]
    command: Vec<String>,
}

/// The table by itself, and forty processes that are killed at any moment.
const TESTS: &[&[&str]] = &[
    &["--test", "e2e", "--", "pool::", "--skip", "pool::on_the_emulator"],
    &["--test", "crowd", "--", "--nocapture"],
];

impl OnDynamoDbLocal {
    /// Runs the commands, one after the other, until one fails.
    pub(crate) fn run(&self) -> Result<(), String> {
        let started = DynamoDbLocal::try_start()?;
        let commands = match self.command.split_first() {
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments);
                vec![command]
            }
            None => TESTS.iter().map(|test| cargo(test)).collect(),
        };
        for mut command in commands {
            let status = command.env(VARIABLE, started.url()).status();
            let status = status.map_err(|error| format!("failed to run {command:?}: {error}."))?;
            if !status.success() {
                return Err(format!("{command:?} ended with {status}."));
            }
        }
        Ok(())
    }
}

fn cargo(test: &[&str]) -> Command {
    let mut command = cli::cargo();
    command.args(["test", "--locked", "--workspace"]).args(test);
    command
}
