//! Some thousands of scenarios.

use std::collections::BTreeMap;

use super::{Scenario, simulate};

#[test]
fn simulation_finds_nothing() {
    let mut found: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
    let (from, to) = (env("FROM", 0), env("TO", 2000));
    for seed in from..to {
        if let Err(failure) = simulate(&Scenario::of(seed)) {
            found
                .entry(format!("{:?}", failure.violation.rule))
                .or_default()
                .push((seed, failure.violation.to_string()));
        }
    }
    for (rule, list) in &found {
        let shown: Vec<_> = list.iter().take(4).collect();
        eprintln!("{rule}: {} {shown:#?}", list.len());
    }
    assert!(found.is_empty());
}

fn env(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

#[test]
#[ignore]
fn one() {
    let seed = env("SEED", 0);
    match simulate(&Scenario::of(seed)) {
        Ok(()) => eprintln!("fine"),
        Err(failure) => eprintln!("{}", super::shrink(&failure)),
    }
}

#[test]
#[ignore]
fn cost() {
    let (from, to) = (env("FROM", 0), env("TO", 300));
    let (mut playing, mut checking) = (std::time::Duration::ZERO, std::time::Duration::ZERO);
    let mut all = Vec::new();
    for seed in from..to {
        let scenario = Scenario::of(seed);
        let t = std::time::Instant::now();
        let played = super::drive::play(&scenario);
        let p = t.elapsed();
        let t = std::time::Instant::now();
        let _ = super::check::check(&scenario, &played);
        let c = t.elapsed();
        playing += p;
        checking += c;
        all.push((
            p,
            c,
            seed,
            played.cloud.with_history(|h| (h.records.len(), h.lives.len(), h.records.last().map(|r| r.at))),
        ));
    }
    eprintln!("{playing:?} {checking:?}");
    all.sort();
    for one in all.iter().rev().take(12) {
        eprintln!("{one:?}");
    }
    eprintln!("median {:?}", all[all.len() / 2]);
}
