use super::*;
use crate::testkit::{Mutation, caught};

#[test]
fn pools_of_any_kind_keep_their_rules() {
    let campaign = Campaign { seeds: 0..400, size: None, jobs: 2, failures: 1 };
    if let Err(failures) = campaign.run(|_| {}) {
        panic!("{}", shrink(&failures[0]));
    }
}

#[test]
fn a_large_pool_keeps_its_rules() {
    if let Err(failure) = simulate(&Scenario::sized(7, 200, 20)) {
        panic!("{failure}");
    }
}

#[test]
fn a_seed_plays_the_same_twice() {
    let scenario = Scenario::sized(3, 30, 4);
    assert_eq!(super::play::play(&scenario, true).1, super::play::play(&scenario, true).1);
}

/// What notices which mutation, and within how many seeds.
#[test]
fn a_wrong_pool_is_noticed() {
    for mutation in Mutation::ALL {
        let failure = caught(*mutation, 0..400);
        assert!(failure.is_some(), "nobody notices: {}", mutation.what());
    }
}
