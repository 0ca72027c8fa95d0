use std::collections::{BinaryHeap, HashMap};

/// How many items of one service in one region may be under way: enough to keep its lane busy.
const PER_LANE: usize = 64;

/// Holds the items that could start, by lane, those with the longest chain behind them first.
#[derive(Debug, Default)]
pub(super) struct ReadyQueue {
    lanes: HashMap<(String, String), LaneQueue>,
    waiting: usize,
}

#[derive(Debug, Default)]
struct LaneQueue {
    heap: BinaryHeap<(u32, std::cmp::Reverse<u32>)>,
    running: usize,
}

pub(super) type LaneKey = (String, String);

impl ReadyQueue {
    pub(super) fn push(&mut self, lane: LaneKey, depth: u32, node: u32) {
        self.lanes.entry(lane).or_default().heap.push((depth, std::cmp::Reverse(node)));
        self.waiting += 1;
    }

    /// The items that may start now; each takes a place of its lane.
    pub(super) fn start(&mut self) -> Vec<u32> {
        let mut nodes = Vec::new();
        if self.waiting == 0 {
            return nodes;
        }
        for lane in self.lanes.values_mut() {
            while lane.running < PER_LANE
                && let Some((_, std::cmp::Reverse(node))) = lane.heap.pop()
            {
                lane.running += 1;
                self.waiting -= 1;
                nodes.push(node);
            }
        }
        // Lanes are in no order; which task starts first should not depend on it.
        nodes.sort_unstable();
        nodes
    }

    /// Gives a place back.
    pub(super) fn done(&mut self, lane: &LaneKey) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.running = lane.running.saturating_sub(1);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_chain_starts_first_and_lanes_are_bounded() {
        let lane: LaneKey = ("sqs".to_owned(), "r1".to_owned());
        let mut queue = ReadyQueue::default();
        for node in 0..100 {
            queue.push(lane.clone(), node % 10, node);
        }
        let started = queue.start();
        assert_eq!(started.len(), PER_LANE);
        assert!((0..100).filter(|node| node % 10 == 9).all(|node| started.contains(&node)));
        assert!(queue.start().is_empty());
        queue.done(&lane);
        assert_eq!(queue.start().len(), 1);
        assert!(!queue.is_empty());
    }
}
