//! The engine on its own: how long a plan of a million resources takes, what an item costs while it is deleted, and how
//! long the longest chain of a run was.
//!
//! ```text
//! engine-bench plan --items 1000000
//! engine-bench execute --items 100000
//! engine-bench chain events.ndjson
//! ```
//! Each prints one line of JSON.

mod chain;
mod execute;
mod plan;
mod usage;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Measures the engine without a cloud
#[derive(Debug, Parser)]
#[command(name = "engine-bench", version, max_term_width = 120)]
enum Command {
    /// Relates, judges and orders resources that exist in memory only
    Plan {
        /// How many
        #[arg(long, default_value_t = 1_000_000)]
        items: usize,
    },
    /// Deletes resources that exist in memory only, through the dispatcher and the lanes
    Execute {
        /// How many
        #[arg(long, default_value_t = 100_000)]
        items: usize,
        /// Write every event as a run with `--events` does, to nowhere
        #[arg(long)]
        journal: bool,
    },
    /// Finds the longest chain in the events of a run
    Chain {
        /// What `--events` wrote
        events: PathBuf,
    },
}

fn main() -> ExitCode {
    let done = match Command::parse() {
        Command::Plan { items } => Ok(plan::run(items)),
        Command::Execute { items, journal } => execute::run(items, journal),
        Command::Chain { events } => chain::run(&events),
    };
    let done = done.and_then(|line| writeln!(std::io::stdout(), "{line}").map_err(|error| error.to_string()));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            drop(writeln!(std::io::stderr(), "error: {error}"));
            ExitCode::from(2)
        }
    }
}
