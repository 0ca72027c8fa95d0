//! `cargo xtask simulate`: the engine in simulated accounts, or the pool among simulated clients, thousands of them.

use cleaner_tests::cli;

/// Clears simulated accounts, one for each seed, and checks each run against what really happened.
///
/// Shows the first account in which something does not hold, as small as it gets. See docs/simulation.md. With --pool it is pools
/// that are played, and clients that lease their accounts.
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
    /// Play pools.
    #[arg(long, conflicts_with = "all")]
    pool: bool,
    /// So many clients in each pool; by default one to 14.
    #[arg(long, requires = "pool", requires = "accounts")]
    clients: Option<u64>,
    /// So many accounts in each pool; by default one to four.
    #[arg(long, requires = "clients")]
    accounts: Option<u64>,
}

/// How cargo is told to build the engine's simulation, and the pool's.
const ENGINE: &[&str] = &["--package", "cleaner-core", "--features", "testkit"];
const POOL: &[&str] = &["--package", "cleaner-pool", "--no-default-features", "--features", "testkit"];

impl Simulate {
    pub(crate) fn run(&self) -> Result<(), String> {
        let numbers = match self.seed {
            Some(seed) => vec![("--seed", seed)],
            None => vec![("--seeds", self.seeds), ("--from", self.from)],
        };
        let more = [
            ("--jobs", self.jobs.map(|jobs| jobs as u64)),
            ("--clients", self.clients),
            ("--accounts", self.accounts),
        ];
        let given = more.into_iter().filter_map(|(name, number)| Some((name, number?)));
        let flags = [(self.mutations, "--mutations"), (self.all, "--all")];
        let done = cli::cargo()
            .args(["run", "--quiet", "--release"])
            .args(if self.pool { POOL } else { ENGINE })
            .args(["--example", "simulate", "--"])
            .args(
                numbers
                    .into_iter()
                    .chain(given)
                    .flat_map(|(name, number)| [name.to_owned(), number.to_string()]),
            )
            .args(flags.into_iter().filter(|(is_on, _)| *is_on).map(|(_, flag)| flag))
            .status()
            .map_err(|error| format!("failed to run cargo: {error}"))?;
        if done.success() { Ok(()) } else { Err("the simulation found something".to_owned()) }
    }
}
