use std::collections::BTreeMap;

use cleaner_core::report::{ItemOutcome, Outcome, Report};
use cleaner_core::run::StopCause;

use super::baseline::{drift, restored};
use super::problems::{leftovers, unknown, unsupported, warnings};
use super::table::{Cell, Table};
use super::{Paint, Tone, count, millis};

/// How many things of a kind are shown unless all are asked for.
pub(super) const MOST: usize = 30;

/// What became of everything: by type, then what is left and why, then one line.
pub(crate) fn summary(report: &Report, verbosity: i16, paint: Paint) -> String {
    let most = if verbosity > 0 { usize::MAX } else { MOST };
    let mut text = String::new();
    if !report.resources.is_empty() {
        text.push_str(&by_type(report, paint));
        text.push('\n');
    }
    // What nobody tried to delete is no leftover.
    if report.outcome != Outcome::Refused {
        text.push_str(&leftovers(report, paint, most));
    }
    text.push_str(&unknown(report, paint, most));
    text.push_str(&unsupported(report, paint, most));
    text.push_str(&drift(report, paint, most));
    text.push_str(&restored(report, paint));
    text.push_str(&warnings(report, paint));
    text.push_str(&last_line(report, paint));
    text
}

const COLUMNS: [(&str, ItemOutcome, Tone); 9] = [
    (">KEPT", ItemOutcome::Kept, Tone::Normal),
    (">TO DELETE", ItemOutcome::Planned, Tone::Doubt),
    (">TO EMPTY", ItemOutcome::Planned, Tone::Doubt),
    (">EMPTIED", ItemOutcome::Emptied, Tone::Good),
    (">DELETED", ItemOutcome::Deleted, Tone::Good),
    (">ALREADY GONE", ItemOutcome::AlreadyGone, Tone::Normal),
    (">FAILED", ItemOutcome::Failed, Tone::Bad),
    (">BLOCKED", ItemOutcome::Blocked, Tone::Bad),
    (">PENDING", ItemOutcome::Pending, Tone::Bad),
];

fn by_type(report: &Report, paint: Paint) -> String {
    let mut types: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for one in &report.resources {
        *types.entry(one.type_name.as_str()).or_default().entry(one.outcome.as_str()).or_default() += 1;
    }
    // A dry run deletes nothing, any other plans nothing, and what is emptied is not deleted: no column for that.
    let dry = report.summary.planned > 0 || report.outcome == Outcome::DryRun;
    let empties = !report.task.is_clear();
    let columns: Vec<_> = COLUMNS
        .iter()
        .filter(|(title, outcome, _)| match outcome {
            ItemOutcome::Kept => true,
            ItemOutcome::Planned => dry && empties == (*title == ">TO EMPTY"),
            ItemOutcome::Emptied => !dry && empties,
            ItemOutcome::Deleted | ItemOutcome::AlreadyGone => !dry && !empties,
            _ => !dry,
        })
        .collect();
    let mut titles = vec!["TYPE", ">FOUND"];
    titles.extend(columns.iter().map(|(title, _, _)| title));
    let mut table = Table::new(&titles);
    for (type_name, outcomes) in types {
        let found: usize = outcomes.values().sum();
        let cells = columns.iter().map(|(_, outcome, tone)| {
            Cell::count(*tone, outcomes.get(outcome.as_str()).copied().unwrap_or_default())
        });
        table.row([type_name.into(), Cell::count(Tone::Normal, found)].into_iter().chain(cells));
    }
    table.render(paint)
}

/// How the run ended, in a word or two.
pub(super) fn outcome_word(report: &Report) -> (Tone, &'static str) {
    match report.outcome {
        Outcome::Clean => (Tone::Good, "clean"),
        Outcome::DryRun => (Tone::Good, "dry run"),
        Outcome::Leftovers => (Tone::Bad, "leftovers"),
        Outcome::Incomplete => (Tone::Doubt, "incomplete"),
        Outcome::Refused => (Tone::Bad, "refused"),
        Outcome::Interrupted if report.stopped_by == Some(StopCause::Deadline) => {
            (Tone::Bad, "deadline passed")
        }
        Outcome::Interrupted => (Tone::Bad, "interrupted"),
        _ => (Tone::Bad, "failed"),
    }
}

/// How the run ended, in one line.
pub(crate) fn last_line(report: &Report, paint: Paint) -> String {
    let summary = &report.summary;
    let (tone, word) = outcome_word(report);
    let dry = summary.planned > 0 || report.outcome == Outcome::DryRun;
    let done = match (dry, report.task.is_clear()) {
        (true, true) => format!("{} to delete", summary.planned),
        (false, true) => format!("{} deleted", summary.deleted),
        (true, false) => format!("{} to empty", summary.planned),
        (false, false) => format!("{} emptied", summary.emptied),
    };
    let kept = if report.task.is_clear() { "kept" } else { "left as they are" };
    let mut parts = vec![done, format!("{} {kept}", summary.kept)];
    for (number, what) in [
        (summary.already_gone, "already gone"),
        (summary.failed, "failed"),
        (summary.blocked, "blocked"),
        (summary.pending, "pending"),
    ] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    if summary.unknown_lists > 0 {
        parts.push(format!("{} unknown", count(summary.unknown_lists, "listing")));
    }
    if summary.unknown_verdicts > 0 {
        parts.push(format!("{} unknown", count(summary.unknown_verdicts, "verdict")));
    }
    if summary.unsupported > 0 {
        parts.push(format!("{} unsupported", summary.unsupported));
    }
    if let Some(baseline) = &report.baseline {
        for (number, what) in [
            (baseline.missing.len(), "missing"),
            (baseline.replaced.len(), "replaced"),
            (baseline.changed.len() + baseline.settings.len(), "changed"),
        ] {
            if number > 0 {
                parts.push(format!("{number} of the baseline {what}"));
            }
        }
    }
    let word = paint.tone(tone, word);
    format!("{word}: {} in {}\n", parts.join(", "), millis(report.duration_ms))
}

#[cfg(test)]
mod tests;
