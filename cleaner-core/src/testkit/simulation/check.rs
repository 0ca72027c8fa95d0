//! What must hold after every run, checked against the cloud's own truth.

mod conduct;
mod deletions;
mod reporting;

use std::fmt;

use super::drive::{End, Played};
use super::view::View;
use super::{Ending, Scenario};

/// What does not hold.
#[derive(Clone, Debug)]
pub struct Violation {
    /// The rule.
    pub rule: Rule,
    /// What happened instead.
    pub what: String,
    /// The place in the history.
    pub(super) record: usize,
}

/// What must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Rule {
    /// Nothing that must stay is deleted by a call.
    NothingKeptIsDeleted,
    /// Nothing that must stay is taken along by something that is deleted.
    NothingKeptIsTakenAlong,
    /// What uses something goes before what it uses.
    UsersGoFirst,
    /// What uses a part of something goes before the whole.
    UsersOfPartsGoFirst,
    /// What takes something along goes before it.
    OwnersGoFirst,
    /// A type that comes after another type comes after it.
    TypesInOrder,
    /// Circles are unlinked before anything in them is deleted.
    CirclesAreUnlinked,
    /// A plan that is applied deletes what it names, and nothing that came later.
    OnlyWhatThePlanNames,
    /// What is known to be another one under a name is not deleted before it was judged itself.
    NamesakesAreSpared,
    /// No more is deleted than is allowed.
    LimitsHold,
    /// A dry run, and a run that is refused, write nothing.
    NothingIsWritten,
    /// A run that was told to stop makes no further call.
    StoppedMeansStopped,
    /// A run comes to its end, without going in circles.
    RunsEnd,
    /// Events are numbered without gaps.
    EventsAreNumbered,
    /// Every item comes to its end, once.
    ItemsEndOnce,
    /// What is said or reported to be deleted is gone.
    DeletedIsGone,
    /// What is reported as left is there.
    LeftIsThere,
    /// What is reported as kept is untouched, and there is a reason to keep it.
    KeptIsKept,
    /// Everything that was there to be seen is in the report, and the counts are right.
    ReportIsComplete,
    /// A run is called clean only if nothing is left and nothing is unknown.
    CleanIsClean,
    /// The events of a run tell what its report tells.
    EventsTellTheSame,
    /// A run is called clean only after a look at everything it touched, and at everything deletions leave behind.
    CleanIsProven,
    /// Where a clean end is possible, it is reached.
    CleanIsReached,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.rule, self.what)
    }
}

/// Collects what does not hold.
#[derive(Debug, Default)]
pub(super) struct Findings(pub(super) Vec<Violation>);

impl Findings {
    pub(super) fn add(&mut self, rule: Rule, record: usize, what: impl Into<String>) {
        self.0.push(Violation { rule, what: what.into(), record });
    }
}

/// The first thing that does not hold.
pub(super) fn check(scenario: &Scenario, played: &Played) -> Option<Violation> {
    played.cloud.with_history(|history| {
        let mut findings = Findings::default();
        for (number, (view, end)) in View::all(scenario, history).iter().zip(&played.ends).enumerate() {
            let mut scenario = scenario.clone();
            if number > 0 {
                // Whoever comes after a crash clears the account, undisturbed.
                scenario.mode = super::Mode::Clear;
                scenario.ending = Ending::None;
            }
            conduct::check(&scenario, view, end, &mut findings);
            deletions::check(&scenario, view, &mut findings);
            if let End::Reported(report, journal) = end {
                let last = view.range.end.saturating_sub(1);
                reporting::journal(scenario.ending, report, journal, last, &mut findings);
                reporting::check(&scenario, view, report, &mut findings);
            }
        }
        findings.0.sort_by_key(|violation| (violation.rule, violation.record));
        findings.0.into_iter().next()
    })
}
