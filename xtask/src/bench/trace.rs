//! What the proxy saw of a run.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// A call that went through the proxy.
#[derive(Debug)]
pub(super) struct Call {
    /// When it came, in seconds.
    pub(super) at: f64,
    pub(super) region: String,
    pub(super) operation: String,
    pub(super) throttled: bool,
    /// How long its client waited for the answer.
    pub(super) ms: f64,
}

/// All calls of a run.
#[derive(Debug)]
pub(super) struct Trace(pub(super) Vec<Call>);

impl Trace {
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let calls = text.lines().filter_map(|line| {
            let value: Value = serde_json::from_str(line).ok()?;
            let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
            Some(Call {
                at: value["t"].as_f64()?,
                region: text("region"),
                operation: format!("{}:{}", text("service"), text("operation")),
                throttled: value["fault"] == "throttle"
                    || matches!(value["status"].as_u64(), Some(429 | 503)),
                ms: value["ms"].as_f64()?,
            })
        });
        Ok(Self(calls.collect()))
    }

    pub(super) fn throttled(&self) -> usize {
        self.0.iter().filter(|call| call.throttled).count()
    }

    /// The fastest call of each operation that succeeded in getting through, in milliseconds.
    pub(super) fn fastest(&self) -> HashMap<&str, f64> {
        let mut fastest: HashMap<&str, f64> = HashMap::new();
        for call in self.0.iter().filter(|call| !call.throttled) {
            let least = fastest.entry(&call.operation).or_insert(call.ms);
            *least = least.min(call.ms);
        }
        fastest
    }
}
