//! The engine alone, in a process of its own.

use std::time::Duration;

use serde_json::Value;

use super::lab::Lab;
use super::machine;
use super::row::{Row, Sample};
use super::task::Benchmark;

pub(super) fn plan(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    row(lab, benchmark, "1,000,000 resources", &["plan", "--items", "1000000"], |told| {
        let of = |key: &str| told[key].as_u64().unwrap_or(0);
        format!(
            "relate {} ms, judge {} ms, order {} ms; {} MiB of the memory are the resources themselves",
            of("relate_ms"),
            of("judge_ms"),
            of("order_ms"),
            of("resources_kib") / 1024
        )
    })
}

pub(super) fn execute(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    row(lab, benchmark, "100,000 items in 100 lanes", &["execute", "--items", "100000"], cost)
}

pub(super) fn execute_with_events(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    row(lab, benchmark, "100,000 items in 100 lanes", &["execute", "--items", "100000", "--journal"], cost)
}

fn cost(told: &Value) -> String {
    let of = |key: &str| told[key].as_f64().unwrap_or(0.0);
    format!(
        "processor time per item: {:.1} us beyond the {:.1} us of the simulation",
        of("engine_us_per_item"),
        of("simulation_us_per_item")
    )
}

fn row(
    lab: &Lab,
    benchmark: &Benchmark,
    size: &str,
    arguments: &[&str],
    note: impl Fn(&Value) -> String,
) -> Result<Row, String> {
    let samples = (0..lab.runs).map(|_| {
        let load = machine::load();
        let told = lab.json("engine-bench", arguments)?;
        Ok(Sample {
            wall: Duration::from_millis(told["wall_ms"].as_u64().unwrap_or(0)),
            peak_kib: told["peak_kib"].as_u64(),
            load,
            notes: vec![note(&told)],
            details: told,
            ..Sample::default()
        })
    });
    Ok(Row::new(benchmark.name, benchmark.what, size, samples.collect::<Result<_, String>>()?))
}
