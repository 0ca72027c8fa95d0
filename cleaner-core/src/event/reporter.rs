use std::io::{self, Write};

use super::{Event, EventKind};

/// Is told what happens.
pub trait Reporter: Send {
    /// Takes one event. Called from one task only, in order.
    ///
    /// # Errors
    /// Stops the run in good order.
    fn on_event(&mut self, event: &Event) -> io::Result<()>;

    /// Whether it draws progress: if no reporter does, there are no [`Tick`](EventKind::Tick)s.
    fn draws(&self) -> bool {
        true
    }

    /// Takes the end of the run.
    ///
    /// # Errors
    /// Makes the run fail.
    fn finish(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes events as NDJSON, one line each, flushed per line, so that a crash loses nothing.
#[derive(Debug)]
pub struct JournalWriter<W>(W);

impl<W: Write + Send> JournalWriter<W> {
    /// Writes to `writer`.
    pub fn new(writer: W) -> Self {
        Self(writer)
    }
}

impl<W: Write + Send> Reporter for JournalWriter<W> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        if matches!(event.kind, EventKind::Tick { .. }) {
            return Ok(());
        }
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.0.write_all(&line)?;
        self.0.flush()
    }

    fn draws(&self) -> bool {
        false
    }
}
