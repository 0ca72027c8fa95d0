use std::sync::{Arc, Mutex};

use crate::event::{Event, EventKind, Reporter};

/// Remembers events.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(pub(crate) Arc<Mutex<Vec<EventKind>>>);

impl Reporter for Memory {
    fn on_event(&mut self, event: &Event) -> std::io::Result<()> {
        if !matches!(event.kind, EventKind::Tick { .. }) {
            self.0.lock().expect("no test panics while it holds this").push(event.kind.clone());
        }
        Ok(())
    }
}
