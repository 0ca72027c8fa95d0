use std::io;

use super::Ending;
use super::cloud::Cloud;
use super::history::{Said, What};
use crate::event::{Event, EventKind, Reporter};

/// Writes down what the run says, among what happens in its cloud.
pub(super) struct Teller(pub(super) Cloud);

impl Reporter for Teller {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        let said = match &event.kind {
            EventKind::Planned { .. } => Said::Planned,
            EventKind::DeleteStarted { item, .. } => Said::DeleteStarted(item.key.id.clone()),
            EventKind::ItemFinished { item, outcome, .. } => {
                Said::ItemFinished(item.key.id.clone(), *outcome)
            }
            EventKind::VerifyStarted { .. } => Said::VerifyStarted,
            EventKind::VerifyFinished { .. } => Said::VerifyFinished,
            EventKind::Stopping { .. } => Said::Stopping,
            EventKind::RunFinished { .. } => Said::RunFinished,
            _ => Said::Other,
        };
        self.0.record(What::Said { seq: event.seq, event: said });
        match self.0.scenario().ending {
            Ending::Reporter(at) if event.seq >= at => {
                self.0.record(What::Stopped);
                Err(io::Error::other("the disk is full"))
            }
            _ => Ok(()),
        }
    }

    fn draws(&self) -> bool {
        false
    }
}
