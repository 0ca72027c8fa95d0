use std::time::Duration;

use serde_json::{Value, json};

/// One run of a benchmark.
#[derive(Debug, Default)]
pub(super) struct Sample {
    pub(super) wall: Duration,
    pub(super) calls: Option<usize>,
    pub(super) throttled: Option<usize>,
    /// No run could be faster than this, and why.
    pub(super) bound: Option<(Duration, String)>,
    pub(super) peak_kib: Option<u64>,
    /// How busy the machine was with other things when it began: the load average of one minute.
    pub(super) load: f64,
    pub(super) notes: Vec<String>,
    /// More numbers, for those who read the JSON.
    pub(super) details: Value,
}

/// What a benchmark has shown.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) what: String,
    pub(super) size: String,
    pub(super) samples: Vec<Sample>,
}

impl Row {
    /// Orders the samples by time.
    pub(super) fn new(name: &str, what: &str, size: impl Into<String>, mut samples: Vec<Sample>) -> Self {
        samples.sort_by_key(|sample| sample.wall);
        Self { name: name.to_owned(), what: what.to_owned(), size: size.into(), samples }
    }

    fn median(&self) -> &Sample {
        &self.samples[self.samples.len() / 2]
    }

    /// One line for whoever waits.
    pub(super) fn line(&self) -> String {
        let median = self.median();
        let ratio = median.ratio().map_or_else(String::new, |ratio| format!(", {ratio:.2} x the bound"));
        format!("  {:.2} s{ratio}; {}", median.wall.as_secs_f64(), median.notes.join("; "))
    }

    /// The row as it is stored.
    pub(super) fn to_json(&self) -> Value {
        let median = self.median();
        let wall = |sample: Option<&Sample>| sample.map(|sample| seconds(sample.wall));
        let highest = self.samples.iter().map(|sample| sample.load).fold(0.0, f64::max);
        json!({
            "name": self.name,
            "what": self.what,
            "size": self.size,
            "runs": self.samples.len(),
            "wall_s": { "min": wall(self.samples.first()), "median": seconds(median.wall), "max": wall(self.samples.last()) },
            "calls": median.calls,
            "throttled": median.throttled,
            "bound_s": median.bound.as_ref().map(|(bound, _)| seconds(*bound)),
            "bound_by": median.bound.as_ref().map(|(_, why)| why),
            "ratio": median.ratio().map(|ratio| (ratio * 100.0).round() / 100.0),
            "peak_mib": median.peak_kib.map(|kib| kib.div_ceil(1024)),
            "load": highest,
            "notes": median.notes,
            "samples": self.samples.iter().map(Sample::to_json).collect::<Vec<_>>(),
        })
    }
}

impl Sample {
    fn ratio(&self) -> Option<f64> {
        let (bound, _) = self.bound.as_ref()?;
        (!bound.is_zero()).then(|| self.wall.as_secs_f64() / bound.as_secs_f64())
    }

    fn to_json(&self) -> Value {
        json!({
            "wall_s": seconds(self.wall),
            "calls": self.calls,
            "throttled": self.throttled,
            "bound_s": self.bound.as_ref().map(|(bound, _)| seconds(*bound)),
            "bound_by": self.bound.as_ref().map(|(_, why)| why),
            "peak_kib": self.peak_kib,
            "load": self.load,
            "notes": self.notes,
            "details": self.details,
        })
    }
}

/// Seconds, to the millisecond.
fn seconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_run_in_the_middle_speaks_for_all() {
        let sample = |seconds| Sample {
            wall: Duration::from_secs(seconds),
            bound: Some((Duration::from_secs(2), "chain".to_owned())),
            ..Sample::default()
        };
        let row = Row::new("n", "w", "s", vec![sample(9), sample(3), sample(4)]).to_json();
        assert_eq!((&row["wall_s"]["min"], &row["wall_s"]["max"]), (&json!(3.0), &json!(9.0)));
        assert_eq!((&row["wall_s"]["median"], &row["ratio"]), (&json!(4.0), &json!(2.0)));
    }
}
