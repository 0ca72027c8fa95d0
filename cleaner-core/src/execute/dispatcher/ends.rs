//! How items end, and who goes on then.

use jiff::Timestamp;

use super::Dispatcher;
use crate::error::Error;
use crate::event::{EventKind, ItemRef};
use crate::execute::blockers::label;
use crate::execute::item::State;
use crate::plan::Node;
use crate::report::ItemOutcome;

impl Dispatcher<'_, '_> {
    /// An item is at its end. What waited for it goes on, or is blocked by it.
    pub(in crate::execute) fn finish(
        &mut self,
        node: Node,
        outcome: ItemOutcome,
        error: Option<Error>,
        blocked_by: Vec<String>,
    ) {
        let mut ends = vec![(node, outcome, error, blocked_by)];
        while let Some((node, outcome, error, blocked_by)) = ends.pop() {
            let item = &mut self.items[node as usize];
            if item.is_finished() {
                continue;
            }
            if let State::Parked { until, .. } = item.state {
                self.parked.remove(&(until, node));
            }
            item.state = State::Finished;
            item.result.outcome = outcome;
            item.result.attempts = item.attempts;
            item.result.error = error;
            item.result.blocked_by = blocked_by.into();
            item.result.finished_at = Some(Timestamp::now());
            item.gone_before = self.gone;
            let label = label(&item.resource);
            let circle = item.circle.filter(|_| !item.unlinked);
            item.unlinked = true;
            let event = EventKind::ItemFinished {
                item: ItemRef::from(&*item.resource),
                outcome,
                error: item.result.error.clone(),
                blocked_by: item.result.blocked_by.to_vec(),
            };
            let region = item.resource.region.clone();
            let began = item.began;
            self.finished += 1;
            self.active.remove(&node);
            self.groups.remove(&self.group(node), node);
            if mutated!(FinishesTwice) {
                self.recorder.emit(event.clone());
            }
            self.recorder.emit(event);
            if outcome.is_done() {
                self.gone += 1;
                self.progressed();
                self.stirred.insert(region);
                if let Some(began) = began {
                    let type_name = self.items[node as usize].resource.type_name.clone();
                    self.groups.took(&type_name, began.elapsed());
                }
            } else {
                self.failed += 1;
                if !self.ending && !mutated!(BlocksNobody) {
                    for &(after, hard) in &self.order.graph.after[node as usize] {
                        if hard {
                            ends.push((after, ItemOutcome::Blocked, None, vec![label.clone()]));
                        }
                    }
                }
            }
            if let Some(circle) = circle {
                self.circle_unlinked(circle);
            }
            self.pass_on(node, outcome.is_done() || mutated!(BlocksNobody));
        }
    }

    /// Tells those that waited for a node that it is through. Barriers pass on at once.
    pub(super) fn pass_on(&mut self, node: Node, gone: bool) {
        let mut through = vec![(node, gone)];
        while let Some((node, gone)) = through.pop() {
            let graph = self.order.graph;
            for &(after, hard) in &graph.after[node as usize] {
                if hard && !gone {
                    continue;
                }
                self.waits_for[after as usize] -= 1;
                if self.waits_for[after as usize] > 0 {
                    continue;
                }
                if after as usize >= self.items.len() {
                    through.push((after, true));
                } else {
                    self.release(after);
                }
            }
        }
    }
}
