//! `cargo xtask demo`: fills an emulated account, clears it, and counts with another program what is left.

mod kills;

use std::fs;
use std::io::{BufRead as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use cleaner_tests::{Credentials, Emulator, cli, python, tree, venv};
use serde_json::Value;

/// Fill an emulated AWS account, clear it, and count independently what is left.
///
/// Needs no AWS account: everything happens on this machine. Fails if the run is not clean, or if the count finds
/// anything that should be gone or misses anything that should have stayed.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Size of the account; 1 is the reference account with about 200 functions and 20 stacks.
    #[arg(long, default_value_t = 1.0)]
    scale: f64,
    /// What the account is filled with.
    #[arg(long, value_enum, default_value_t = Kind::Reference)]
    kind: Kind,
    /// Instead, fill this many accounts one after another, kill each run at a random moment (SIGKILL), and run it again.
    #[arg(long, value_name = "N")]
    kills: Option<u32>,
    /// Which moments these are.
    #[arg(long, default_value_t = 1, requires = "kills")]
    seed: u64,
    /// Use the release build.
    #[arg(long)]
    release: bool,
    /// Leave the emulator running afterwards, until Enter is pressed.
    #[arg(long)]
    keep_running: bool,
    /// More arguments for `aws-cleaner clear`, after `--`.
    #[arg(last = true)]
    clear: Vec<String>,
}

/// How many ids of one type are shown.
const SHOWN: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The account that benchmarks clear.
    Reference,
    /// One of everything that is supported.
    KitchenSink,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::KitchenSink => "kitchen-sink",
        }
    }
}

