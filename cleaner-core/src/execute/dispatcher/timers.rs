//! What happens because time has passed.

use std::time::Duration;

use tokio::time::Instant;

use super::Dispatcher;
use crate::execute::item::State;
use crate::plan::Node;
use crate::resource::Region;

/// The shortest time between two attempts at a parked item, however much goes on around it.
const NUDGE: Duration = Duration::from_secs(1);

impl Dispatcher<'_, '_> {
    pub(super) fn next_timer(&self) -> Instant {
        let now = Instant::now();
        let mut next = (self.last_progress + self.executor.patience).max(now + NUDGE);
        if let Some((until, _)) = self.parked.first() {
            next = next.min(*until);
        }
        if !self.stirred.is_empty() && !self.parked.is_empty() {
            next = next.min((self.woken + NUDGE / 4).max(now));
        }
        if let Some(look) = self.groups.next() {
            next = next.min(look);
        }
        next
    }

    /// Tries parked items again whose time has come, or near which something has gone.
    pub(super) fn wake_parked(&mut self) {
        let now = Instant::now();
        let timed = self.parked.first().is_some_and(|(until, _)| *until <= now);
        let nudged = !self.stirred.is_empty() && now.duration_since(self.woken) >= NUDGE / 4;
        if self.parked.is_empty() || !(timed || nudged) {
            return;
        }
        self.woken = now;
        let stirred = std::mem::take(&mut self.stirred);
        let near = |region: &Region| {
            stirred.contains(region)
                || (!stirred.is_empty() && (region.is_global() || stirred.iter().any(Region::is_global)))
        };
        let due: Vec<(Instant, Node)> = self
            .parked
            .iter()
            .filter(|(until, node)| {
                let item = &self.items[*node as usize];
                let State::Parked { since, .. } = item.state else { return true };
                *until <= now || (near(&item.resource.region) && now.duration_since(since) >= NUDGE)
            })
            .copied()
            .collect();
        // Those that were parked too short a time ago are nudged later.
        if due.len() < self.parked.len() {
            let early = |(_, node): &(Instant, Node)| match self.items[*node as usize].state {
                State::Parked { since, .. } => now.duration_since(since) < NUDGE,
                _ => false,
            };
            if self.parked.iter().any(early) {
                self.stirred = stirred;
            }
        }
        for entry in due {
            self.parked.remove(&entry);
            if matches!(self.items[entry.1 as usize].state, State::Parked { .. }) {
                self.enqueue(entry.1);
            }
        }
    }
}
