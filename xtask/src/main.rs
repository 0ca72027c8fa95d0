//! Development tasks: `cargo xtask <task>`.

mod bench;
mod cloud_control;
mod demo;
mod docs;
mod dynamodb_local;
mod fuzz_client;
mod models;
mod python;
mod simulate;

use std::process::ExitCode;

use clap::Parser;

/// Development tasks of aws-cleaner.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
enum Task {
    Bench(bench::Bench),
    CloudControl(cloud_control::CloudControl),
    Demo(demo::Demo),
    Docs(docs::Docs),
    #[command(name = "dynamodb-local")]
    DynamoDbLocal(dynamodb_local::OnDynamoDbLocal),
    Models(models::Models),
    FuzzClient(fuzz_client::FuzzClient),
    Simulate(simulate::Simulate),
}

#[expect(clippy::print_stderr, reason = "a task's error is for the person who ran it")]
fn main() -> ExitCode {
    let done = match Task::parse() {
        Task::Bench(task) => task.run(),
        Task::CloudControl(task) => task.run(),
        Task::Demo(task) => task.run(),
        Task::Docs(task) => task.run(),
        Task::DynamoDbLocal(task) => task.run(),
        Task::Models(task) => task.run(),
        Task::FuzzClient(task) => task.run(),
        Task::Simulate(task) => task.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
