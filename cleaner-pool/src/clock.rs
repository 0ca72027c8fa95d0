use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Tells the time of one process, and lets it pass.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// The time now, by both clocks of the process.
    fn read(&self) -> Reading;

    /// Ends after a while.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// What the clocks of one process showed at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// A clock that never goes back, and may stand still while the machine sleeps. Compared only within its process.
    pub steady: Duration,
    /// The time of day, as far as the process knows it.
    pub wall: Timestamp,
}

impl Reading {
    /// How long it is since an earlier reading at least, however the wall clock was set meanwhile.
    pub fn at_least_since(&self, earlier: &Self) -> Duration {
        self.steady.saturating_sub(earlier.steady)
    }

    /// How long it is since an earlier reading at most: steady clocks do not count the time a machine sleeps, wall clocks do.
    pub fn at_most_since(&self, earlier: &Self) -> Duration {
        let wall = self.wall.duration_since(earlier.wall);
        self.at_least_since(earlier).max(Duration::try_from(wall).unwrap_or_default())
    }
}

/// A point in time some while after another one, or the last one there is.
pub(crate) fn later(time: Timestamp, duration: Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| time.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

/// The clocks of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// The clocks of this machine; the steady one begins now.
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn read(&self) -> Reading {
        Reading { steady: self.started.elapsed(), wall: Timestamp::now() }
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}
