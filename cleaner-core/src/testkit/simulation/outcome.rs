use super::check::check;
use super::drive::play;
use super::show::story;
use super::{Rule, Scenario, Violation};

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

impl Failure {
    /// A scenario in which the engine panics.
    pub(super) fn panicked(scenario: Scenario, what: &str) -> Self {
        let violation =
            Violation { rule: Rule::RunsEnd, what: format!("the engine panicked: {what}"), record: 0 };
        Self { scenario, violation, story: String::new() }
    }
}

/// Plays a scenario and checks what must hold.
///
/// # Errors
/// What does not hold.
pub fn simulate(scenario: &Scenario) -> Result<(), Box<Failure>> {
    let played = play(scenario);
    match check(scenario, &played) {
        None => Ok(()),
        Some(violation) => {
            let story = played.cloud.with_history(|history| story(history, violation.record));
            Err(Box::new(Failure { scenario: scenario.clone(), violation, story }))
        }
    }
}
