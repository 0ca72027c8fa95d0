//! The machine, as it describes itself.

use std::fs;
use std::process::Command;

use cleaner_tests::tree;
use serde_json::{Value, json};

/// What numbers of this machine are to be read with.
pub(super) fn describe() -> Value {
    let memory = line("/proc/meminfo", "MemTotal");
    let gib = memory.split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok()).map(|kib| kib >> 20);
    json!({
        "cores": std::thread::available_parallelism().map_or(0, std::num::NonZero::get),
        "model": line("/proc/cpuinfo", "model name"),
        "memory_gib": gib,
        "system": fs::read_to_string("/proc/sys/kernel/osrelease").map(|text| text.trim().to_owned()).ok(),
    })
}

/// The load average of one minute; 0 where the system does not tell.
pub(super) fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|load| load.parse().ok()).unwrap_or(0.0)
}

/// Which source this is: git's short name of the commit.
pub(super) fn commit() -> String {
    let output =
        Command::new("git").args(["describe", "--always", "--dirty"]).current_dir(tree::root()).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    text.ok().filter(|text| !text.is_empty()).unwrap_or_else(|| "unknown".to_owned())
}

fn line(file: &str, key: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let value =
        text.lines().find_map(|line| line.strip_prefix(key)?.split_once(':').map(|(_, value)| value.trim()));
    value.unwrap_or("unknown").to_owned()
}
