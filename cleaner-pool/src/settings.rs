use std::time::Duration;

/// How a pool behaves. Everybody who works on one table should agree on these, or nearly: safety does not depend on it, as what a
/// lease lasts is written on the lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How long a lease or a cleaning lasts without a heartbeat.
    pub lease: Duration,
    /// What observers add to a lease before they end it, as a part of 100: covers clocks that run at different speeds.
    pub grace_percent: u32,
    /// How often whoever waits looks for an account, if it is next; others look less often.
    pub poll: Duration,
    /// How long a ticket lasts without a heartbeat.
    pub ticket: Duration,
    /// How many cleanings may fail in a row before the account is quarantined.
    pub max_failures: u32,
    /// How long an account rests after a failed cleaning; doubled by each further failure.
    pub back_off: Duration,
    /// How long it rests at most.
    pub max_back_off: Duration,
    /// How long a store may fail before a call gives up.
    pub patience: Duration,
    /// How long history is kept.
    pub history: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Self {
            lease: Duration::from_secs(90),
            grace_percent: 25,
            poll: Duration::from_secs(1),
            ticket: Duration::from_secs(30),
            max_failures: 5,
            back_off: minutes(1),
            max_back_off: minutes(60),
            patience: Duration::from_secs(30),
            history: minutes(90 * 24 * 60),
        }
    }
}

impl Settings {
    /// How often a tenure of this length is renewed: two heartbeats may be lost.
    pub fn beat(&self, lease: Duration) -> Duration {
        lease / 3
    }

    /// How long a heartbeat must stand still before observers end what it belongs to.
    pub fn stillness(&self, lease: Duration) -> Duration {
        if mutated!(ExpiresEarly) {
            return lease / 3;
        }
        lease + lease * self.grace_percent / 100
    }

    /// How long an account rests after this many failures in a row.
    pub fn rest(&self, failures: u32) -> Duration {
        let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(20));
        self.back_off.saturating_mul(doubled).min(self.max_back_off)
    }
}
