//! The best that was possible: what no run on this endpoint could be faster than.

use std::collections::HashMap;
use std::time::Duration;

/// How many calls the tool has under way at once, at most.
const IN_FLIGHT: f64 = 256.0;

/// What bounds one phase of a run from below.
#[derive(Debug)]
pub(super) struct Phase {
    name: &'static str,
    bounds: Vec<(Duration, &'static str)>,
}

impl Phase {
    /// A phase with these calls, behind a delay, on an endpoint that used this much processor time for it.
    pub(super) fn new(name: &'static str, calls: usize, delay: Duration, used: Duration) -> Self {
        let calls = f64::from(u32::try_from(calls).unwrap_or(u32::MAX));
        let in_flight = delay.mul_f64(calls / IN_FLIGHT);
        let bounds = vec![(used, "processor time of the emulator"), (in_flight, "delay x calls / 256")];
        Self { name, bounds }
    }

    /// Calls that must follow each other take this long.
    pub(super) fn chain(mut self, ms: f64) -> Self {
        self.bounds.push((Duration::from_secs_f64(ms / 1000.0), "longest chain"));
        self
    }

    fn highest(&self) -> (Duration, &'static str) {
        self.bounds.iter().copied().max_by_key(|(bound, _)| *bound).unwrap_or_default()
    }

    /// All bounds, in words.
    pub(super) fn describe(&self) -> String {
        let all = self.bounds.iter().map(|(bound, why)| format!("{why} {:.1} s", bound.as_secs_f64()));
        format!("{}: {}", self.name, all.collect::<Vec<_>>().join(", "))
    }
}

/// Phases follow each other: each takes at least as long as the highest of its bounds.
pub(super) fn total(phases: &[Phase]) -> (Duration, String) {
    let highest = phases.iter().map(|phase| (phase.name, phase.highest()));
    let why =
        highest.clone().map(|(name, (bound, why))| format!("{name} {:.1} s ({why})", bound.as_secs_f64()));
    let why = why.collect::<Vec<_>>().join(", ");
    (highest.map(|(_, (bound, _))| bound).sum(), why)
}

/// The slowest kind of listing, with the time of its fastest call, in milliseconds.
pub(super) fn slowest_listing(fastest: &HashMap<&str, f64>) -> f64 {
    let is_listing = |operation: &str| {
        let name = operation.split_once(':').map_or("", |(_, name)| name);
        ["List", "Describe", "Get"].iter().any(|verb| name.starts_with(verb))
    };
    fastest.iter().filter(|(name, _)| is_listing(name)).map(|(_, ms)| *ms).fold(0.0, f64::max)
}
