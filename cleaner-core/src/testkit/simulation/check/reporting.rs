use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::super::history::{How, Said, What};
use super::super::hopes::{can_end_clean, with_left};
use super::super::keeps;
use super::super::view::View;
use super::super::{Dates, Ending, Mode, Scenario, Thing};
use super::{Findings, Rule};
use crate::report::{ItemOutcome, Journal, Outcome, Report, ResourceReport};

/// The report, against the truth.
pub(super) fn check(scenario: &Scenario, view: &View<'_>, report: &Report, findings: &mut Findings) {
    let left = view.left();
    for resource in &report.resources {
        one(view, report, resource, &left, findings);
    }
    complete(view, report, findings);
    counts(view, report, findings);
    if report.outcome == Outcome::Clean {
        clean(view, report, &left, findings);
        proven(view, findings);
    } else if scenario.mode != Mode::DryRun && can_end_clean(scenario, view) {
        let what = format!("the outcome is {}: {:?}", report.outcome, report.reason);
        findings.add(Rule::CleanIsReached, view.range.end.saturating_sub(1), what);
    }
}

/// The events, against the report: whoever has these only must come to the same.
pub(super) fn journal(
    ending: Ending,
    report: &Report,
    journal: &Journal,
    last: usize,
    findings: &mut Findings,
) {
    let told = journal.report();
    let mut differ = |what: String| findings.add(Rule::EventsTellTheSame, last, what);
    // Whoever writes down the last event cannot know yet that nobody keeps it.
    if !matches!(ending, Ending::Reporter(_))
        && (report.outcome, &report.reason) != (told.outcome, &told.reason)
    {
        differ(format!("the report says {}, the events {}", report.outcome, told.outcome));
    }
    if report.summary != told.summary {
        differ(format!("the report counts {:?}, the events {:?}", report.summary, told.summary));
    }
    for (reported, told) in report.resources.iter().zip(&told.resources) {
        let what = |one: &ResourceReport| {
            let error = one.error.as_ref().map(ToString::to_string);
            (one.id.clone(), one.outcome, one.verdict.clone(), one.stack.clone(), one.attempts, error)
        };
        if what(reported) != what(told) {
            differ(format!("the report says {:?}, the events {:?}", what(reported), what(told)));
        }
    }
    let lists = |report: &Report| -> Vec<String> {
        report
            .lists
            .iter()
            .map(|list| format!("{} {} {:?}", list.type_name, list.region, list.status))
            .collect()
    };
    if lists(report) != lists(told) {
        differ(format!("the report has the listings {:?}, the events {:?}", lists(report), lists(told)));
    }
}

fn one(
    view: &View<'_>,
    report: &Report,
    resource: &ResourceReport,
    left: &BTreeMap<&str, usize>,
    findings: &mut Findings,
) {
    let id = &*resource.id;
    let last = view.range.end.saturating_sub(1);
    let there = left.get(id).copied();
    match resource.outcome {
        ItemOutcome::Deleted | ItemOutcome::AlreadyGone => {
            let ended = view.finished(id, view.range.end).unwrap_or(view.planned);
            if let Some(life) = there
                && view.knows(life, ended)
            {
                let what = format!("{id} is reported as {} and is there", resource.outcome);
                findings.add(Rule::DeletedIsGone, ended, what);
            }
        }
        ItemOutcome::Failed | ItemOutcome::Blocked | ItemOutcome::Pending => {
            let looked_back = matches!(report.outcome, Outcome::Leftovers | Outcome::Incomplete);
            let gone = view
                .lives()
                .filter(|life| *view.thing(*life).id == *id)
                .filter_map(|life| view.life(life).removed.as_ref().map(|(record, ..)| *record));
            if there.is_none()
                && looked_back
                && let Some(gone) = gone.max()
                && view.lists.iter().any(|list| {
                    list.began > gone
                        && resource.type_name == **list.kind
                        && resource.region == **list.region
                        && !list.found.iter().any(|life| *view.thing(*life).id == *id)
                })
            {
                let what = format!("{id} is reported as {} and is gone", resource.outcome);
                findings.add(Rule::LeftIsThere, last, what);
            }
        }
        ItemOutcome::Kept => {
            let last_known =
                view.lives().rev().find(|life| *view.thing(*life).id == *id && view.known.contains_key(life));
            let called = last_known.filter(|life| !is_mistaken(view, *life)).and_then(|life| {
                let (record, _, how) = view.life(life).removed.as_ref()?;
                let asked = view.asked().any(|(_, _, asked)| asked == life);
                (*how == How::Called && view.range.contains(record) && asked).then_some(*record)
            });
            if let Some(record) = called {
                findings.add(Rule::KeptIsKept, record, format!("{id} is reported as kept and was deleted"));
            }
        }
        ItemOutcome::Planned | ItemOutcome::Emptied => {}
    }
}

/// Whether a life may be deleted for another one of its name, since lists do not tell them apart.
fn is_mistaken(view: &View<'_>, life: usize) -> bool {
    let thing = view.thing(life);
    let is_other =
        |other: usize| other != life && view.thing(other).id == thing.id && view.known.contains_key(&other);
    view.scenario.kind(&thing.kind).dates != Dates::Listed && view.lives().any(is_other)
}

