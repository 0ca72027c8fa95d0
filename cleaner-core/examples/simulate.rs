//! Clears simulated accounts, as many as asked for, and checks each run against the truth. See `cargo xtask simulate`.
//!
//! ```text
//! cargo run -p cleaner-core --features testkit --example simulate -- [--seeds N] [--from S] [--jobs J] [--mutations | --seed S]
//! ```

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cleaner_core::testkit::simulation::{Campaign, Failure, Scenario, shrink, simulate};
use cleaner_core::testkit::{Mutation, caught};

/// How often progress is told.
const TOLD: Duration = Duration::from_secs(10);

struct Arguments {
    seeds: u64,
    from: u64,
    jobs: usize,
    mutations: bool,
    seed: Option<u64>,
    all: bool,
}

fn main() -> ExitCode {
    let arguments = match read() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    // A panic of the engine is a finding like any other: it is told with its seed.
    std::panic::set_hook(Box::new(|_| {}));
    let is_good = match arguments.seed {
        Some(seed) => one(seed),
        None if arguments.mutations => mutations(&arguments),
        None => many(&arguments),
    };
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read() -> Result<Arguments, String> {
    let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut arguments = Arguments { seeds: 10_000, from: 0, jobs, mutations: false, seed: None, all: false };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || -> Result<u64, String> {
            let value = words.next().ok_or(format!("{word} needs a number"))?;
            value.replace('_', "").parse().map_err(|_| format!("{word} needs a number, not `{value}`"))
        };
        match word.as_str() {
            "--seeds" => arguments.seeds = number()?,
            "--from" => arguments.from = number()?,
            "--jobs" => arguments.jobs = usize::try_from(number()?).map_err(|error| error.to_string())?,
            "--seed" => arguments.seed = Some(number()?),
            "--mutations" => arguments.mutations = true,
            "--all" => arguments.all = true,
            other => return Err(format!("there is no argument {other}")),
        }
    }
    Ok(arguments)
}

fn one(seed: u64) -> bool {
    match simulate(&Scenario::of(seed)) {
        Ok(()) => {
            println!("seed {seed}: all holds.");
            true
        }
        Err(failure) => {
            println!("{}", shrink(&failure));
            false
        }
    }
}

fn many(arguments: &Arguments) -> bool {
    let started = Instant::now();
    let told = std::sync::Mutex::new(started);
    let campaign = Campaign {
        seeds: arguments.from..arguments.from.saturating_add(arguments.seeds),
        jobs: arguments.jobs,
        failures: if arguments.all { 10_000 } else { 20 },
    };
    let result = campaign.run(|done| {
        let mut told = told.lock().expect("nobody panics while it tells");
        if told.elapsed() >= TOLD {
            *told = Instant::now();
            eprintln!("{done} of {}, {:.0} per second", arguments.seeds, rate(done, started));
        }
    });
    let took = started.elapsed();
    match result {
        Ok(()) => {
            let rate = rate(arguments.seeds, started);
            println!("{} seeds in {took:.1?}, {rate:.0} per second: all holds.", arguments.seeds);
            true
        }
        Err(failures) => {
            tell(&failures, arguments.all);
            false
        }
    }
}

fn rate(done: u64, started: Instant) -> f64 {
    Duration::from_secs(done).as_secs_f64() / started.elapsed().as_secs_f64()
}

/// Tells which rules do not hold where, and shows the first failure as small as it gets, unless all were asked for.
fn tell(failures: &[Failure], all: bool) {
    let mut by_rule: BTreeMap<_, Vec<&Failure>> = BTreeMap::new();
    for failure in failures {
        by_rule.entry(failure.violation.rule).or_default().push(failure);
    }
    for (rule, failures) in &by_rule {
        let seeds: Vec<String> =
            failures.iter().take(8).map(|failure| failure.scenario.seed.to_string()).collect();
        println!("{rule:?} does not hold in {} scenarios: {}", failures.len(), seeds.join(", "));
    }
    if !all && let Some(first) = failures.first() {
        println!("\n{}", shrink(first));
    }
}

/// Makes the engine wrong in one way after another, and sees whether that is noticed.
fn mutations(arguments: &Arguments) -> bool {
    let seeds = arguments.from..arguments.from + arguments.seeds.min(1_000);
    let mut is_good = true;
    println!("{:<28}{:>7}  caught by", "mutation", "seeds");
    for mutation in Mutation::ALL {
        match caught(*mutation, seeds.clone()) {
            Some(failure) => {
                let played = failure.scenario.seed - arguments.from + 1;
                println!("{:<28}{played:>7}  {}", format!("{mutation:?}"), failure.violation);
            }
            None => {
                is_good = false;
                println!("{:<28}{:>7}  nothing: {}", format!("{mutation:?}"), "-", mutation.what());
            }
        }
    }
    is_good
}
