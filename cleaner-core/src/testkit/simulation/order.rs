//! What must go before what, worked out from the cloud's own truth: an independent second opinion on the graph.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::view::View;

/// Who must go before whom among some lives, with everything's reach.
pub(super) struct Order {
    node_of: HashMap<usize, usize>,
    /// What each node reaches over edges between things that know each other.
    hard: Vec<Vec<bool>>,
    /// What each node reaches over edges of what is used inside of something as well.
    within: Vec<Vec<bool>>,
    /// What each node reaches over any edge.
    any: Vec<Vec<bool>>,
}

impl Order {
    /// The order of some lives, among all that are known.
    pub(super) fn of(view: &View<'_>, all: &[usize], lives: &[usize], record: usize) -> Self {
        let node_of: HashMap<usize, usize> =
            lives.iter().enumerate().map(|(node, life)| (*life, node)).collect();
        let by_id: HashMap<&str, usize> = all.iter().map(|life| (&*view.thing(*life).id, *life)).collect();
        let is_known = |id: &str| by_id.contains_key(id);
        let mut hard: Vec<(usize, usize)> = Vec::new();
        let mut soft: Vec<(usize, usize)> = Vec::new();
        for &life in lives {
            let node = node_of[&life];
            let thing = view.thing(life);
            let above = ancestors(view, life, &by_id);
            for owner in view.owners(thing, is_known).into_iter().filter_map(|id| by_id.get(id)) {
                if *owner != life
                    && let Some(owner) = node_of.get(owner)
                {
                    hard.push((*owner, node));
                }
            }
            if view.is_cut(life, record) {
                continue;
            }
            for stack in view.within(thing, is_known).into_iter().filter_map(|id| by_id.get(id)) {
                for further in ancestors(view, *stack, &by_id).into_iter().chain([*stack]) {
                    if further != life
                        && !above.contains(&further)
                        && let Some(further) = node_of.get(&further)
                    {
                        soft.push((node, *further));
                    }
                }
            }
            for used in thing.uses.iter().filter_map(|used| by_id.get(&*used.target)) {
                if above.contains(used) || *used == life {
                    continue;
                }
                if let Some(used) = node_of.get(used) {
                    hard.push((node, *used));
                }
                for further in ancestors(view, *used, &by_id) {
                    if further != life
                        && !above.contains(&further)
                        && let Some(further) = node_of.get(&further)
                    {
                        soft.push((node, *further));
                    }
                }
            }
        }
        let reach_hard = reach(lives.len(), &hard);
        hard.extend(soft);
        let within = reach(lives.len(), &hard);
        let nodes = type_edges(view, lives, &node_of, &mut hard);
        Self { node_of, hard: reach_hard, within, any: reach(nodes, &hard) }
    }

    /// Whether two lives are in a circle of things that know each other.
    pub(super) fn in_hard_circle(&self, one: usize, other: usize) -> bool {
        self.both_ways(&self.hard, one, other)
    }

    /// Whether one must go before the other.
    pub(super) fn leads(&self, first: usize, second: usize) -> bool {
        match (self.node_of.get(&first), self.node_of.get(&second)) {
            (Some(first), Some(second)) => first != second && self.hard[*first][*second],
            _ => false,
        }
    }

    /// Whether something uses a part of what it must follow, directly or through others.
    pub(super) fn in_knot(&self, owner: usize, owned: usize) -> bool {
        self.both_ways(&self.within, owner, owned)
    }

    /// Whether no order between two types can hold here, since something wants it the other way round.
    pub(super) fn has_no_order(&self, first: usize, second: usize) -> bool {
        // Barriers stand between types: whatever leads back to the first, or from the second to anything before it, breaks them.
        let circular = |life: usize| {
            self.node_of.get(&life).is_some_and(|node| {
                self.any[*node]
                    .iter()
                    .enumerate()
                    .any(|(to, reaches)| *reaches && to != *node && self.any[to][*node])
            })
        };
        circular(first) || circular(second)
    }

    fn both_ways(&self, reach: &[Vec<bool>], one: usize, other: usize) -> bool {
        match (self.node_of.get(&one), self.node_of.get(&other)) {
            (Some(one), Some(other)) => reach[*one][*other] && reach[*other][*one],
            _ => false,
        }
    }
}

/// All that own a life, directly or through others.
pub(super) fn ancestors(view: &View<'_>, life: usize, by_id: &HashMap<&str, usize>) -> Vec<usize> {
    let mut all = vec![life];
    let mut next = 0;
    while let Some(&one) = all.get(next) {
        next += 1;
        let thing = view.thing(one);
        let owners = view.owners(thing, |id| by_id.contains_key(id));
        for owner in owners.into_iter().filter_map(|id| by_id.get(id)) {
            if !all.contains(owner) {
                all.push(*owner);
            }
        }
    }
    all.remove(0);
    all
}

/// Whether the type of one life goes before the type of another one, for want of better knowledge.
pub(super) fn goes_first(view: &View<'_>, first: usize, second: usize) -> bool {
    let (one, other) = (view.thing(first), view.thing(second));
    let (kind, later) = (view.scenario.kind(&one.kind), view.scenario.kind(&other.kind));
    let near = kind.global || later.global || one.region == other.region;
    near && kind.name != later.name
        && later.delete_after.contains(&kind.name)
        && !kind.refs.contains(&later.name)
        && !later.owned_by.contains(&kind.name)
}

fn type_edges(
    view: &View<'_>,
    lives: &[usize],
    node_of: &HashMap<usize, usize>,
    edges: &mut Vec<(usize, usize)>,
) -> usize {
    let mut nodes = lives.len();
    let mut barriers: BTreeMap<(Arc<str>, Option<Arc<str>>), usize> = BTreeMap::new();
    for &second in lives {
        for &first in lives {
            if !goes_first(view, first, second) {
                continue;
            }
            let (one, other) = (view.thing(first), view.thing(second));
            let global = view.scenario.kind(&one.kind).global || view.scenario.kind(&other.kind).global;
            let within = if global { None } else { Some(one.region.clone()) };
            let barrier = *barriers.entry((one.kind.clone(), within)).or_insert_with(|| {
                nodes += 1;
                nodes - 1
            });
            edges.push((node_of[&first], barrier));
            edges.push((barrier, node_of[&second]));
        }
    }
    nodes
}

/// What each node reaches.
fn reach(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<bool>> {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); nodes];
    for (from, to) in edges {
        next[*from].push(*to);
    }
    (0..nodes)
        .map(|start| {
            let mut seen = vec![false; nodes];
            let mut work = vec![start];
            while let Some(node) = work.pop() {
                for &to in &next[node] {
                    if !seen[to] {
                        seen[to] = true;
                        work.push(to);
                    }
                }
            }
            seen
        })
        .collect()
}
