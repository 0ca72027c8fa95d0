use std::num::NonZero;
use std::thread;

use super::{Campaign, Scenario, shrink, simulate};

/// As many as a debug build plays in half a minute on one processor.
const SEEDS: u64 = 2_000;

#[test]
fn a_seed_always_makes_the_same_scenario_and_the_same_run() {
    for seed in 0..20 {
        let scenario = Scenario::of(seed);
        assert_eq!(format!("{scenario:?}"), format!("{:?}", Scenario::of(seed)), "seed {seed}");
        let violation = |scenario| simulate(scenario).err().map(|failure| failure.violation.to_string());
        assert_eq!(violation(&scenario), violation(&scenario), "seed {seed}");
    }
}

#[test]
fn whatever_happens_in_an_account_what_must_hold_holds() {
    let jobs = thread::available_parallelism().map_or(1, NonZero::get);
    let campaign = Campaign { seeds: 0..SEEDS, jobs, failures: 1 };
    if let Err(failures) = campaign.run(|_| {}) {
        panic!("{}", shrink(&failures[0]));
    }
}