/// Whether everything that was touched was looked at after the last deletion, and everything that deletions leave behind.
fn proven(view: &View<'_>, findings: &mut Findings) {
    let last = view.range.end.saturating_sub(1);
    let mut deleted: Vec<&Thing> = Vec::new();
    let mut end = view.range.start;
    for record in view.range.clone() {
        if let What::Said { event: Said::ItemFinished(id, ItemOutcome::Deleted), .. } =
            &view.history.records[record].what
        {
            end = record;
            deleted.extend(view.lives().map(|life| view.thing(life)).find(|thing| thing.id == *id));
        }
    }
    let mut places: BTreeSet<(&Arc<str>, &Arc<str>)> =
        deleted.iter().map(|thing| (&thing.kind, &thing.region)).collect();
    if view.scenario.mode == Mode::Clear {
        for kind in view.scenario.kinds.iter().filter(|kind| kind.by_product && view.is_chosen(&kind.name)) {
            let regions = deleted.iter().map(|thing| &thing.region);
            let fits = regions.filter(|region| kind.global == (&***region == "global"));
            places.extend(fits.map(|region| (&kind.name, region)));
        }
    }
    for (kind, region) in places.into_iter().filter(|(kind, region)| !view.is_forgiven(kind, region)) {
        let is_looked_at =
            view.lists.iter().any(|list| list.kind == kind && list.region == region && list.began > end);
        if !is_looked_at {
            let what = format!("nobody looked at {kind} in {region} after the last deletion");
            findings.add(Rule::CleanIsProven, last, what);
        }
    }
}

fn complete(view: &View<'_>, report: &Report, findings: &mut Findings) {
    if view.planned == view.range.end {
        return;
    }
    for list in view.lists.iter().filter(|list| list.record < view.planned) {
        for life in list.found.iter().filter(|life| view.is_selected(view.thing(**life))) {
            let id = &*view.thing(*life).id;
            if view.scenario.mode == Mode::Clear
                && !report.resources.iter().any(|resource| *resource.id == *id)
            {
                findings.add(
                    Rule::ReportIsComplete,
                    view.planned,
                    format!("{id} was found and is not reported"),
                );
            }
        }
    }
    for life in view.lives().filter(|life| view.is_steady(*life) && view.is_targeted(view.thing(*life))) {
        let thing = view.thing(life);
        let listed = view.lists.iter().find(|list| {
            list.record < view.planned && *list.kind == thing.kind && *list.region == thing.region
        });
        if let Some(list) = listed
            && !list.found.contains(&life)
        {
            let what = format!("{} was there and was not found", thing.id);
            findings.add(Rule::ReportIsComplete, list.record, what);
        }
    }
}

fn counts(view: &View<'_>, report: &Report, findings: &mut Findings) {
    let count =
        |outcome: ItemOutcome| report.resources.iter().filter(|resource| resource.outcome == outcome).count();
    let summary = &report.summary;
    let right = summary.found == report.resources.len()
        && summary.kept == count(ItemOutcome::Kept)
        && summary.deleted == count(ItemOutcome::Deleted)
        && summary.already_gone == count(ItemOutcome::AlreadyGone)
        && summary.failed == count(ItemOutcome::Failed)
        && summary.blocked == count(ItemOutcome::Blocked)
        && summary.pending == count(ItemOutcome::Pending);
    if !right {
        findings.add(Rule::ReportIsComplete, view.range.end.saturating_sub(1), "the counts are wrong");
    }
}

fn clean(view: &View<'_>, report: &Report, left: &BTreeMap<&str, usize>, findings: &mut Findings) {
    let last = view.range.end.saturating_sub(1);
    if !view.failed_lists.is_empty() {
        let what = format!("{:?} could not be listed, and the run is called clean", view.failed_lists);
        findings.add(Rule::CleanIsClean, last, what);
    }
    let may_stay = keeps::may_stay(view);
    for resource in &report.resources {
        match resource.outcome {
            ItemOutcome::Deleted | ItemOutcome::AlreadyGone => {}
            ItemOutcome::Kept => {
                let reason = may_stay.iter().any(|life| *view.thing(*life).id == *resource.id);
                // Of two of one name, one may be kept for what was asked of the other, or is said of it.
                let lives = view.lives().filter(|life| *view.thing(*life).id == *resource.id);
                let all = view.scenario.things.iter().flat_map(with_left);
                let namesakes = all.filter(|thing| *thing.id == *resource.id);
                let reason = reason || lives.count() > 1 || namesakes.count() > 1;
                // A plan leaves alone whatever it does not name.
                if !reason && view.scenario.mode == Mode::Clear {
                    let why = &resource.verdict.reason;
                    findings.add(
                        Rule::KeptIsKept,
                        last,
                        format!("{} is kept, though nothing says so: {why}", resource.id),
                    );
                }
            }
            other => {
                let what = format!("{} is {other}, and the run is called clean", resource.id);
                findings.add(Rule::CleanIsClean, last, what);
            }
        }
    }
    for (id, life) in left {
        let thing = view.thing(*life);
        // What nobody had seen when the run looked last came after it.
        let seen = view.is_selected(thing)
            && view.last_list(thing).is_some_and(|list| list.found.contains(life))
            && (view.scenario.mode == Mode::Clear || view.knows(*life, view.planned));
        let kept = report
            .resources
            .iter()
            .any(|resource| *resource.id == **id && resource.outcome == ItemOutcome::Kept);
        if seen && !kept {
            findings.add(Rule::CleanIsClean, last, format!("{id} is there, and the run is called clean"));
        }
    }
}
