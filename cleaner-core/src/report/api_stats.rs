use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_dynamic::{CallObserver, CallRecord};
use serde::{Deserialize, Serialize};

/// How many durations of an operation are remembered: enough for percentiles, bounded however many calls there are.
const SAMPLES: usize = 1_000;

/// Counts the calls of a run, through all clients.
#[derive(Debug, Default)]
pub struct ApiStats(Mutex<BTreeMap<String, Operation>>);

#[derive(Debug, Default)]
struct Operation {
    calls: u64,
    throttled: u64,
    retried: u64,
    samples: Vec<u32>,
}

impl CallObserver for ApiStats {
    fn finished(&self, record: &CallRecord) {
        let mut operations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let operation = operations.entry(format!("{}:{}", record.service, record.operation)).or_default();
        operation.calls += 1;
        match record.kind {
            Some(aws_dynamic::ErrorKind::Throttled) => {
                operation.throttled += 1;
                operation.retried += 1;
            }
            Some(aws_dynamic::ErrorKind::Transient) => operation.retried += 1,
            _ => {}
        }
        let millis = u32::try_from(record.elapsed.as_millis()).unwrap_or(u32::MAX);
        if operation.samples.len() < SAMPLES {
            operation.samples.push(millis);
        } else {
            // Overwrites in turn: the percentiles then are those of the last calls.
            let place = usize::try_from(operation.calls).unwrap_or(usize::MAX) % SAMPLES;
            operation.samples[place] = millis;
        }
    }
}

impl ApiStats {
    /// What was counted so far.
    pub fn report(&self) -> ApiReport {
        let operations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut report = ApiReport::default();
        for (name, operation) in operations.iter() {
            report.calls += operation.calls;
            report.throttled += operation.throttled;
            report.retried += operation.retried;
            let mut samples = operation.samples.clone();
            samples.sort_unstable();
            let percentile =
                |percent: usize| samples.get(samples.len().saturating_sub(1) * percent / 100).copied();
            report.by_operation.insert(
                name.clone(),
                OperationReport {
                    calls: operation.calls,
                    throttled: operation.throttled,
                    ms_p50: percentile(50).unwrap_or_default(),
                    ms_p99: percentile(99).unwrap_or_default(),
                },
            );
        }
        report
    }
}

/// The calls of a run.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ApiReport {
    /// All calls, repeated ones included.
    pub calls: u64,
    /// Calls that AWS throttled.
    pub throttled: u64,
    /// Calls whose error led to another try.
    pub retried: u64,
    /// The same by `service:Operation`.
    pub by_operation: BTreeMap<String, OperationReport>,
}

/// The calls of one operation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct OperationReport {
    /// All calls, repeated ones included.
    pub calls: u64,
    /// Calls that AWS throttled.
    pub throttled: u64,
    /// The median of the time a call took, in milliseconds.
    pub ms_p50: u32,
    /// The 99th percentile of the time a call took, in milliseconds.
    pub ms_p99: u32,
}
