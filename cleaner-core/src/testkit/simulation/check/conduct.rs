use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::drive::End;
use super::super::history::{Operation, Said, What};
use super::super::view::View;
use super::super::{Mode, Scenario};
use super::{Findings, Rule};
use crate::error::ErrorKind;
use crate::run::RunError;

/// How a run behaves: that it ends, stops when told to, and tells what it does.
pub(super) fn check(scenario: &Scenario, view: &View<'_>, end: &End, findings: &mut Findings) {
    let last = view.range.end.saturating_sub(1);
    let in_circles = matches!(end, End::Reported(report, _) if report
        .fatal
        .as_ref()
        .is_some_and(|error| error.kind == ErrorKind::Credentials && error.message.contains("circles")));
    if matches!(end, End::Endless) || in_circles {
        findings.add(Rule::RunsEnd, last, format!("the run goes on and on, {:?}", view.at(last)));
    }
    if let End::NotBegun(error) = end {
        refused(scenario, error, last, findings);
    }
    let refused = matches!(end, End::NotBegun(_));
    if scenario.mode == Mode::DryRun || refused {
        for (record, operation) in calls(view) {
            if operation.writes() {
                findings.add(Rule::NothingIsWritten, record, format!("{} was called", operation.name()));
            }
        }
    }
    stopped(view, findings);
    told(view, end, findings);
}

fn refused(scenario: &Scenario, error: &RunError, record: usize, findings: &mut Findings) {
    let expected = match error {
        RunError::Refused(_) => scenario.choice.limit.is_some(),
        RunError::Usage(_) => false,
        RunError::Failed(error) => {
            matches!(error.kind, ErrorKind::Interrupted | ErrorKind::Credentials | ErrorKind::Transient)
        }
    };
    if !expected {
        findings.add(Rule::CleanIsReached, record, format!("the run was refused: {error}"));
    }
}

fn calls<'a>(view: &'a View<'_>) -> impl Iterator<Item = (usize, Operation)> + 'a {
    view.range.clone().filter_map(|record| match view.history.records[record].what {
        What::Called { operation, .. } => Some((record, operation)),
        _ => None,
    })
}

fn stopped(view: &View<'_>, findings: &mut Findings) {
    let stopped =
        view.range.clone().find(|record| matches!(view.history.records[*record].what, What::Stopped));
    let Some(stopped) = stopped else { return };
    for (record, operation) in calls(view) {
        if record > stopped && view.at(record) > view.at(stopped) {
            let late = view.at(record).saturating_sub(view.at(stopped));
            let what = format!("{} was called {late:?} after the run was stopped", operation.name());
            findings.add(Rule::StoppedMeansStopped, record, what);
        }
    }
}

fn told(view: &View<'_>, end: &End, findings: &mut Findings) {
    let mut expected = 1;
    let mut finished: BTreeSet<&Arc<str>> = BTreeSet::new();
    for record in view.range.clone() {
        let What::Said { seq, event } = &view.history.records[record].what else { continue };
        match event {
            Said::RunStarted => {
                expected = 1;
                finished.clear();
            }
            Said::VerifyStarted => finished.clear(),
            Said::ItemFinished(id, _) if !finished.insert(id) => {
                findings.add(Rule::ItemsEndOnce, record, format!("{id} came to its end twice"));
            }
            Said::ItemFinished(id, outcome) if outcome.is_gone() => {
                let is_there = |life: &usize| {
                    let is_it = view.thing(*life).id == *id && view.knows(*life, record);
                    is_it && view.life(*life).is_there(record)
                };
                if view.lives().any(|life| is_there(&life)) {
                    findings.add(
                        Rule::DeletedIsGone,
                        record,
                        format!("{id} is said to be {outcome} and is there"),
                    );
                }
            }
            _ => {}
        }
        if *seq != expected {
            let what = format!("event {seq} came when it was the turn of {expected}");
            findings.add(Rule::EventsAreNumbered, record, what);
        }
        expected = seq + 1;
    }
    let End::Reported(report, _) = end else { return };
    if view.planned == view.range.end || view.scenario.mode != Mode::Clear {
        return;
    }
    for resource in report.resources.iter().filter(|resource| resource.verdict.action == "delete") {
        let planned = view
            .known
            .iter()
            .any(|(life, learned)| *learned < view.planned && *view.thing(*life).id == *resource.id);
        if planned && view.finished(&resource.id, view.range.end).is_none() {
            let what = format!("{} never came to its end", resource.id);
            findings.add(Rule::ItemsEndOnce, view.range.end.saturating_sub(1), what);
        }
    }
}
