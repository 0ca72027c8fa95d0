use std::num::NonZero;
use std::thread;

use super::{Campaign, Scenario, shrink, simulate};
use crate::testkit::{Mutation, caught};

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

/// Scenarios of the first million that failed since the generator was changed last.
const FAILED: [u64; 8] = [17_531, 99_459, 376_359, 412_363, 528_119, 635_451, 929_127, 993_767];

#[test]
fn what_once_did_not_hold_holds() {
    for seed in FAILED {
        if let Err(failure) = simulate(&Scenario::of(seed)) {
            panic!("seed {seed}: {}", failure.violation);
        }
    }
}

/// Seeds that notice a wrong engine. Whoever changes the generator finds new ones by `cargo xtask simulate --mutations`.
const NOTICED: [(Mutation, u64); 45] = [
    (Mutation::LosesUses, 1),
    (Mutation::LosesOwners, 1),
    (Mutation::LosesTypeOrder, 11),
    (Mutation::LosesOwnersOfUsed, 11),
    (Mutation::SkipsUnlink, 40),
    (Mutation::SkipsVerify, 1),
    (Mutation::LooksBackOnly, 14),
    (Mutation::ForgetsByProducts, 9),
    (Mutation::IgnoresFailedLists, 25),
    (Mutation::LosesThrottledLists, 1),
    (Mutation::DeniedIsGone, 64),
    (Mutation::StartedIsGone, 2),
    (Mutation::FailedLateIsGone, 29),
    (Mutation::UnreadableIsGone, 67),
    (Mutation::KeepsDoNotSpread, 2),
    (Mutation::KeepsNoUsed, 2),
    (Mutation::KeepsNoOwned, 4),
    (Mutation::KeepsNoOwners, 8),
    (Mutation::KeepsNoWholes, 44),
    (Mutation::IgnoresKeepTags, 0),
    (Mutation::IgnoresUnreadableTags, 64),
    (Mutation::IgnoresProtections, 11),
    (Mutation::IgnoresManaged, 10),
    (Mutation::IgnoresRules, 13),
    (Mutation::IgnoresSelection, 6),
    (Mutation::IgnoresExclusions, 49),
    (Mutation::ForgetsUnlistedStacks, 661),
    (Mutation::ForgetsUnlistedUsers, 907),
    (Mutation::ForgetsEarlierKeeps, 163),
    (Mutation::NoIdentityCheck, 284),
    (Mutation::BlocksNobody, 28),
    (Mutation::IgnoresStop, 59),
    (Mutation::IgnoresLoss, 39),
    (Mutation::NeverTriesAgain, 14),
    (Mutation::NeverGivesUp, 10),
    (Mutation::NeverLooksAgain, 1),
    (Mutation::TransientIsFinal, 9),
    (Mutation::FinishesTwice, 0),
    (Mutation::LosesAnEvent, 14),
    (Mutation::LosesLeftovers, 10),
    (Mutation::FailedIsDeleted, 55),
    (Mutation::UnknownIsClean, 25),
    (Mutation::LimitMeansNothing, 3),
    (Mutation::NamesakeIsTheSame, 83),
    (Mutation::LeftoversHoldNothing, 442),
];

#[test]
fn a_wrong_engine_is_noticed() {
    let known: Vec<Mutation> = NOTICED.iter().map(|(mutation, _)| *mutation).collect();
    assert_eq!(known, Mutation::ALL);
    for (mutation, seed) in NOTICED {
        assert!(caught(mutation, seed..seed + 1).is_some(), "{mutation:?} is not noticed with seed {seed}");
    }
}
