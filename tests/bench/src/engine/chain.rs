//! The longest chain of a run: no run of this plan could be faster, whatever it did at once.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use cleaner_core::builtin;
use cleaner_core::plan::{Graph, Plan};
use cleaner_core::report::{Journal, Report};
use cleaner_core::resource::TypeName;
use serde_json::{Value, json};

/// Reads events and weighs the chains of the plan in them.
///
/// An item weighs as much as the fastest deletion of its type took in this run, from its first call until it was found gone. What
/// its owner took along weighs nothing.
///
/// # Errors
/// If the events cannot be read, or hold no plan.
pub(crate) fn run(events: &Path) -> Result<Value, String> {
    let text = fs::read_to_string(events).map_err(|error| format!("{}: {error}", events.display()))?;
    let journal = Journal::parse(&text).map_err(|error| error.to_string())?;
    let plan = journal.plan.as_ref().ok_or("the events hold no plan")?;
    let registry = builtin().map_err(|error| format!("{error:?}"))?;
    let fastest = fastest(journal.report());
    let graph = plan.graph(&plan.relations(&registry), &registry);
    let (length, chain) = longest(plan, &graph, &fastest);
    Ok(json!({ "ms": length, "chain": chain, "items": graph.items }))
}

/// The fastest deletion of each type, in milliseconds.
fn fastest(report: &Report) -> HashMap<TypeName, f64> {
    let mut fastest: HashMap<TypeName, f64> = HashMap::new();
    for resource in &report.resources {
        let (Some(from), Some(to)) = (resource.started_at, resource.finished_at) else { continue };
        let took = to.duration_since(from).as_secs_f64() * 1000.0;
        fastest
            .entry(resource.type_name.clone())
            .and_modify(|least| *least = least.min(took))
            .or_insert(took);
    }
    fastest
}

/// The heaviest path through the graph, and the types on it.
fn longest(plan: &Plan, graph: &Graph, fastest: &HashMap<TypeName, f64>) -> (f64, Vec<String>) {
    let items = plan.items();
    let weight = |node: usize| {
        let resource = items.get(node).map(|place| &plan.entries[*place as usize].resource);
        resource.and_then(|resource| fastest.get(resource.type_name.as_str())).copied().unwrap_or(0.0)
    };
    let nodes = graph.after.len();
    let mut waits_for = graph.waits_for.clone();
    let mut reached: Vec<(f64, Option<usize>)> = (0..nodes).map(|node| (weight(node), None)).collect();
    let mut order: Vec<usize> = (0..nodes).filter(|node| waits_for[*node] == 0).collect();
    let mut next = 0;
    while let Some(&node) = order.get(next) {
        next += 1;
        for (after, _) in &graph.after[node] {
            let after = *after as usize;
            let through = reached[node].0 + weight(after);
            if through > reached[after].0 {
                reached[after] = (through, Some(node));
            }
            waits_for[after] -= 1;
            if waits_for[after] == 0 {
                order.push(after);
            }
        }
    }
    let last = (0..nodes).max_by(|a, b| reached[*a].0.total_cmp(&reached[*b].0));
    let mut chain = Vec::new();
    let mut at = last;
    while let Some(node) = at {
        if let Some(place) = items.get(node) {
            let name = &plan.entries[*place as usize].resource.type_name;
            chain.push(format!("{name} {:.0} ms", weight(node)));
        }
        at = reached[node].1;
    }
    chain.reverse();
    (last.map_or(0.0, |node| reached[node].0), chain)
}
