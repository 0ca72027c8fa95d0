use std::collections::BTreeMap;

use resource_filters::{Filters, RuleOutcome};

use super::subject::Judged;
use super::{Graph, Plan, Relations};
use crate::handler::Registry;
use crate::resource::{Region, Resource};

/// Holds everything that led to one verdict, and what it leads to. The places are those of the plan's entries.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The place of the entry.
    pub place: u32,
    /// How each rule of the user looks at it, deny rules first.
    pub rules: Vec<RuleOutcome>,
    /// What it uses.
    pub uses: Vec<u32>,
    /// What uses it.
    pub used_by: Vec<u32>,
    /// What takes it along, nearest first: the stack it belongs to, and the stacks above.
    pub owners: Vec<u32>,
    /// What it takes along.
    pub owned: Vec<u32>,
    /// What it is deleted after, if it is deleted.
    pub waits_for: Vec<u32>,
    /// Whether it is part of a circle that is unlinked first.
    pub in_circle: bool,
}

impl Plan {
    /// Explains the verdicts on some entries.
    pub fn explain(&self, places: &[u32], filters: &Filters, registry: &Registry) -> Vec<Explanation> {
        let resources: Vec<&Resource> = self.entries.iter().map(|entry| &*entry.resource).collect();
        let relations = Relations::of(self.entries.iter().map(|entry| &*entry.resource), registry);
        let items = self.items();
        let graph = Graph::of(&items, &resources, &relations, registry);
        let before = Before::of(&graph);
        let stacks_unknown = self.stacks_unknown(registry);
        let explain = |place: u32| {
            let at = place as usize;
            let region = &resources[at].region;
            let unknown = stacks_unknown
                .iter()
                .find(|(unknown, _)| region.is_global() || *unknown == region)
                .map(|(_, why)| why.clone());
            let judged = Judged::new(place, &resources, &relations, &self.account, unknown);
            let node = items.binary_search(&place).ok();
            let waits_for = node.map(|node| before.items(node)).unwrap_or_default();
            let circle = |node: usize| graph.cycles.iter().flatten().any(|other| *other as usize == node);
            Explanation {
                place,
                rules: filters.explain(&judged, self.created_at),
                uses: relations.uses[at].to_vec(),
                used_by: (0_u32..)
                    .zip(&relations.uses)
                    .filter(|(_, uses)| uses.contains(&place))
                    .map(|(user, _)| user)
                    .collect(),
                owners: relations.ancestors(place),
                owned: relations.owned[at].to_vec(),
                waits_for: waits_for.into_iter().map(|node| items[node]).collect(),
                in_circle: node.is_some_and(circle),
            }
        };
        places.iter().map(|place| explain(*place)).collect()
    }

    /// The regions whose stacks could not be listed, and why.
    fn stacks_unknown(&self, registry: &Registry) -> BTreeMap<Region, String> {
        self.lists
            .iter()
            .filter(|list| !list.status.is_known())
            .filter(|list| registry.get(&list.type_name).is_some_and(|handler| handler.spec().is_stack))
            .map(|list| {
                let why = list.error.as_ref().map(ToString::to_string).unwrap_or_default();
                (Region::from(list.region.as_str()), why)
            })
            .collect()
    }
}

/// The edges of a graph, backwards.
struct Before {
    nodes: Vec<Vec<usize>>,
    items: usize,
}

impl Before {
    fn of(graph: &Graph) -> Self {
        let mut nodes = vec![Vec::new(); graph.after.len()];
        for (from, after) in graph.after.iter().enumerate() {
            for (to, _) in after {
                nodes[*to as usize].push(from);
            }
        }
        Self { nodes, items: graph.items }
    }

    /// The items a node waits for, directly or behind a barrier.
    fn items(&self, node: usize) -> Vec<usize> {
        let mut items = Vec::new();
        for &before in &self.nodes[node] {
            if before < self.items {
                items.push(before);
            } else {
                items.extend(self.nodes[before].iter().copied());
            }
        }
        items.sort_unstable();
        items.dedup();
        items
    }
}
