use std::io::{self, Write};

use cleaner_core::event::{Event, EventKind, Reporter};

use super::message::message;
use super::overview::Overview;
use crate::render::Paint;

/// How long nothing is said about progress, in milliseconds.
const PAUSE: u64 = 5_000;

/// Says what happens, line by line, for logs.
#[derive(Debug)]
pub(super) struct Lines<W> {
    writer: W,
    verbosity: i16,
    paint: Paint,
    overview: Overview,
    said: u64,
}

impl<W: Write> Lines<W> {
    pub(super) fn new(writer: W, verbosity: i16, paint: Paint) -> Self {
        Self { writer, verbosity, paint, overview: Overview::default(), said: 0 }
    }

    fn say(&mut self, at: u64, text: &str) {
        self.said = at;
        // Nobody reading the log is no reason to stop a run.
        drop(writeln!(self.writer, "{text}"));
    }
}

impl<W: Write + Send> Reporter for Lines<W> {
    fn on_event(&mut self, event: &Event) -> io::Result<()> {
        self.overview.take(event);
        let at = event.elapsed_ms;
        if let Some((tone, text)) = message(&event.kind, self.overview.task(), self.verbosity) {
            self.say(at, &self.paint.tone(tone, &text));
        }
        let due = matches!(event.kind, EventKind::Tick { .. }) && at.saturating_sub(self.said) >= PAUSE;
        if due && self.verbosity >= 0 && self.overview.is_busy() {
            let mut line = self.overview.headline();
            if let Some(longest) = self.overview.busiest().next() {
                line = format!("{line}; {longest}");
            }
            self.say(at, &line);
        }
        Ok(())
    }
}
