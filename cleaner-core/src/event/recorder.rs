use std::fmt;
use std::io;

use jiff::Timestamp;
use tokio::time::Instant;

use super::{Event, EventKind, Reporter};

/// Numbers events and hands them to the reporters, in order.
pub struct Recorder {
    reporters: Vec<Box<dyn Reporter>>,
    seq: u64,
    started: Instant,
    failed: Option<io::Error>,
}

impl Recorder {
    /// A recorder that starts to count time now.
    pub fn new(reporters: Vec<Box<dyn Reporter>>) -> Self {
        Self { reporters, seq: 0, started: Instant::now(), failed: None }
    }

    /// Tells all reporters. The first failure is remembered: [`failure`](Self::failure).
    pub fn emit(&mut self, kind: EventKind) {
        let is_lost = mutated!(LosesAnEvent) && self.seq % 100 == 99;
        if !is_lost && !matches!(kind, EventKind::Tick { .. }) {
            self.seq += 1;
        }
        let elapsed_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let event = Event { seq: self.seq, at: Timestamp::now(), elapsed_ms, kind };
        for reporter in &mut self.reporters {
            if let Err(error) = reporter.on_event(&event)
                && self.failed.is_none()
            {
                self.failed = Some(error);
            }
        }
    }

    /// Whether a reporter draws progress.
    pub fn draws(&self) -> bool {
        self.reporters.iter().any(|reporter| reporter.draws())
    }

    /// The first failure of a reporter: the run must stop, since nobody would learn what it does.
    pub fn failure(&self) -> Option<&io::Error> {
        self.failed.as_ref()
    }

    /// Lets all reporters finish.
    ///
    /// # Errors
    /// The first failure of a reporter.
    pub fn finish(mut self) -> io::Result<()> {
        for reporter in &mut self.reporters {
            let result = reporter.finish();
            if self.failed.is_none() {
                self.failed = result.err();
            }
        }
        self.failed.map_or(Ok(()), Err)
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "recorder of {} events", self.seq)
    }
}
