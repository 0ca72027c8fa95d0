use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::scenario::Scenario;
use crate::clock::{Clock, Reading};

/// A process: clocks that are off, and that stand still or end with it.
#[derive(Clone, Debug)]
pub(in crate::testkit) struct Process(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    name: String,
    began: Instant,
    /// What the steady clock shows in the beginning.
    steady: Duration,
    /// What the wall clock shows in the beginning.
    wall: Timestamp,
    /// How fast both run, in a thousand.
    speed: u32,
    dead: AtomicBool,
    /// Whether it waits for an account.
    waiting: AtomicBool,
    /// How often it may stand still in the middle of a call.
    stumbles: AtomicU64,
    /// Until when it stands still, in milliseconds since it began.
    paused: AtomicU64,
    dice: Mutex<fastrand::Rng>,
}

impl Process {
    pub(in crate::testkit) fn new(name: String, scenario: &Scenario, number: u64, began: Instant) -> Self {
        let seed = scenario.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (number << 40) ^ number;
        let mut dice = fastrand::Rng::with_seed(seed);
        let skew = i64::try_from(scenario.skew.as_millis()).unwrap_or(0);
        let off = SignedDuration::from_millis(dice.i64(-skew..=skew));
        let wall = Timestamp::from_second(1_700_000_000).ok().and_then(|wall| wall.checked_add(off).ok());
        let speed = dice.u32(1000 - scenario.drift..=1000 + scenario.drift);
        Self(Arc::new(Inner {
            name,
            began,
            steady: Duration::from_secs(dice.u64(0..1_000_000)),
            wall: wall.unwrap_or(Timestamp::UNIX_EPOCH),
            speed,
            dead: AtomicBool::new(false),
            waiting: AtomicBool::new(false),
            stumbles: AtomicU64::new(0),
            paused: AtomicU64::new(0),
            dice: Mutex::new(dice),
        }))
    }

    pub(super) fn name(&self) -> &str {
        &self.0.name
    }

    /// Chance of its own.
    pub(super) fn roll<T>(&self, with: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        with(&mut self.0.dice.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether something happens that happens this often in a thousand.
    pub(super) fn happens(&self, often: u32) -> bool {
        often > 0 && self.roll(|dice| dice.u32(0..1000)) < often
    }

    pub(super) fn kill(&self) {
        self.0.dead.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_dead(&self) -> bool {
        self.0.dead.load(Ordering::Relaxed)
    }

    /// Begins or ends to wait for an account.
    pub(super) fn set_waiting(&self, waits: bool) {
        self.0.waiting.store(waits, Ordering::Relaxed);
    }

    /// Whether it waits for an account, and could take one.
    pub(super) fn is_waiting(&self) -> bool {
        self.0.waiting.load(Ordering::Relaxed) && !self.is_dead() && !self.is_paused()
    }

    pub(super) fn pause(&self, duration: Duration) {
        let until = self.0.began.elapsed() + duration;
        // It may stand still already, and for longer.
        self.0.paused.fetch_max(u64::try_from(until.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Lets it stand still this often in the middle of calls.
    pub(super) fn let_stumble(&self, times: u64) {
        self.0.stumbles.store(times, Ordering::Relaxed);
    }

    /// Stands still in the middle of a call, perhaps.
    pub(super) fn stumble(&self) {
        let left = self.0.stumbles.load(Ordering::Relaxed);
        if left > 0 && self.happens(30) {
            self.0.stumbles.store(left - 1, Ordering::Relaxed);
            self.pause(Duration::from_secs(self.roll(|dice| dice.u64(3..100))));
        }
    }

    pub(super) fn is_paused(&self) -> bool {
        self.paused_for() > Duration::ZERO
    }

    fn paused_for(&self) -> Duration {
        let until = Duration::from_millis(self.0.paused.load(Ordering::Relaxed));
        until.saturating_sub(self.0.began.elapsed())
    }

    /// Goes on only while the process runs.
    pub(super) async fn gate(&self) {
        loop {
            if self.is_dead() {
                std::future::pending::<()>().await;
            }
            let left = self.paused_for();
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left).await;
        }
    }

    /// Sleeps by the true time.
    pub(super) async fn wait(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
        self.gate().await;
    }

    fn elapsed(&self) -> Duration {
        self.0.began.elapsed() * self.0.speed / 1000
    }
}

impl Clock for Process {
    fn read(&self) -> Reading {
        let elapsed = self.elapsed();
        let wall =
            SignedDuration::try_from(elapsed).ok().and_then(|elapsed| self.0.wall.checked_add(elapsed).ok());
        Reading { steady: self.0.steady + elapsed, wall: wall.unwrap_or(Timestamp::MAX) }
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let process = self.clone();
        let real = duration.saturating_mul(1000) / self.0.speed;
        Box::pin(async move { process.wait(real).await })
    }
}
