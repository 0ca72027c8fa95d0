//! The reference account of the emulator, and an empty one, behind a proxy that delays every call.

use std::time::Duration;

use cleaner_tests::{Emulator, python};
use serde_json::json;

use super::bound::Bounds;
use super::lab::Lab;
use super::row::{Row, Sample};
use super::task::Benchmark;
use super::{child, machine};

/// How far away the endpoint is: the time until a call arrives.
pub(super) const DELAY: Duration = Duration::from_millis(50);
pub(super) const SMALL: &str = "0.1";

pub(super) fn small(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    reference(lab, benchmark, SMALL)
}

pub(super) fn medium(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    reference(lab, benchmark, "0.4")
}

pub(super) fn large(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    reference(lab, benchmark, "1")
}

pub(super) fn empty(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    let emulator = Emulator::try_start()?;
    let samples = (0..lab.runs).map(|_| once(lab, &emulator, None).map(|(sample, _)| sample));
    Ok(Row::new(benchmark.name, benchmark.what, "0 resources", samples.collect::<Result<_, _>>()?))
}

fn reference(lab: &Lab, benchmark: &Benchmark, scale: &str) -> Result<Row, String> {
    let emulator = Emulator::try_start()?;
    let mut samples = Vec::new();
    let mut size = 0;
    for _ in 0..lab.runs {
        let (sample, found) = once(lab, &emulator, Some(scale))?;
        samples.push(sample);
        size = found;
    }
    Ok(Row::new(benchmark.name, benchmark.what, format!("scale {scale}: {size} to delete"), samples))
}

/// Fills an account, clears it, and counts with another program that nothing is left. Tells how much was deleted, too.
fn once(lab: &Lab, emulator: &Emulator, scale: Option<&str>) -> Result<(Sample, u64), String> {
    let credentials = emulator.new_account();
    if let Some(scale) = scale {
        python::seed(emulator, &credentials, &["--scale", scale]);
    }
    let proxy = lab.proxy(emulator.url(), &json!([{ "fault": "latency", "delay": "50ms" }]))?;
    let load = machine::load();
    let before = child::processor(emulator.process());
    let cleared = lab.clear(proxy.url(), &credentials, [] as [&str; 0])?;
    let after = child::processor(emulator.process());
    let trace = proxy.trace()?;
    let counted = python::count(emulator, &credentials, &[]);
    if counted["totals"]["left"] != 0 {
        return Err(format!("the independent count finds {} left", counted["totals"]["left"]));
    }
    let events = cleared.events.display().to_string();
    let chain = lab.json("engine-bench", &["chain", &events])?;
    let mut bounds =
        vec![Bounds::chain(&trace, chain["ms"].as_f64().unwrap_or(0.0)), Bounds::in_flight(&trace, DELAY)];
    if let (Some(before), Some(after)) = (before, after) {
        bounds.push((after.saturating_sub(before), "processor time of the emulator".to_owned()));
    }
    let all: Vec<String> =
        bounds.iter().map(|(bound, why)| format!("{why} {:.1} s", bound.as_secs_f64())).collect();
    let mut details = cleared.details();
    details["bounds"] = json!(all);
    details["chain"] = chain["chain"].clone();
    let sample = Sample {
        wall: cleared.ended.wall,
        calls: Some(trace.0.len()),
        throttled: Some(trace.throttled()),
        bound: Bounds(bounds).highest(),
        peak_kib: cleared.ended.peak_kib,
        load,
        notes: vec![all.join(", ")],
        details,
    };
    Ok((sample, cleared.deleted()))
}
