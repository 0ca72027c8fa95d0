use super::{Scenario, simulate};

#[test]
fn a_seed_always_makes_the_same_scenario_and_the_same_run() {
    for seed in 0..20 {
        let scenario = Scenario::of(seed);
        assert_eq!(format!("{scenario:?}"), format!("{:?}", Scenario::of(seed)), "seed {seed}");
        let violation = |scenario| simulate(scenario).err().map(|failure| failure.violation.to_string());
        assert_eq!(violation(&scenario), violation(&scenario), "seed {seed}");
    }
}
