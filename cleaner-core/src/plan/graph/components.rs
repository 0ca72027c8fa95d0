//! Circles in the graph: strongly connected components with more than one node.

/// For each node, the circle it is in.
pub(super) fn circles(nodes: usize, edges: &[(u32, u32, bool)]) -> Vec<Option<u32>> {
    let (starts, targets) = adjacency(nodes, edges);
    let mut search = Search {
        starts,
        targets,
        index: vec![UNSEEN; nodes],
        low: vec![0; nodes],
        on_stack: vec![false; nodes],
        stack: Vec::new(),
        next_index: 0,
        circle: vec![None; nodes],
        circles: 0,
    };
    for node in 0..u32::try_from(nodes).expect("fewer than 2^32 nodes") {
        if search.index[node as usize] == UNSEEN {
            search.visit(node);
        }
    }
    search.circle
}

/// Whether two nodes are in one circle.
pub(super) fn same(circles: &[Option<u32>], one: u32, other: u32) -> bool {
    let circle = circles[one as usize];
    circle.is_some() && circle == circles[other as usize]
}

const UNSEEN: u32 = u32::MAX;

/// Edges sorted by their start, as offsets into one list of targets.
fn adjacency(nodes: usize, edges: &[(u32, u32, bool)]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0_u32; nodes + 1];
    for (from, _, _) in edges {
        starts[*from as usize + 1] += 1;
    }
    for node in 0..nodes {
        starts[node + 1] += starts[node];
    }
    let mut fill = starts.clone();
    let mut targets = vec![0_u32; edges.len()];
    for (from, to, _) in edges {
        let place = &mut fill[*from as usize];
        targets[*place as usize] = *to;
        *place += 1;
    }
    (starts, targets)
}

/// Tarjan's search, with a stack of its own: chains may be longer than the thread's stack is deep.
struct Search {
    starts: Vec<u32>,
    targets: Vec<u32>,
    index: Vec<u32>,
    low: Vec<u32>,
    on_stack: Vec<bool>,
    stack: Vec<u32>,
    next_index: u32,
    circle: Vec<Option<u32>>,
    circles: u32,
}

impl Search {
    fn visit(&mut self, root: u32) {
        let mut calls: Vec<(u32, u32)> = vec![(root, self.enter(root))];
        while let Some((node, next)) = calls.last_mut() {
            let node = *node;
            if *next < self.starts[node as usize + 1] {
                let target = self.targets[*next as usize];
                *next += 1;
                if self.index[target as usize] == UNSEEN {
                    let first = self.enter(target);
                    calls.push((target, first));
                } else if self.on_stack[target as usize] {
                    self.low[node as usize] = self.low[node as usize].min(self.index[target as usize]);
                }
                continue;
            }
            calls.pop();
            if let Some((parent, _)) = calls.last() {
                let parent = *parent as usize;
                self.low[parent] = self.low[parent].min(self.low[node as usize]);
            }
            if self.low[node as usize] == self.index[node as usize] {
                self.leave(node);
            }
        }
    }

    fn enter(&mut self, node: u32) -> u32 {
        self.index[node as usize] = self.next_index;
        self.low[node as usize] = self.next_index;
        self.next_index += 1;
        self.on_stack[node as usize] = true;
        self.stack.push(node);
        self.starts[node as usize]
    }

    /// Takes a finished component off the stack.
    fn leave(&mut self, root: u32) {
        let from = self.stack.iter().rposition(|node| *node == root).unwrap_or(0);
        let component = self.stack.split_off(from);
        let is_circle = component.len() > 1;
        for node in component {
            self.on_stack[node as usize] = false;
            self.circle[node as usize] = is_circle.then_some(self.circles);
        }
        self.circles += u32::from(is_circle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_and_chains_are_not() {
        let edges = [(0, 1, true), (1, 2, true), (2, 0, true), (2, 3, true), (4, 5, true), (5, 4, true)];
        let circles = circles(7, &edges);
        assert!(same(&circles, 0, 2) && same(&circles, 4, 5));
        assert!(!same(&circles, 0, 4) && !same(&circles, 3, 3) && !same(&circles, 6, 6));
    }

    #[test]
    fn a_chain_of_a_million_needs_no_deep_stack() {
        let edges: Vec<(u32, u32, bool)> = (0..999_999).map(|node| (node, node + 1, true)).collect();
        assert!(circles(1_000_000, &edges).iter().all(Option::is_none));
    }
}
