//! Plays simulated pools, as many as asked for, and checks each against the truth.
//!
//! ```text
//! cargo xtask simulate --pool [--seeds N] [--from S] [--jobs J] [--clients C --accounts A] [--mutations | --seed S]
//! ```
//! Without a size, pools are small: one to 14 clients, one to four accounts.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use cleaner_pool::testkit::simulation::{Campaign, Failure, shrink, simulate};
use cleaner_pool::testkit::{Mutation, caught};

/// How often progress is told.
const TOLD: Duration = Duration::from_secs(10);

struct Arguments {
    seeds: u64,
    from: u64,
    jobs: usize,
    size: Option<(u32, u32)>,
    mutations: bool,
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = match read() {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    // A panic of the pool is a finding like any other: it is told with its seed.
    std::panic::set_hook(Box::new(|_| {}));
    let is_good = match arguments.seed {
        Some(seed) => one(&arguments, seed),
        None if arguments.mutations => mutations(&arguments),
        None => many(&arguments),
    };
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read() -> Result<Arguments, String> {
    let jobs = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut arguments = Arguments { seeds: 10_000, from: 0, jobs, size: None, mutations: false, seed: None };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = || -> Result<u64, String> {
            let value = words.next().ok_or(format!("{word} needs a number"))?;
            value.replace('_', "").parse().map_err(|_| format!("{word} needs a number, not `{value}`"))
        };
        let small = |number: u64| u32::try_from(number).map_err(|error| error.to_string());
        let (clients, accounts) = arguments.size.unwrap_or((200, 20));
        match word.as_str() {
            "--seeds" => arguments.seeds = number()?,
            "--from" => arguments.from = number()?,
            "--jobs" => arguments.jobs = usize::try_from(number()?).map_err(|error| error.to_string())?,
            "--clients" => arguments.size = Some((small(number()?)?, accounts)),
            "--accounts" => arguments.size = Some((clients, small(number()?)?)),
            "--seed" => arguments.seed = Some(number()?),
            "--mutations" => arguments.mutations = true,
            other => return Err(format!("there is no argument {other}")),
        }
    }
    if arguments.size.is_some_and(|(clients, accounts)| clients == 0 || accounts == 0) {
        return Err("a pool needs clients and accounts".to_owned());
    }
    Ok(arguments)
}

fn campaign(arguments: &Arguments) -> Campaign {
    Campaign {
        seeds: arguments.from..arguments.from.saturating_add(arguments.seeds),
        size: arguments.size,
        jobs: arguments.jobs,
        failures: 20,
    }
}

fn one(arguments: &Arguments, seed: u64) -> bool {
    match simulate(&campaign(arguments).scenario(seed)) {
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
    let result = campaign(arguments).run(|done| {
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
            tell(&failures);
            false
        }
    }
}

fn rate(done: u64, started: Instant) -> f64 {
    Duration::from_secs(done).as_secs_f64() / started.elapsed().as_secs_f64()
}

/// Tells which rules do not hold where, and shows the first failure as small as it gets.
fn tell(failures: &[Failure]) {
    let mut by_rule: BTreeMap<_, Vec<&Failure>> = BTreeMap::new();
    for failure in failures {
        by_rule.entry(failure.violation.rule).or_default().push(failure);
    }
    for (rule, failures) in &by_rule {
        let seeds: Vec<String> =
            failures.iter().take(8).map(|failure| failure.scenario.seed.to_string()).collect();
        println!("{rule:?} does not hold in {} scenarios: {}", failures.len(), seeds.join(", "));
    }
    println!();
    if let Some(first) = failures.first() {
        println!("{}", shrink(first));
    }
}

/// Makes the pool wrong in one way after another, and sees whether that is noticed.
fn mutations(arguments: &Arguments) -> bool {
    let seeds = arguments.from..arguments.from + arguments.seeds.min(2_000);
    let mut is_good = true;
    println!("{:<22}{:>7}  caught by", "mutation", "seeds");
    for mutation in Mutation::ALL {
        match caught(*mutation, seeds.clone()) {
            Some(failure) => {
                let played = failure.scenario.seed - arguments.from + 1;
                println!("{:<22}{played:>7}  {}", format!("{mutation:?}"), failure.violation);
            }
            None => {
                is_good = false;
                println!("{:<22}{:>7}  nothing: {}", format!("{mutation:?}"), "-", mutation.what());
            }
        }
    }
    is_good
}
