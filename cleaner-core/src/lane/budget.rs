use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

/// The lowest rate a budget falls to, in calls per second: slower than any documented quota.
const FLOOR: f64 = 1.0 / 60.0;
/// What remains of the rate after a throttled call.
const DECREASE: f64 = 0.7;
/// How long after a decrease further throttled calls change nothing: they were sent at the old rate.
const HOLD: Duration = Duration::from_millis(500);

/// A token bucket whose rate follows what AWS answers: up while calls succeed and others wait, down when AWS throttles.
#[derive(Debug)]
pub struct Budget {
    /// Whose turn it is to wait for a token: first come, first served, and a single timer however many wait.
    turn: Semaphore,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Calls per second.
    rate: f64,
    /// The rate it started with: what it grows by after the first throttled call depends on it.
    start: f64,
    /// How many calls may go at once after a pause.
    burst: f64,
    tokens: f64,
    refilled: Instant,
    lowered: Option<Instant>,
}

impl Budget {
    /// A budget of so many calls per second, of which `burst` may go at once.
    pub fn new(rate: f64, burst: f64) -> Self {
        Self {
            turn: Semaphore::new(1),
            state: Mutex::new(State {
                rate,
                start: rate,
                burst: burst.max(1.0),
                tokens: burst.max(1.0),
                refilled: Instant::now(),
                lowered: None,
            }),
        }
    }

    /// Waits for a token. Tells whether there was any waiting, which is what lets the rate grow.
    pub async fn take(&self) -> bool {
        let Ok(_turn) = self.turn.acquire().await else { return false };
        let mut waited = false;
        loop {
            let Some(wait) = self.lock().take(Instant::now()) else { return waited };
            waited = true;
            tokio::time::sleep(wait).await;
        }
    }

    /// Learns that a call succeeded that had to wait for its token.
    pub fn succeeded(&self, waited: bool) {
        if waited {
            self.lock().raise();
        }
    }

    /// Learns that AWS throttled a call sent at `sent`. Tells the new rate if it was lowered.
    pub fn throttled(&self, sent: Instant) -> Option<f64> {
        self.lock().lower(sent, Instant::now())
    }

    /// The present rate, in calls per second.
    pub fn rate(&self) -> f64 {
        self.lock().rate
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl State {
    /// Takes a token, or tells how long until there is one.
    fn take(&mut self, now: Instant) -> Option<Duration> {
        let elapsed = now.duration_since(self.refilled).as_secs_f64();
        self.tokens = self.rate.mul_add(elapsed, self.tokens).min(self.burst);
        self.refilled = now;
        // A sleep may end a hair early; a token that is all but there counts as there.
        if self.tokens >= 1.0 - 1e-6 {
            self.tokens -= 1.0;
            return None;
        }
        Some(Duration::from_secs_f64((1.0 - self.tokens) / self.rate).max(Duration::from_millis(1)))
    }

    fn raise(&mut self) {
        // Until AWS has said no once, the rate doubles every second: the start value is a guess. After that it creeps.
        self.rate += if self.lowered.is_none() { 1.0 } else { self.start * 0.05 / self.rate };
        self.burst = self.burst.max(self.rate.min(self.start));
    }

    fn lower(&mut self, sent: Instant, now: Instant) -> Option<f64> {
        if self
            .lowered
            .is_some_and(|lowered| sent < lowered + HOLD.min(Duration::from_secs_f64(1.0 / self.rate)))
        {
            return None;
        }
        self.rate = (self.rate * DECREASE).max(FLOOR);
        self.tokens = self.tokens.min(0.0);
        self.burst = self.rate.max(1.0);
        self.lowered = Some(now);
        Some(self.rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn calls_go_at_the_rate_after_the_burst() {
        let budget = Budget::new(10.0, 5.0);
        let start = Instant::now();
        for _ in 0..25 {
            budget.take().await;
        }
        let elapsed = start.elapsed().as_secs_f64();
        assert!((1.9..2.2).contains(&elapsed), "20 calls at 10 per second took {elapsed} s");
    }

    #[tokio::test(start_paused = true)]
    async fn throttled_calls_of_one_burst_lower_the_rate_once() {
        let budget = Budget::new(10.0, 5.0);
        let sent = Instant::now();
        assert_eq!(budget.throttled(sent), Some(7.0));
        assert_eq!(budget.throttled(sent), None);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(budget.throttled(Instant::now()).is_some());
        assert!(budget.rate() < 5.0);
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_never_reaches_zero() {
        let budget = Budget::new(10.0, 5.0);
        for _ in 0..100 {
            tokio::time::advance(Duration::from_secs(120)).await;
            budget.throttled(Instant::now());
        }
        assert!(budget.rate() >= FLOOR);
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_grows_only_while_calls_wait() {
        let budget = Budget::new(10.0, 5.0);
        budget.succeeded(false);
        assert!((budget.rate() - 10.0).abs() < f64::EPSILON);
        budget.succeeded(true);
        assert!(budget.rate() > 10.0);
    }
}
