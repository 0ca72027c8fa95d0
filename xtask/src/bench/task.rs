use std::path::PathBuf;

use clap::Args;
use cleaner_tests::tree;

use super::lab::Lab;
use super::row::Row;
use super::{account, endpoint, engine, lumigo, page};

/// Measure the tool, and put it beside the best that was possible.
///
/// Everything happens on this machine. Benchmarks that are not named keep the results they have.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// Only these; see `--list`.
    names: Vec<String>,
    /// Say which benchmarks there are.
    #[arg(long)]
    list: bool,
    /// Where the results go, below the root.
    #[arg(long, default_value = "docs/benchmarks")]
    out: PathBuf,
    /// How often each is run.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// A benchmark: its name, what it measures, and how.
pub(super) struct Benchmark {
    pub(super) name: &'static str,
    pub(super) what: &'static str,
    pub(super) run: fn(&Lab, &Self) -> Result<Row, String>,
}

const ALL: &[Benchmark] = &[
    Benchmark { name: "account-s", what: "reference account, 50 ms away", run: account::small },
    Benchmark { name: "account-m", what: "reference account, 50 ms away", run: account::medium },
    Benchmark { name: "account-l", what: "reference account, 50 ms away", run: account::large },
    Benchmark {
        name: "empty",
        what: "nothing to do: all types, 17 regions, 50 ms away",
        run: account::empty,
    },
    Benchmark { name: "log-groups", what: "fast endpoint, one region", run: endpoint::log_groups },
    Benchmark { name: "s3-versions", what: "fast endpoint, one bucket", run: endpoint::versions },
    Benchmark {
        name: "s3-limited",
        what: "one bucket, 20 `DeleteObjects` per second allowed, 30 ms away",
        run: endpoint::versions_limited,
    },
    Benchmark {
        name: "throttled",
        what: "four lanes with hidden limits of 5, 10, 20, 50 deletions per second, 20 ms away",
        run: endpoint::throttled,
    },
    Benchmark { name: "plan-1m", what: "relate, judge and order, in memory", run: engine::plan },
    Benchmark {
        name: "execute-100k",
        what: "dispatcher and lanes, deletions cost nothing",
        run: engine::execute,
    },
    Benchmark {
        name: "execute-100k-events",
        what: "the same, and every event written as JSON",
        run: engine::execute_with_events,
    },
    Benchmark {
        name: "lumigo-s",
        what: "lumigo-cli clear-account, same account as account-s",
        run: lumigo::small,
    },
];

impl Bench {
    /// Runs the benchmarks, and writes the results after each.
    #[expect(clippy::print_stdout, reason = "the list is what was asked for")]
    pub(crate) fn run(&self) -> Result<(), String> {
        if self.list {
            for benchmark in ALL {
                println!("{:<20} {}", benchmark.name, benchmark.what);
            }
            return Ok(());
        }
        if let Some(unknown) = self.names.iter().find(|name| ALL.iter().all(|one| one.name != **name)) {
            let names: Vec<&str> = ALL.iter().map(|benchmark| benchmark.name).collect();
            return Err(format!("there is no benchmark `{unknown}`, only {}", names.join(", ")));
        }
        let out = tree::root().join(&self.out);
        let lab = Lab::new(self.runs)?;
        let mut failed = Vec::new();
        for benchmark in ALL {
            if !self.names.is_empty() && self.names.iter().all(|name| name != benchmark.name) {
                continue;
            }
            lab.say(&format!("{}: {}", benchmark.name, benchmark.what));
            match (benchmark.run)(&lab, benchmark) {
                Ok(row) => {
                    lab.say(&row.line());
                    let order: Vec<&str> = ALL.iter().map(|benchmark| benchmark.name).collect();
                    page::write(&out, &lab, &row, &order)?;
                }
                Err(error) => failed.push(format!("{}: {error}", benchmark.name)),
            }
        }
        if failed.is_empty() { Ok(()) } else { Err(failed.join("\n       ")) }
    }
}
