//! How far the items are, for whoever watches.

use super::Dispatcher;
use crate::event::{EventKind, Progress};
use crate::execute::blockers::label;
use crate::execute::item::State;

impl Dispatcher<'_, '_> {
    pub(super) fn show_progress(&mut self) {
        let mut progress = Progress {
            total: self.items.len(),
            done: self.finished,
            failed: self.failed,
            ..Progress::default()
        };
        let mut busiest = Vec::new();
        for node in &self.active {
            let item = &self.items[*node as usize];
            match item.state {
                State::Deleting { .. } | State::Unlinking { .. } => progress.running += 1,
                State::Confirming { .. } => progress.waiting += 1,
                State::Parked { .. } => progress.parked += 1,
                _ => {}
            }
            if let Some((what, since)) = item.activity(self.executor.task) {
                busiest.push((since, *node, what));
            }
        }
        busiest.sort_unstable_by_key(|(since, node, _)| (*since, *node));
        progress.busiest = busiest
            .into_iter()
            .take(5)
            .map(|(since, node, what)| (label(&self.items[node as usize].resource), what, since.elapsed()))
            .collect();
        self.recorder.emit(EventKind::Tick { progress });
    }
}
