use std::collections::BTreeMap;

use cleaner_core::handler::Registry;
use cleaner_core::plan::Plan;
use cleaner_core::report::Report;

use super::baseline::drift;
use super::label::{called, list};
use super::problems::{unknown, warnings};
use super::resources::verdicts;
use super::summary::MOST;
use super::table::{Cell, Table};
use super::{Paint, Tone, clean, count, last_line};

/// What a plan does, and how the run that made it ended.
pub(crate) fn plan(
    plan: &Plan,
    report: &Report,
    registry: &Registry,
    verbosity: i16,
    paint: Paint,
) -> String {
    preview(plan, report, registry, verbosity, paint) + &warnings(report, paint) + &last_line(report, paint)
}

/// What a plan does: by type and region, or resource by resource; circles; what nobody knows.
pub(crate) fn preview(
    plan: &Plan,
    report: &Report,
    registry: &Registry,
    verbosity: i16,
    paint: Paint,
) -> String {
    let mut text = String::new();
    if !report.resources.is_empty() {
        text.push_str(&by_place(report, paint));
        text.push('\n');
        if verbosity > 0 {
            text.push_str(&verdicts(&report.resources, paint));
            text.push('\n');
        }
    }
    text.push_str(&circles(plan, registry, paint));
    let most = if verbosity > 0 { usize::MAX } else { MOST };
    text.push_str(&unknown(report, paint, most));
    text.push_str(&drift(report, paint, most));
    text
}

#[derive(Default)]
struct Place<'a> {
    /// Deleted, or emptied if that is what the run is for.
    acted_on: usize,
    keep: usize,
    unknown: usize,
    rules: BTreeMap<&'a str, usize>,
}

fn by_place(report: &Report, paint: Paint) -> String {
    let mut places: BTreeMap<(&str, &str), Place<'_>> = BTreeMap::new();
    for one in &report.resources {
        let place = places.entry((one.type_name.as_str(), one.region.as_str())).or_default();
        if one.verdict.action != "keep" {
            place.acted_on += 1;
            continue;
        }
        if one.verdict.unknown {
            place.unknown += 1;
        } else {
            place.keep += 1;
        }
        *place.rules.entry(one.verdict.rule.as_deref().unwrap_or("-")).or_default() += 1;
    }
    let action = if report.task.is_clear() { ">DELETE" } else { ">EMPTY" };
    let mut table = Table::new(&["TYPE", "REGION", action, ">KEEP", ">UNKNOWN", "KEPT BY"]);
    for ((type_name, region), place) in places {
        let mut rules: Vec<(&str, usize)> = place.rules.into_iter().collect();
        rules.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        let rules: Vec<String> = rules
            .into_iter()
            .map(|(rule, number)| if number == 1 { rule.to_owned() } else { format!("{rule} ({number})") })
            .collect();
        table.row([
            type_name.into(),
            region.into(),
            Cell::count(Tone::Doubt, place.acted_on),
            Cell::count(Tone::Good, place.keep),
            Cell::count(Tone::Bad, place.unknown),
            list(&rules, 3).into(),
        ]);
    }
    table.render(paint)
}

/// Resources that cite each other in a circle.
fn circles(plan: &Plan, registry: &Registry, paint: Paint) -> String {
    let cycles = plan.graph(&plan.relations(registry), registry).cycles;
    if cycles.is_empty() {
        return String::new();
    }
    let items = plan.items();
    let title = format!("{} unlinked first", count(cycles.len(), "circle"));
    let mut text = format!("{}\n", paint.tone(Tone::Strong, &title));
    for circle in cycles {
        let members: Vec<String> = circle
            .iter()
            .map(|node| &plan.entries[items[*node as usize] as usize].resource)
            .map(|one| format!("{} {}", clean(one.type_name.as_str()), called(&one.id, &one.name)))
            .collect();
        text.extend(["  ", &list(&members, 10), "\n"]);
    }
    text + "\n"
}

#[cfg(test)]
mod tests;
