use std::collections::BTreeMap;

use cleaner_core::error::Error;
use cleaner_core::report::{ItemOutcome, Report, ResourceReport};

use super::label::{clean, list, place};
use super::{Paint, Tone};

/// How many names stand in one line.
const NAMES: usize = 5;

/// What should be gone and is not: each with its cause, what holds it, and what AWS said.
pub(super) fn leftovers(report: &Report, paint: Paint, most: usize) -> String {
    let left: Vec<&ResourceReport> = report
        .resources
        .iter()
        .filter(|one| {
            matches!(one.outcome, ItemOutcome::Failed | ItemOutcome::Blocked | ItemOutcome::Pending)
        })
        .collect();
    let title = if report.task.is_clear() { "not deleted" } else { "not emptied" };
    section(title, Tone::Bad, &left, most, paint, |one| {
        let mut text = format!("{}: {}", label(one), one.outcome);
        if !one.blocked_by.is_empty() {
            text.extend([" by ", &list(&one.blocked_by, NAMES)]);
        }
        if let Some(error) = &one.error {
            text.extend(["\n    ", &cause(error)]);
        }
        text
    })
}

/// What nobody knows: listings that failed, and rules that could not be answered.
pub(super) fn unknown(report: &Report, paint: Paint, most: usize) -> String {
    let lists: Vec<_> = report.lists.iter().filter(|list| !list.status.is_known()).collect();
    let lists = section("not listed", Tone::Bad, &lists, most, paint, |one| {
        let why = one.error.as_ref().map_or_else(|| "nobody knows why".to_owned(), cause);
        format!("{} in {}: {why}", clean(&one.type_name), clean(&one.region))
    });
    // One rule that nobody can answer meets many resources alike.
    let mut verdicts: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for one in report.resources.iter().filter(|one| one.verdict.unknown) {
        let rule = one.verdict.rule.as_deref().unwrap_or("-");
        let why = (one.type_name.as_str(), one.region.as_str(), &*one.verdict.reason, rule);
        verdicts.entry(why).or_default().push(&one.name);
    }
    let verdicts: Vec<_> = verdicts.into_iter().collect();
    let title = "kept because a rule could not be answered";
    let verdicts =
        section(title, Tone::Bad, &verdicts, most, paint, |((type_name, region, why, rule), names)| {
            let (type_name, region, why, rule) = (clean(type_name), clean(region), clean(why), clean(rule));
            format!("{type_name} {} in {region}: {why}\n    {rule}", list(names, NAMES))
        });
    lists + &verdicts
}

/// What is there, and no type of the run lists.
pub(super) fn unsupported(report: &Report, paint: Paint, most: usize) -> String {
    let all: Vec<_> = report.unsupported.iter().collect();
    section("there, and listed by no type of this run", Tone::Doubt, &all, most, paint, |one| {
        let kind = one.type_name.as_deref().map(|name| format!("{} ", clean(name))).unwrap_or_default();
        format!("{kind}{} in {}", clean(&one.arn), clean(&one.region))
    })
}

/// What people should know.
pub(super) fn warnings(report: &Report, paint: Paint) -> String {
    let warnings: Vec<&String> = report.warnings.iter().collect();
    section("warnings", Tone::Doubt, &warnings, usize::MAX, paint, |text| clean(text).into_owned())
}

/// What went wrong, in one line.
pub(super) fn cause(error: &Error) -> String {
    let request = error.request_id.as_ref().map(|id| format!(" (request {id})")).unwrap_or_default();
    clean(&format!("{}: {error}{request}", error.kind)).into_owned()
}

fn label(one: &ResourceReport) -> String {
    place(one.type_name.as_str(), &one.id, &one.name, one.region.as_str())
}

/// A headed list, if there is anything in it; ends with an empty line.
pub(super) fn section<T>(
    title: &str,
    tone: Tone,
    things: &[T],
    most: usize,
    paint: Paint,
    line: impl Fn(&T) -> String,
) -> String {
    if things.is_empty() {
        return String::new();
    }
    let mut text = format!("{}\n", paint.tone(tone, &format!("{title}: {}", things.len())));
    for thing in things.iter().take(most) {
        text.extend(["  ", &line(thing), "\n"]);
    }
    if let Some(more @ 1..) = things.len().checked_sub(most) {
        text.extend(["  and ", &more.to_string(), " more (-v shows all, --report writes all)\n"]);
    }
    text + "\n"
}
