//! A process that is measured while it runs.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often a running process is looked at.
const LOOK: Duration = Duration::from_millis(10);

/// How a process ended, and what it took.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) wall: Duration,
    /// The most memory it had, as of the last look.
    pub(super) peak_kib: Option<u64>,
    /// The processor time it took, as of the last look.
    pub(super) processor: Option<Duration>,
}

/// Runs a command to its end; what it prints goes to a file. At the deadline it is killed.
pub(super) fn run(command: &mut Command, output: &Path, deadline: Duration) -> Result<Ended, String> {
    let failed = |error: std::io::Error| format!("failed to run {command:?}: {error}");
    let file = fs::File::create(output).map_err(failed)?;
    let other = file.try_clone().map_err(failed)?;
    let started = Instant::now();
    let mut child = match command.stdin(Stdio::null()).stdout(file).stderr(other).spawn() {
        Ok(child) => child,
        Err(error) => return Err(format!("failed to run {command:?}: {error}")),
    };
    let (mut peak_kib, mut used) = (None, None);
    loop {
        peak_kib = peak(child.id()).or(peak_kib);
        used = processor(child.id()).or(used);
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok(Ended { code: status.code(), wall: started.elapsed(), peak_kib, processor: used });
        }
        if started.elapsed() > deadline {
            end(&mut child);
            return Err(format!("{command:?} took longer than {deadline:?}"));
        }
        std::thread::park_timeout(LOOK);
    }
}

/// Ends a process, if it still runs.
pub(super) fn end(child: &mut Child) {
    drop(child.kill());
    drop(child.wait());
}

/// The most memory a process had so far, in KiB.
fn peak(process: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The processor time a process and its threads took so far.
pub(super) fn processor(process: u32) -> Option<Duration> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The second field is a name in brackets, which may hold anything.
    let (_, fields) = text.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11).map(str::parse::<u64>);
    let (user, system) = (times.next()?.ok()?, times.next()?.ok()?);
    // Linux tells it in hundredths of a second, whatever its own clock does.
    Some(Duration::from_millis((user + system) * 10))
}
