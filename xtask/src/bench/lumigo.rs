//! Another tool on the same account: `lumigo-cli clear-account`.

use std::fs;
use std::process::Command;
use std::time::Duration;

use cleaner_tests::{Emulator, python, tree};
use serde_json::{Value, json};

use super::account::SMALL;
use super::lab::Lab;
use super::row::{Row, Sample};
use super::task::Benchmark;
use super::{child, machine};

const PACKAGE: &str = "lumigo-cli@0.48.4";
/// It ends by itself or it does not.
const DEADLINE: Duration = Duration::from_secs(600);

pub(super) fn small(lab: &Lab, benchmark: &Benchmark) -> Result<Row, String> {
    let folder = lab.file("lumigo");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let program = folder.join("node_modules/lumigo-cli/bin/run");
    if !program.exists() {
        let mut command = Command::new("npm");
        command
            .args(["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix"])
            .arg(&folder)
            .arg(PACKAGE);
        let ended = child::run(&mut command, &lab.file("npm.txt"), DEADLINE)?;
        if ended.code != Some(0) {
            return Err(format!("npm ended with {:?}; see npm.txt in the folder of benchmarks", ended.code));
        }
    }
    let emulator = Emulator::try_start()?;
    let samples = (0..lab.runs).map(|_| {
        let credentials = emulator.new_account();
        python::seed(&emulator, &credentials, &["--scale", SMALL]);
        let before = python::count(&emulator, &credentials, &[]);
        let proxy = lab.proxy(emulator.url(), &json!([{ "fault": "latency", "delay": "50ms" }]))?;
        let load = machine::load();
        let mut command = Command::new("node");
        lab.account(&mut command, &credentials);
        // When it was written, Node only warned of rejections that nobody handles; today they end the process.
        command
            .args(["--unhandled-rejections=warn", "--require"])
            .arg(tree::root().join("xtask/node/lumigo.js"))
            .arg(&program);
        command
            .args(["clear-account", "--force"])
            .env("BENCH_ENDPOINT", proxy.url())
            .env("SKIP_VERSION_CHECK", "1");
        let ended = child::run(&mut command, &lab.file("lumigo.txt"), DEADLINE)?;
        let trace = proxy.trace()?;
        let after = python::count(&emulator, &credentials, &[]);
        let of = |count: &Value, key: &str| count["totals"][key].as_u64().unwrap_or(0);
        let lost = of(&before, "kept").saturating_sub(of(&after, "kept"));
        Ok(Sample {
            wall: ended.wall,
            calls: Some(trace.0.len()),
            throttled: Some(trace.throttled()),
            peak_kib: ended.peak_kib,
            load,
            notes: vec![
                format!(
                    "exit code {}",
                    ended.code.map_or_else(|| "none".to_owned(), |code| code.to_string())
                ),
                format!("the independent count finds {} left of {}", of(&after, "left"), of(&before, "left")),
                format!("{lost} of {} that should have stayed are gone", of(&before, "kept")),
            ],
            details: json!({ "left": after["left"] }),
            ..Sample::default()
        })
    });
    Ok(Row::new(
        benchmark.name,
        benchmark.what,
        format!("scale {SMALL}"),
        samples.collect::<Result<_, String>>()?,
    ))
}
