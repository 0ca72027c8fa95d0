use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::report::Journal;

/// A file of events that is not on any disk.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages(Arc<Mutex<Vec<u8>>>);

impl Pages {
    /// What the events tell; nothing if there are none.
    pub(super) fn read(&self) -> Option<Journal> {
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = std::str::from_utf8(&written).expect("events are text");
        (!text.is_empty()).then(|| Journal::parse(text).unwrap_or_else(|error| panic!("the events: {error}")))
    }
}

impl Write for Pages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
