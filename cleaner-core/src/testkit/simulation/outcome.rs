use super::check::check;
use super::drive::play;
use super::show::story;
use super::{Scenario, Violation};

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
    let played = play(scenario);
    match check(scenario, &played) {
        None => Ok(()),
        Some(violation) => {
            let story = played.cloud.with_history(|history| story(history, violation.record));
            Err(Box::new(Failure { scenario: scenario.clone(), violation, story }))
        }
    }
}
