//! The reference account of the emulator, and an empty one, behind a proxy that delays every call.

use std::time::Duration;

use cleaner_tests::{Emulator, python};
use serde_json::json;

use super::bound::{self, Phase, slowest_listing};
use super::lab::{EVENTS, Lab};
use super::machine;
use super::phases::{Mark, Watch};
use super::row::{Row, Sample};
use super::task::Benchmark;

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
    let process = emulator.process();
    let watch = Watch::start(lab.file(EVENTS), process);
    let before = Mark::now(process);
    let cleared = lab.clear(proxy.url(), &credentials, [] as [&str; 0])?;
    let after = Mark::now(process);
    let marks = watch.marks();
    let trace = proxy.trace()?;
    let counted = python::count(emulator, &credentials, &[]);
    if counted["totals"]["left"] != 0 {
        return Err(format!("the independent count finds {} left", counted["totals"]["left"]));
    }
    let [listed, deleted] = marks[..] else { return Err("the events do not tell the phases".to_owned()) };
    let events = cleared.events.display().to_string();
    let chain = lab.json("engine-bench", &["chain", &events])?;
    let phase = |name, from: Mark, to: Mark| {
        let calls = trace.0.iter().filter(|call| from.at <= call.at && call.at < to.at).count();
        Phase::new(name, calls, DELAY, to.used.saturating_sub(from.used))
    };
    let fastest = trace.fastest();
    let of = |operation: &str| fastest.get(operation).copied().unwrap_or(0.0);
    let listing = slowest_listing(&fastest);
    let first = of("sts:GetCallerIdentity") + of("ec2:DescribeRegions") + listing;
    let phases = [
        phase("listing", before, listed).chain(first),
        phase("deleting", listed, deleted).chain(chain["ms"].as_f64().unwrap_or(0.0)),
        phase("proving", deleted, after).chain(listing),
    ];
    let all: Vec<String> = phases.iter().map(Phase::describe).collect();
    let took: Vec<f64> = [before.at, listed.at, deleted.at, after.at]
        .windows(2)
        .map(|ends| ((ends[1] - ends[0]) * 10.0).round() / 10.0)
        .collect();
    let mut details = cleared.details();
    details["bounds"] = json!(all);
    details["phases_s"] = json!(took);
    details["chain"] = chain["chain"].clone();
    let took = format!("listing took {} s, deleting {} s, proving {} s", took[0], took[1], took[2]);
    let sample = Sample {
        wall: cleared.ended.wall,
        calls: Some(trace.0.len()),
        throttled: Some(trace.throttled()),
        bound: Some(bound::total(&phases)),
        peak_kib: cleared.ended.peak_kib,
        load,
        notes: vec![took, all.join("; ")],
        details,
    };
    Ok((sample, cleared.deleted()))
}
