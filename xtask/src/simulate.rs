//! `cargo xtask simulate`: the engine in simulated accounts, thousands of them.

use std::env;
use std::process::Command;

/// Clears simulated accounts, one for each seed, and checks each run against what really happened.
///
/// Shows the first account in which something does not hold, as small as it gets. See docs/simulation.md.
#[derive(Debug, clap::Args)]
pub(crate) struct Simulate {
    /// How many seeds.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// How many at once; by default as many as there are processors.
    #[arg(long)]
    jobs: Option<usize>,
    /// Only this one.
    #[arg(long, conflicts_with_all = ["seeds", "from", "mutations"])]
    seed: Option<u64>,
    /// Make the engine wrong in one way after another, and see whether the first thousand seeds notice.
    #[arg(long)]
    mutations: bool,
    /// Go on after failures, and only name their seeds.
    #[arg(long)]
    all: bool,
}

impl Simulate {
    pub(crate) fn run(&self) -> Result<(), String> {
        let numbers = match self.seed {
            Some(seed) => vec![("--seed", seed)],
            None => vec![("--seeds", self.seeds), ("--from", self.from)],
        };
        let jobs = self.jobs.map(|jobs| ("--jobs", jobs as u64));
        let flags = [(self.mutations, "--mutations"), (self.all, "--all")];
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let done = Command::new(cargo)
            .args(["run", "--quiet", "--release", "--package", "cleaner-core", "--features", "testkit"])
            .args(["--example", "simulate", "--"])
            .args(
                numbers
                    .into_iter()
                    .chain(jobs)
                    .flat_map(|(name, number)| [name.to_owned(), number.to_string()]),
            )
            .args(flags.into_iter().filter(|(is_on, _)| *is_on).map(|(_, flag)| flag))
            .status()
            .map_err(|error| format!("failed to run cargo: {error}"))?;
        if done.success() { Ok(()) } else { Err("the simulation found something".to_owned()) }
    }
}
