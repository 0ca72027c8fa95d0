use std::fmt::Write as _;

use cleaner_core::report::{CombinedReport, Outcome, Report};

use super::summary::{outcome_word, summary};
use super::table::{Cell, Table};
use super::{Paint, Tone, count, millis};

/// What became of many accounts: all in a table, then what is wrong with which, then one line.
pub(crate) fn combined(report: &CombinedReport, verbosity: i16, paint: Paint) -> String {
    let mut table = Table::new(&["ACCOUNT", "ALIAS", "OUTCOME", ">DELETED", ">KEPT", ">LEFT", ">TIME"]);
    for one in &report.accounts {
        let (tone, word) = outcome_word(one);
        let found = &one.summary;
        table.row([
            id(one).into(),
            one.account.alias.as_deref().unwrap_or_default().into(),
            Cell::new(tone, word),
            Cell::count(Tone::Good, found.deleted),
            Cell::count(Tone::Normal, found.kept),
            Cell::count(Tone::Bad, found.failed + found.blocked + found.pending),
            millis(one.duration_ms).into(),
        ]);
    }
    let mut text = table.render(paint);
    for one in &report.accounts {
        let is_good = matches!(one.outcome, Outcome::Clean | Outcome::DryRun);
        if verbosity > 0 || !is_good {
            let _ = writeln!(text, "\n{}", paint.tone(Tone::Strong, id(one)));
            if let (false, Some(reason)) = (is_good, &one.reason) {
                let _ = writeln!(text, "{}", super::clean(reason));
            }
            text.push_str(&summary(one, verbosity, paint));
        }
    }
    if !report.left_out.is_empty() {
        text.push_str("\nLeft out:\n");
        for one in &report.left_out {
            let _ = writeln!(text, "  {} {}: {}", one.account, super::clean(&one.name), one.reason);
        }
    }
    text.push('\n');
    text.push_str(&last_line(report));
    text
}

fn id(report: &Report) -> &str {
    report.account.id.as_ref().map_or("?", |id| id.as_str())
}

fn last_line(report: &CombinedReport) -> String {
    let outcomes = [
        Outcome::Clean,
        Outcome::DryRun,
        Outcome::Leftovers,
        Outcome::Incomplete,
        Outcome::Refused,
        Outcome::Interrupted,
        Outcome::Failed,
    ];
    let parts: Vec<String> = outcomes
        .into_iter()
        .filter_map(|outcome| match report.count(outcome) {
            0 => None,
            number => Some(format!("{number} {}", outcome.as_str().replace('_', " "))),
        })
        .collect();
    let resources = match report.outcome {
        Outcome::DryRun => format!("{} to delete", report.summary.planned),
        _ => format!("{} deleted", report.summary.deleted),
    };
    format!(
        "{}: {}; {resources}, {} kept in {}\n",
        count(report.accounts.len(), "account"),
        parts.join(", "),
        report.summary.kept,
        millis(report.duration_ms)
    )
}
