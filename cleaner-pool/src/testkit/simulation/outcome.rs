use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::play::play;
use super::rule::{Rule, Violation};
use super::scenario::{Faults, Scenario};

/// How many lines of a story are shown.
const SHOWN: usize = 80;

/// A scenario in which something does not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The scenario.
    pub scenario: Scenario,
    /// What does not hold.
    pub violation: Violation,
    /// What happened, line by line.
    pub story: String,
}

/// Plays a scenario and checks what must hold.
///
/// # Errors
/// What does not hold.
pub fn simulate(scenario: &Scenario) -> Result<(), Box<Failure>> {
    let played = |telling| {
        catch_unwind(AssertUnwindSafe(|| play(scenario, telling))).unwrap_or_else(|cause| {
            let what = cause
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| cause.downcast_ref::<&str>().copied())
                .unwrap_or("for unknown reasons");
            (Some(Violation { rule: Rule::NoPanic, what: what.to_owned() }), String::new())
        })
    };
    // A story costs more than the play: it is told only where something does not hold.
    let Some(violation) = played(false).0 else { return Ok(()) };
    let story = played(true).1;
    Err(Box::new(Failure { scenario: scenario.clone(), violation, story }))
}

/// A smaller scenario in which the same rule does not hold.
pub fn shrink(failure: &Failure) -> Failure {
    let mut smallest = failure.clone();
    loop {
        let smaller = candidates(&smallest.scenario).into_iter().find_map(|candidate| {
            let found = simulate(&candidate).err()?;
            (found.violation.rule == failure.violation.rule).then_some(*found)
        });
        match smaller {
            Some(smaller) => smallest = smaller,
            None => return smallest,
        }
    }
}

fn candidates(scenario: &Scenario) -> Vec<Scenario> {
    let mut candidates = Vec::new();
    let mut change = |change: &dyn Fn(&mut Scenario)| {
        let mut candidate = scenario.clone();
        change(&mut candidate);
        if candidate != *scenario {
            candidates.push(candidate);
        }
    };
    change(&|scenario| scenario.clients = (scenario.clients / 2).max(1));
    change(&|scenario| scenario.clients = (scenario.clients - 1).max(1));
    change(&|scenario| scenario.accounts = (scenario.accounts / 2).max(1));
    change(&|scenario| scenario.accounts = (scenario.accounts - 1).max(1));
    change(&|scenario| scenario.workers = 1);
    change(&|scenario| scenario.concurrency = 1);
    change(&|scenario| scenario.rounds = 1);
    change(&|scenario| scenario.uncleanable = 0);
    change(&|scenario| scenario.operator = false);
    change(&|scenario| scenario.drift = 0);
    let faults: [fn(&mut Faults) -> &mut u32; 8] = [
        |faults| &mut faults.throttled,
        |faults| &mut faults.failed,
        |faults| &mut faults.lost,
        |faults| &mut faults.late,
        |faults| &mut faults.slow,
        |faults| &mut faults.crash,
        |faults| &mut faults.pause,
        |faults| &mut faults.failing,
    ];
    for fault in faults {
        change(&|scenario| *fault(&mut scenario.faults) = 0);
    }
    candidates
        .retain(|candidate| candidate.uncleanable < candidate.accounts.max(1) || candidate.uncleanable == 0);
    candidates
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{:?}", self.violation, self.scenario)?;
        let lines: Vec<&str> = self.story.lines().collect();
        let cut = lines.len().saturating_sub(SHOWN);
        if cut > 0 {
            writeln!(f, "… {cut} lines before")?;
        }
        lines[cut..].iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}
