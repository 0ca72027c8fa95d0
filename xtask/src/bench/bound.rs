//! The best that was possible: what no run on this endpoint could be faster than.

use std::time::Duration;

use super::trace::Trace;

/// How many calls the tool has under way at once, at most.
const IN_FLIGHT: f64 = 256.0;

/// What bounds a run from below.
#[derive(Debug)]
pub(super) struct Bounds(pub(super) Vec<(Duration, String)>);

impl Bounds {
    /// The calls that must follow each other in any run: who am I, which regions, the slowest listing, the longest chain of
    /// deletions, the slowest listing again as the proof. Each call counts with the fastest of its kind in this run.
    pub(super) fn chain(trace: &Trace, deletions_ms: f64) -> (Duration, String) {
        let fastest = trace.fastest();
        let of = |operation: &str| fastest.get(operation).copied().unwrap_or(0.0);
        let is_listing = |operation: &str| {
            let name = operation.split_once(':').map_or("", |(_, name)| name);
            ["List", "Describe", "Get"].iter().any(|verb| name.starts_with(verb))
        };
        let listing =
            fastest.iter().filter(|(name, _)| is_listing(name)).map(|(_, ms)| *ms).fold(0.0, f64::max);
        let ms = of("sts:GetCallerIdentity") + of("ec2:DescribeRegions") + 2.0 * listing + deletions_ms;
        (Duration::from_secs_f64(ms / 1000.0), "longest chain".to_owned())
    }

    /// All waiting, spread over as many calls at once as the tool makes.
    pub(super) fn in_flight(trace: &Trace, delay: Duration) -> (Duration, String) {
        let calls = f64::from(u32::try_from(trace.0.len()).unwrap_or(u32::MAX));
        (delay.mul_f64(calls / IN_FLIGHT), "delay x calls / 256 at once".to_owned())
    }

    /// The highest of the bounds.
    pub(super) fn highest(self) -> Option<(Duration, String)> {
        self.0.into_iter().max_by_key(|(bound, _)| *bound)
    }
}
