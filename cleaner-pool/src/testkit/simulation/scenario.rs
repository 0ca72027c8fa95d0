use std::time::Duration;

use crate::settings::Settings;

/// A pool, who uses it, and how everything misbehaves. Plain data, made from a seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The seed.
    pub seed: u64,
    /// How many clients want an account.
    pub clients: u32,
    /// How many accounts there are.
    pub accounts: u32,
    /// How many workers clean.
    pub workers: u32,
    /// How many accounts a worker cleans at once.
    pub concurrency: u32,
    /// How many accounts nobody can clean.
    pub uncleanable: u32,
    /// How often clients want an account, one after the other.
    pub rounds: u32,
    /// How far the wall clock of a process may be off.
    pub skew: Duration,
    /// How much faster or slower a clock may run, in a thousand.
    pub drift: u32,
    /// Whether an operator quarantines, restores, removes and adds accounts.
    pub operator: bool,
    /// How everything misbehaves.
    pub faults: Faults,
}

/// How everything misbehaves, each as a part of 1000.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Calls that are refused at once.
    pub throttled: u32,
    /// Calls that fail before they take effect, and nobody knows.
    pub failed: u32,
    /// Calls that take effect, but whose reply is lost.
    pub lost: u32,
    /// Writes that fail, and take effect seconds later.
    pub late: u32,
    /// Calls that take seconds.
    pub slow: u32,
    /// Processes that crash some time.
    pub crash: u32,
    /// Processes that stand still some time.
    pub pause: u32,
    /// Cleanings that fail.
    pub failing: u32,
}

impl Scenario {
    /// A pool of a few accounts.
    pub fn small(seed: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed ^ 0x706f_6f6c);
        let accounts = dice.u32(1..=4);
        let clients = dice.u32(1..=14);
        Self::of(seed, clients, accounts, &mut dice)
    }

    /// A pool of this size.
    pub fn sized(seed: u64, clients: u32, accounts: u32) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed ^ 0x706f_6f6c);
        Self::of(seed, clients, accounts, &mut dice)
    }

    fn of(seed: u64, clients: u32, accounts: u32, dice: &mut fastrand::Rng) -> Self {
        // A calm pool in ten shows what must hold when nothing goes wrong.
        let calm = dice.u32(0..10) == 0;
        let mut some = |most: u32| if calm || dice.bool() { 0 } else { dice.u32(0..=most) };
        let faults = Faults {
            throttled: some(150),
            failed: some(80),
            lost: some(120),
            late: some(60),
            slow: some(60),
            crash: some(300),
            pause: some(300),
            failing: some(300),
        };
        let wild = dice.u32(0..3) == 0;
        Self {
            seed,
            clients,
            accounts,
            workers: dice.u32(1..=3).max(accounts / 6),
            concurrency: dice.u32(1..=4).max(accounts / 8),
            uncleanable: if accounts > 1 { dice.u32(0..=accounts.div_ceil(8)).min(accounts - 1) } else { 0 },
            rounds: if clients > 50 { 1 } else { dice.u32(1..=2) },
            skew: if wild { Duration::from_secs(86_400) } else { Duration::from_secs(30) },
            drift: dice.u32(0..=40),
            operator: !calm && dice.u32(0..4) == 0,
            faults,
        }
    }

    /// Whether nothing goes wrong that could cost somebody a lease.
    pub(super) fn is_calm(&self) -> bool {
        let quiet = Faults { failing: self.faults.failing, ..Faults::default() };
        self.faults == quiet && !self.operator
    }
}

/// How simulated pools behave: faster than real ones, so that much happens in little time.
pub(super) fn settings() -> Settings {
    Settings {
        lease: Duration::from_secs(30),
        grace_percent: 25,
        poll: Duration::from_secs(2),
        ticket: Duration::from_secs(60),
        max_failures: 3,
        back_off: Duration::from_secs(5),
        max_back_off: Duration::from_secs(60),
        patience: Duration::from_secs(20),
        history: Duration::from_secs(86_400),
    }
}
