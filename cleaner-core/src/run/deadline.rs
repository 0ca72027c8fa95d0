use std::time::Duration;

use tokio::task::JoinHandle;

use super::{Stop, StopCause};

/// Stops a run when its time is up, unless the run is over before.
#[derive(Debug)]
pub(super) struct Deadline(Option<JoinHandle<()>>);

impl Deadline {
    /// Starts to count now; without a limit it never stops anything.
    pub(super) fn start(limit: Option<Duration>, stop: &Stop) -> Self {
        Self(limit.map(|limit| {
            let stop = stop.clone();
            tokio::spawn(async move {
                tokio::time::sleep(limit).await;
                stop.stop(StopCause::Deadline);
            })
        }))
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        if let Some(timer) = &self.0 {
            timer.abort();
        }
    }
}
