use std::io;

use super::Ending;
use super::cloud::Cloud;
use super::history::{Said, What};
use crate::event::{Event, EventKind, Reporter};

/// Writes down what the run says, among what happens in its cloud.
pub(super) struct Teller {
    cloud: Cloud,
    /// From which event on nothing can be written down any more.
    fails_from: Option<u64>,
}

impl Teller {
    pub(super) fn new(cloud: &Cloud, ending: Ending) -> Self {
        let fails_from = match ending {
            Ending::Reporter(at) => Some(at),
            _ => None,
        };
        Self { cloud: cloud.clone(), fails_from }
    }
}

impl Reporter for Teller {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        let said = match &event.kind {
            EventKind::Tick { .. } => return Ok(()),
            EventKind::RunStarted { .. } => Said::RunStarted,
            EventKind::Planned { .. } => Said::Planned,
            EventKind::ListFinished { type_name, region, .. } => {
                Said::ListFinished(type_name.as_str().into(), region.as_str().into())
            }
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
        self.cloud.record(What::Said { seq: event.seq, event: said });
        if self.fails_from.is_some_and(|from| event.seq >= from) {
            self.cloud.record(What::Stopped);
            return Err(io::Error::other("the disk is full"));
        }
        Ok(())
    }

    fn draws(&self) -> bool {
        false
    }
}
