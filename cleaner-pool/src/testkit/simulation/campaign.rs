use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::{Failure, Scenario, simulate};

/// Plays the scenarios of many seeds on several threads.
#[derive(Clone, Debug)]
pub struct Campaign {
    /// The seeds.
    pub seeds: Range<u64>,
    /// How many clients and accounts; small pools of any size if none.
    pub size: Option<(u32, u32)>,
    /// How many threads play.
    pub jobs: usize,
    /// How many failures are enough.
    pub failures: usize,
}

impl Campaign {
    /// Plays them, telling after each how many are done. Ends early once there are failures enough.
    ///
    /// # Errors
    /// The seeds in which something does not hold, in order.
    pub fn run(&self, told: impl Fn(u64) + Sync) -> Result<(), Vec<Failure>> {
        let next = AtomicU64::new(self.seeds.start);
        let (done, enough) = (AtomicU64::new(0), AtomicBool::new(false));
        let failures: Mutex<Vec<Failure>> = Mutex::default();
        thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                scope.spawn(|| {
                    while !enough.load(Ordering::Relaxed) {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= self.seeds.end {
                            return;
                        }
                        if let Err(failure) = simulate(&self.scenario(seed)) {
                            let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
                            failures.push(*failure);
                            enough.store(failures.len() >= self.failures, Ordering::Relaxed);
                        }
                        told(done.fetch_add(1, Ordering::Relaxed) + 1);
                    }
                });
            }
        });
        let mut failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
        failures.sort_by_key(|failure| failure.scenario.seed);
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }

    /// What a seed makes.
    pub fn scenario(&self, seed: u64) -> Scenario {
        match self.size {
            Some((clients, accounts)) => Scenario::sized(seed, clients, accounts),
            None => Scenario::small(seed),
        }
    }
}
