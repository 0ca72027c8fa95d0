use tokio::time::Instant;

use super::dispatcher::Dispatcher;
use super::item::{Seen, State};
use crate::plan::Node;
use crate::report::ItemOutcome;

impl Dispatcher<'_, '_> {
    /// Whether nothing is left that could change by itself: nothing has gone for as long as the user is patient, AWS works on
    /// nothing, and all that is tried was refused before.
    pub(super) fn is_hopeless(&self) -> bool {
        let hopeful = |node: Node| {
            let item = &self.items[node as usize];
            match item.state {
                State::Confirming { seen: Seen::Nothing | Seen::Deleting, .. } => !item.is_in_vain(),
                State::Confirming { seen, .. } => seen == Seen::Doubtful,
                State::Deleting { .. } => item.parks == 0,
                State::Unlinking { .. } => true,
                _ => false,
            }
        };
        let idle = Instant::now().duration_since(self.last_progress) >= self.patience();
        if mutated!(NeverGivesUp) {
            return false;
        }
        (idle || self.active().next().is_none()) && !self.active().any(hopeful)
    }

    /// Ends what is held: blocked by what holds it. What only waited its turn behind it may go on.
    pub(super) fn give_up(&mut self) {
        self.given_up = true;
        self.last_progress = Instant::now();
        let mut nodes: Vec<Node> = self.active().collect();
        nodes.sort_unstable();
        for node in nodes {
            let item = &mut self.items[node as usize];
            match item.state {
                State::Parked { .. } => self.give_up_held(node),
                State::Confirming { .. } => {
                    let error = item.result.error.take();
                    self.finish(node, ItemOutcome::Pending, error, Vec::new());
                }
                _ => {}
            }
        }
    }

    /// Ends an item that is held. Before that somebody looks once whether AWS works on it after all: if the answer to its deletion
    /// was lost, a second call may be refused because of the first one.
    pub(super) fn give_up_held(&mut self, node: Node) {
        let item = &mut self.items[node as usize];
        if !item.looked {
            item.looked = true;
            if let State::Parked { until, .. } = item.state {
                self.unpark(until, node);
            }
            return self.confirm(node, Seen::Doubtful, true);
        }
        let error = item.result.error.take();
        let blocked_by = std::mem::take(&mut item.result.blocked_by).into();
        self.finish(node, ItemOutcome::Blocked, error, blocked_by);
    }
}