/// What was measured, in the order in which it happened.
#[derive(Default)]
struct Times(Vec<(&'static str, Duration)>);

impl Times {
    fn measure<T>(&mut self, what: &'static str, step: impl FnOnce() -> T) -> T {
        eprintln!("· {what}");
        let started = Instant::now();
        let result = step();
        self.0.push((what, started.elapsed()));
        result
    }
}

impl Demo {
    /// Runs the demo.
    pub(crate) fn run(&self) -> Result<(), String> {
        let mut times = Times::default();
        times.measure("prepare the Python environment", venv::venv)?;
        let binary = times.measure("build aws-cleaner", || cli::build(self.release))?;
        if let Some(kills) = self.kills {
            return self.kill(kills, &binary);
        }
        let emulator = times.measure("start the emulator", Emulator::try_start)?;
        let credentials = emulator.new_account();
        let made = times.measure("fill the account", || self.fill(&emulator, &credentials));
        let before = times.measure("count what is there", || python::count(&emulator, &credentials, &[]));
        let (folder, _turn) = folder()?;
        let report_path = folder.join("report.json");
        drop(fs::remove_file(&report_path));
        let calls_before = emulator.calls().len();
        let status = times.measure("clear the account", || {
            let mut command = clear(&binary, &emulator, &credentials, &folder, &self.clear)?;
            command.status().map_err(|error| format!("failed to run {}: {error}.", binary.display()))
        })?;
        let calls = emulator.calls().split_off(calls_before);
        let after = times.measure("count what is left", || python::count(&emulator, &credentials, &[]));
        let report: Option<Value> =
            fs::read_to_string(&report_path).ok().and_then(|text| serde_json::from_str(&text).ok());

        let throttled = calls.iter().filter(|call| matches!(call.status, 429 | 503)).count();
        println!("\naccount {} at {}", credentials.account, emulator.url());
        for (what, took) in &times.0 {
            println!("  {what:<32}{:>8.1} s", took.as_secs_f64());
        }
        println!(
            "made: {} resources of {} types",
            total(&made),
            made.as_object().map_or(0, serde_json::Map::len)
        );
        println!("calls to the emulator: {}, throttled: {throttled}", calls.len());
        match &report {
            Some(report) => print_report(report, &report_path),
            None => println!("report: none was written ({})", report_path.display()),
        }
        let problems = judge(status, report.as_ref(), &before, &after);
        println!(
            "independent count: {} before, {} left, {} kept",
            before["totals"]["left"], after["totals"]["left"], after["totals"]["kept"]
        );
        for (kind, items) in after["left"].as_object().into_iter().flatten() {
            let items = items.as_array().map_or(&[][..], Vec::as_slice);
            let names: Vec<&str> = items.iter().take(SHOWN).filter_map(|item| item["id"].as_str()).collect();
            let more = if items.len() > SHOWN { ", …" } else { "" };
            println!("  left: {} {kind}: {}{more}", items.len(), names.join(", "));
        }
        if self.keep_running {
            wait_for_enter(&emulator, &credentials);
        }
        if problems.is_empty() {
            println!("clean: the tool and the count agree.");
            Ok(())
        } else {
            Err(problems.join("\n       "))
        }
    }

    fn fill(&self, emulator: &Emulator, credentials: &Credentials) -> Value {
        let scale = self.scale.to_string();
        python::seed(emulator, credentials, &["--kind", self.kind.name(), "--scale", &scale])
    }
}

/// Where demos write, and the turn to do so, which ends with the returned file.
fn folder() -> Result<(PathBuf, fs::File), String> {
    let folder = tree::target().join("demo");
    fs::create_dir_all(&folder)
        .map_err(|error| format!("failed to create {}: {error}.", folder.display()))?;
    let turn = wait_for_turn(&folder.join("lock"))?;
    Ok((folder, turn))
}

/// `aws-cleaner clear` on the terminal of this process, with nothing of its environment but what draws.
fn clear(
    binary: &Path,
    emulator: &Emulator,
    credentials: &Credentials,
    folder: &Path,
    more: &[String],
) -> Result<Command, String> {
    let home = folder.join("home");
    fs::create_dir_all(&home).map_err(|error| format!("failed to create {}: {error}.", home.display()))?;
    let mut command = Command::new(binary);
    command.env_clear().current_dir(&home).env("HOME", &home);
    for name in ["PATH", "TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "LANG", "LC_ALL"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", &credentials.access_key);
    command.env("AWS_SECRET_ACCESS_KEY", &credentials.secret);
    command.args(["clear", "--account", &credentials.account, "--yes", "--endpoint-url", emulator.url()]);
    command.arg("--report").arg(folder.join("report.json"));
    command.arg("--events").arg(folder.join("events.ndjson"));
    command.args(more);
    Ok(command)
}

/// Says what is wrong with the run; nothing if it did what it claims, and it claims to be clean.
fn judge(status: ExitStatus, report: Option<&Value>, before: &Value, after: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    if !status.success() {
        problems.push(format!("aws-cleaner ended with {status}"));
    }
    let outcome = report.and_then(|report| report["outcome"].as_str()).unwrap_or("missing");
    if outcome != "clean" {
        problems.push(format!("the report's outcome is {outcome}, not clean"));
    }
    let left = after["totals"]["left"].as_u64().unwrap_or(u64::MAX);
    if left > 0 {
        problems.push(format!("the independent count finds {left} resources that should be gone"));
    }
    for lost in lost(before, after) {
        problems.push(format!("{lost} should have stayed and is gone"));
    }
    problems
}

/// Lets one demo at a time write into the folder; the turn ends with the returned file.
fn wait_for_turn(path: &Path) -> Result<fs::File, String> {
    let failed = |error: std::io::Error| format!("failed to lock {}: {error}.", path.display());
    let lock = fs::File::create(path).map_err(failed)?;
    if lock.try_lock().is_err() {
        eprintln!("· wait for another demo");
        lock.lock().map_err(failed)?;
    }
    Ok(lock)
}

/// Everything that had to stay and did not. What AWS keeps for another resource goes with that one.
fn lost(before: &Value, after: &Value) -> Vec<String> {
    let now: Vec<String> = kept(after).map(|(name, _)| name).collect();
    kept(before)
        .filter(|(_, reason)| !reason.starts_with("managed by ") || *reason == "managed by AWS")
        .map(|(name, _)| name)
        .filter(|name| !now.contains(name))
        .collect()
}

/// Name and reason of everything that a count says must stay.
fn kept(count: &Value) -> impl Iterator<Item = (String, &str)> {
    count["kept"].as_object().into_iter().flatten().flat_map(|(kind, items)| {
        items.as_array().into_iter().flatten().map(move |item| {
            let text = |key: &str| item[key].as_str().unwrap_or("?");
            (format!("{kind} {} in {}", text("id"), text("region")), text("reason"))
        })
    })
}

fn print_report(report: &Value, path: &Path) {
    let summary = &report["summary"];
    println!(
        "report: {}: found {}, deleted {}, kept {}, already gone {}, failed {}, blocked {}, {} ms, {} calls, {} throttled",
        report["outcome"].as_str().unwrap_or("?"),
        summary["found"],
        summary["deleted"],
        summary["kept"],
        summary["already_gone"],
        summary["failed"],
        summary["blocked"],
        report["duration_ms"],
        report["api"]["calls"],
        report["api"]["throttled"],
    );
    println!("        {}", path.display());
}

fn total(made: &Value) -> u64 {
    made.as_object().into_iter().flatten().filter_map(|(_, number)| number.as_u64()).sum()
}

fn wait_for_enter(emulator: &Emulator, credentials: &Credentials) {
    println!("\nThe emulator goes on running. To look around:");
    println!(
        "  AWS_ENDPOINT_URL={} AWS_ACCESS_KEY_ID={} AWS_SECRET_ACCESS_KEY={} AWS_REGION=us-east-1",
        emulator.url(),
        credentials.access_key,
        credentials.secret
    );
    print!("Press Enter to end it. ");
    drop(std::io::stdout().flush());
    drop(std::io::stdin().lock().lines().next());
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_had_to_stay_is_missed() {
        let before =
            json!({"kept": {"IAMRole": [{"id": "a", "region": "global"}, {"id": "b", "region": "global"}]}});
        let after = json!({"kept": {"IAMRole": [{"id": "b", "region": "global"}]}});
        assert_eq!(lost(&before, &after), ["IAMRole a in global"]);
        assert!(lost(&before, &before).is_empty());
        let managed = json!({"kept": {"Rule": [{"id": "a", "region": "r", "reason": "managed by events"}]}});
        assert!(lost(&managed, &after).is_empty(), "it goes with its owner");
    }
}
