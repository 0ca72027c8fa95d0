//! How far a run was when: listing, deleting and proving follow each other, since no plan is made of half an account.

use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use super::child;

/// How often the events are looked at.
const LOOK: Duration = Duration::from_millis(5);

/// The events that end a phase: everything is listed, everything is deleted.
const ENDS: [&str; 2] = [r#""event":"planned""#, r#""event":"verify_started""#];

/// Watches the events of a run that is about to start.
#[derive(Debug)]
pub(super) struct Watch {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Mark>>,
}

/// The end of a phase.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    /// When, in seconds since 1970.
    pub(super) at: f64,
    /// The processor time that the emulator had used by then.
    pub(super) used: Duration,
}

impl Mark {
    /// Now.
    pub(super) fn now(process: u32) -> Self {
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        Self { at, used: child::processor(process).unwrap_or_default() }
    }
}

impl Watch {
    /// Looks at a file of events, and notes when phases end and what a process has used by then.
    pub(super) fn start(events: PathBuf, process: u32) -> Self {
        // What an earlier run wrote says nothing.
        drop(std::fs::remove_file(&events));
        let over = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let over = over.clone();
            move || {
                let (mut file, mut rest, mut marks) = (None, Vec::new(), Vec::new());
                while !over.load(Ordering::Relaxed) && marks.len() < ENDS.len() {
                    std::thread::park_timeout(LOOK);
                    file = file.or_else(|| File::open(&events).ok());
                    let Some(file) = &mut file else { continue };
                    if file.read_to_end(&mut rest).is_err() {
                        break;
                    }
                    let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { continue };
                    let lines: Vec<u8> = rest.drain(..=end).collect();
                    let lines = String::from_utf8_lossy(&lines);
                    while ENDS.get(marks.len()).is_some_and(|mark| lines.contains(mark)) {
                        marks.push(Mark::now(process));
                    }
                }
                marks
            }
        });
        Self { over, thread }
    }

    /// The ends of the phases before the last.
    pub(super) fn marks(self) -> Vec<Mark> {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or_default()
    }
}
