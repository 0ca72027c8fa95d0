//! What waits for what, among the resources a plan deletes.

mod components;

use std::collections::{BTreeMap, HashMap};

use super::Relations;
use crate::handler::{Registry, Scope};
use crate::resource::{Region, Resource, ThinVec, TypeName};

/// A node of the graph: an item, by its place among the items, or a barrier behind them.
pub type Node = u32;

/// What waits for what: items first, then barriers, each of which stands for "all items of a type in a region are through".
///
/// - A *hard* edge joins two resources that know each other: if the first fails, the second is blocked by it.
/// - A *soft* edge is an order without an instance (a type after a type): the second goes on when the first is through, however it
///   ended, since AWS itself refuses what cannot go yet.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// How many nodes are items.
    pub items: usize,
    /// For each node, those that wait for it, and whether the edge is hard.
    pub after: Vec<ThinVec<(Node, bool)>>,
    /// For each node, how many it waits for.
    pub waits_for: Vec<u32>,
    /// For each node, the number of nodes on the longest chain behind it: those go first.
    pub depth: Vec<u32>,
    /// Items that cite each other in a circle: unlinked before any of them is deleted.
    pub cycles: Vec<Vec<Node>>,
}

type Edge = (Node, Node, bool);

impl Graph {
    /// Builds the graph of the items, which are places in the list of all found resources.
    pub fn of(items: &[u32], resources: &[&Resource], relations: &Relations, registry: &Registry) -> Self {
        let mut node_of: HashMap<u32, Node> = HashMap::with_capacity(items.len());
        for (node, place) in (0_u32..).zip(items) {
            node_of.insert(*place, node);
        }
        let mut edges: Vec<Edge> = Vec::new();
        for (node, place) in (0_u32..).zip(items) {
            instance_edges(node, *place, relations, &node_of, &mut edges);
        }
        let nodes = type_edges(items, resources, registry, &mut edges);
        edges.sort_unstable();
        edges.dedup_by(|next, kept| {
            let same = (next.0, next.1) == (kept.0, kept.1);
            kept.2 |= same && next.2;
            same
        });

        let soft_circles = components::circles(nodes, &edges);
        edges.retain(|(from, to, hard)| *hard || !components::same(&soft_circles, *from, *to));
        let hard_circles = components::circles(nodes, &edges);
        edges.retain(|(from, to, _)| !components::same(&hard_circles, *from, *to));
        let mut cycles: BTreeMap<u32, Vec<Node>> = BTreeMap::new();
        for (node, circle) in (0_u32..).zip(&hard_circles).take(items.len()) {
            if let Some(circle) = circle {
                cycles.entry(*circle).or_default().push(node);
            }
        }

        let mut graph = Self {
            items: items.len(),
            after: vec![ThinVec::new(); nodes],
            waits_for: vec![0; nodes],
            depth: vec![0; nodes],
            cycles: cycles.into_values().collect(),
        };
        for (from, to, hard) in edges {
            graph.after[from as usize].push((to, hard));
            graph.waits_for[to as usize] += 1;
        }
        graph.measure_depth();
        graph
    }

    /// The graph of so many items none of which waits for another.
    pub(crate) fn free(items: usize) -> Self {
        let depth = vec![0; items];
        Self {
            items,
            after: vec![ThinVec::new(); items],
            waits_for: depth.clone(),
            depth,
            cycles: Vec::new(),
        }
    }

    fn measure_depth(&mut self) {
        let mut waits_for = self.waits_for.clone();
        let mut order: Vec<Node> =
            (0_u32..).zip(&waits_for).filter(|(_, count)| **count == 0).map(|(node, _)| node).collect();
        let mut next = 0;
        while let Some(&node) = order.get(next) {
            next += 1;
            for &(after, _) in &self.after[node as usize] {
                waits_for[after as usize] -= 1;
                if waits_for[after as usize] == 0 {
                    order.push(after);
                }
            }
        }
        for &node in order.iter().rev() {
            let behind =
                self.after[node as usize].iter().map(|(after, _)| self.depth[*after as usize] + 1).max();
            self.depth[node as usize] = behind.unwrap_or(0);
        }
    }
}

/// Edges between resources that know each other.
fn instance_edges(
    node: Node,
    place: u32,
    relations: &Relations,
    node_of: &HashMap<u32, Node>,
    edges: &mut Vec<Edge>,
) {
    let owners = relations.ancestors(place);
    for owner in &relations.owners[place as usize] {
        if mutated!(LosesOwners) {
            break;
        }
        if let Some(owner) = node_of.get(owner) {
            edges.push((*owner, node, true));
        }
    }
    for used in &relations.uses[place as usize] {
        // What it uses goes with its owner, or is its owner: the owner's edge says it all.
        if owners.contains(used) {
            continue;
        }
        if let Some(used) = node_of.get(used)
            && !mutated!(LosesUses)
        {
            edges.push((node, *used, true));
        }
    }
    // The owner of what it uses could not take that along while it is in use, whether anybody listed that or not.
    let of_used = relations.uses[place as usize]
        .iter()
        .filter(|used| !mutated!(LosesOwnersOfUsed) && !owners.contains(used))
        .flat_map(|used| relations.ancestors(*used));
    let of_unlisted = relations
        .uses_within
        .of(place)
        .iter()
        .flat_map(|stack| relations.ancestors(*stack).into_iter().chain([*stack]));
    for further in of_used.chain(of_unlisted) {
        if further != place
            && !owners.contains(&further)
            && let Some(further) = node_of.get(&further)
        {
            edges.push((node, *further, false));
        }
    }
}

/// Edges from a type to a type, through one barrier for each type and region: as many edges as items, not their product.
fn type_edges(items: &[u32], resources: &[&Resource], registry: &Registry, edges: &mut Vec<Edge>) -> usize {
    let mut by_type: HashMap<&TypeName, Vec<Node>> = HashMap::new();
    for (node, place) in (0_u32..).zip(items) {
        by_type.entry(&resources[*place as usize].type_name).or_default().push(node);
    }
    let region = |node: Node| &resources[items[node as usize] as usize].region;
    let mut barriers: HashMap<(TypeName, Option<Region>), Option<Node>> = HashMap::new();
    let mut nodes = items.len();
    for spec in registry.specs() {
        let Some(waiting) = by_type.get(&spec.name) else { continue };
        for first in &spec.delete_after {
            let (Some(others), Some(other)) = (by_type.get(first), registry.get(first.as_str())) else {
                continue;
            };
            let known = other.spec().refs.contains(&spec.name) || spec.owned_by.contains(first);
            if mutated!(LosesTypeOrder) || known || *first == spec.name {
                continue;
            }
            for &node in waiting {
                let within = match (spec.scope, other.spec().scope) {
                    (Scope::Regional, Scope::Regional) => Some(region(node).clone()),
                    _ => None,
                };
                let barrier = *barriers.entry((first.clone(), within.clone())).or_insert_with(|| {
                    let mut before = others
                        .iter()
                        .copied()
                        .filter(|other| within.as_ref().is_none_or(|within| region(*other) == within))
                        .peekable();
                    before.peek()?;
                    let barrier = Node::try_from(nodes).expect("fewer than 2^32 nodes");
                    nodes += 1;
                    edges.extend(before.map(|other| (other, barrier, false)));
                    Some(barrier)
                });
                if let Some(barrier) = barrier {
                    edges.push((barrier, node, false));
                }
            }
        }
    }
    nodes
}

#[cfg(test)]
mod tests;
