use std::time::Duration;

use cleaner_core::event::EventKind;
use cleaner_core::report::{ItemOutcome, ListStatus};
use cleaner_core::run::Task;

use crate::render::{Tone, clean, count, item, list, seconds};

/// What stays to be read of an event, if somebody who wants to hear this much cares for it.
///
/// Below 0: failures only; below -1: nothing. From 1 on: every item. From 2 on: every listing and attempt.
pub(super) fn message(kind: &EventKind, task: Task, verbosity: i16) -> Option<(Tone, String)> {
    let (least, tone, text) = describe(kind, task)?;
    (verbosity >= least).then(|| (tone, clean(&text).into_owned()))
}

fn describe(kind: &EventKind, task: Task) -> Option<(i16, Tone, String)> {
    let (delete, deleted, gone) =
        if task.is_clear() { ("delete", "deleted", "gone") } else { ("empty", "emptied", "empty") };
    Some(match kind {
        EventKind::RunStarted { run_id, account, regions, types, .. } => {
            let (regions, types) = (count(regions.len(), "region"), count(types.len(), "type"));
            (0, Tone::Normal, format!("run {run_id}: account {account}, {regions}, {types}"))
        }
        EventKind::Warning { message } => (-1, Tone::Doubt, format!("warning: {message}")),
        EventKind::ListFinished { type_name, region, status, found, error } => {
            let why = error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            match status {
                ListStatus::Ok => {
                    (2, Tone::Faint, format!("listed {type_name} in {region}: {}", count(*found, "resource")))
                }
                ListStatus::Unsupported => (2, Tone::Faint, format!("no {type_name} in {region}{why}")),
                _ => (-1, Tone::Bad, format!("failed to list {type_name} in {region}{why}")),
            }
        }
        EventKind::Planned { empty, keep, .. } if !task.is_clear() => {
            (0, Tone::Normal, format!("plan: {empty} to empty, {keep} left as they are"))
        }
        EventKind::Planned { delete, keep, cycles, .. } => {
            let circles = match cycles.len() {
                0 => String::new(),
                number => format!(", {} to unlink first", count(number, "circle")),
            };
            (0, Tone::Normal, format!("plan: {delete} to delete, {keep} kept{circles}"))
        }
        EventKind::DeleteStarted { item: what, attempt } => {
            (2, Tone::Faint, format!("deleting {}, attempt {attempt}", item(what)))
        }
        EventKind::EmptyingStarted { item: what, attempt } => {
            (2, Tone::Faint, format!("emptying {}, attempt {attempt}", item(what)))
        }
        EventKind::Waiting { item: what } => (2, Tone::Faint, format!("AWS deletes {}", item(what))),
        EventKind::AttemptFailed { item: what, error, retry_in_ms, blocked_by } => {
            let by =
                if blocked_by.is_empty() { String::new() } else { format!(" ({})", list(blocked_by, 3)) };
            let again = seconds(Duration::from_millis(*retry_in_ms));
            (1, Tone::Doubt, format!("{} is held{by}, again in {again} at the latest: {error}", item(what)))
        }
        EventKind::ItemFinished { item: what, outcome, error, blocked_by } => {
            let why = error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            let by =
                if blocked_by.is_empty() { String::new() } else { format!(" by {}", list(blocked_by, 3)) };
            match outcome {
                ItemOutcome::Deleted => (1, Tone::Good, format!("deleted {}", item(what))),
                ItemOutcome::AlreadyGone => (1, Tone::Normal, format!("already gone: {}", item(what))),
                ItemOutcome::Emptied => (1, Tone::Good, format!("emptied {}", item(what))),
                ItemOutcome::Failed => (-1, Tone::Bad, format!("failed to {delete} {}{why}", item(what))),
                ItemOutcome::Blocked => (-1, Tone::Bad, format!("blocked{by}: {}{why}", item(what))),
                ItemOutcome::Pending => (-1, Tone::Bad, format!("not {deleted}: {}{why}", item(what))),
                ItemOutcome::Kept | ItemOutcome::Planned => {
                    (1, Tone::Normal, format!("{outcome}: {}{why}", item(what)))
                }
            }
        }
        EventKind::ItemCorrected { item: what, outcome, error } => {
            let why = error.as_ref().map(|error| format!(": {error}")).unwrap_or_default();
            let (least, tone) = if outcome.is_done() { (1, Tone::Normal) } else { (-1, Tone::Bad) };
            match outcome {
                ItemOutcome::Planned => return None,
                _ => (
                    least,
                    tone,
                    format!("{} after all: {}{why}", outcome.as_str().replace('_', " "), item(what)),
                ),
            }
        }
        EventKind::LaneSlowed { service, region, budget, rate } => {
            (1, Tone::Doubt, format!("AWS throttles {service} in {region} ({budget}): now {rate:.1} calls/s"))
        }
        EventKind::VerifyStarted { pass, lists } => {
            (1, Tone::Normal, format!("look {pass} at {}", count(*lists, "list")))
        }
        EventKind::VerifyFinished { pass, remaining } => {
            (0, Tone::Normal, format!("look {pass}: {remaining} there that should be {gone}"))
        }
        EventKind::Restored { restored } => match (&restored.error, &restored.id) {
            (Some(error), _) => {
                (-1, Tone::Bad, format!("failed to make {} in {}: {error}", restored.what, restored.region))
            }
            (None, id) => {
                let id = id.as_deref().unwrap_or("-");
                (0, Tone::Good, format!("made {} in {} again: {id}", restored.what, restored.region))
            }
        },
        EventKind::Stopping { why } => (-1, Tone::Doubt, format!("stopping: {why}")),
        _ => return None,
    })
}
