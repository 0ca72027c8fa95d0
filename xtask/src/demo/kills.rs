//! Runs that are killed at random moments, and run again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cleaner_tests::{Emulator, python};
use serde_json::Value;

use super::{Demo, clear, folder, judge};

/// How many accounts one emulator holds before a fresh one takes over, so that its memory stays small.
const ACCOUNTS: u32 = 10;

/// How a run ended that was to be killed.
struct Killed {
    /// Nothing if it was through before.
    after: Option<Duration>,
    /// How many deletions AWS had confirmed by then.
    deleted: usize,
}

impl Demo {
    /// Kills one run in each of some accounts, runs it again, and judges what is left. A run that is through by then does not
    /// count. The moments are spread over the time that
    /// an undisturbed run takes here, which is measured first. Runs look at the regions in which that one deleted anything: most
    /// of their time would go into empty regions otherwise.
    pub(super) fn kill(&self, kills: u32, binary: &Path) -> Result<(), String> {
        let (folder, _turn) = folder()?;
        let mut random = fastrand::Rng::with_seed(self.seed);
        let mut emulator = Emulator::try_start()?;
        let (mut whole, mut regions) = (Duration::ZERO, Vec::new());
        let (mut wrong, mut killed) = (0, 0);
        println!("  kill  after (s)  deleted by then  then again (s)");
        for account in 0.. {
            if killed == kills {
                break;
            }
            if account > 0 && account % ACCOUNTS == 0 {
                emulator = Emulator::try_start()?;
            }
            // The first run finds the regions, the second one the time.
            let is_disturbed = account > 1;
            let credentials = emulator.new_account();
            self.fill(&emulator, &credentials);
            let before = python::count(&emulator, &credentials, &[]);
            let run = || -> Result<std::process::Command, String> {
                let mut command = clear(binary, &emulator, &credentials, &folder, &self.clear)?;
                command.args(&regions);
                command.stdout(Stdio::null()).stderr(Stdio::null());
                Ok(command)
            };
            let mut line = "undisturbed".to_owned();
            if is_disturbed {
                let moment = whole.mul_f64(random.f64());
                let run = kill_after(run()?, moment, &folder.join("events.ndjson"))?;
                killed += u32::from(run.after.is_some());
                let after =
                    run.after.map_or("through".to_owned(), |after| format!("{:.2}", after.as_secs_f64()));
                line = format!("{killed:>6}  {after:>9}  {:>15}", run.deleted);
            }
            let report = folder.join("report.json");
            drop(fs::remove_file(&report));
            let started = Instant::now();
            let status: ExitStatus =
                run()?.status().map_err(|error| format!("failed to run it: {error}."))?;
            let took = started.elapsed();
            if !is_disturbed {
                whole = took;
            }
            println!("{line}  {:>14.1}", took.as_secs_f64());
            let report: Option<Value> =
                fs::read_to_string(&report).ok().and_then(|text| serde_json::from_str(&text).ok());
            if regions.is_empty() {
                regions = worked_in(report.as_ref());
            }
            let after = python::count(&emulator, &credentials, &[]);
            let problems = judge(status, report.as_ref(), &before, &after);
            for problem in &problems {
                println!("        {problem}");
            }
            wrong += usize::from(!problems.is_empty());
        }
        if wrong > 0 {
            return Err(format!("{wrong} accounts are not as they should be."));
        }
        println!(
            "{kills} runs were killed. Run again, each ended clean; the count finds nothing left, and nothing lost."
        );
        Ok(())
    }
}

/// The regions in which a run deleted anything, as arguments.
fn worked_in(report: Option<&Value>) -> Vec<String> {
    let resources = report.and_then(|report| report["resources"].as_array()).into_iter().flatten();
    let deleted = resources.filter(|resource| resource["outcome"] == "deleted");
    let regions: BTreeSet<&str> = deleted.filter_map(|resource| resource["region"].as_str()).collect();
    regions.into_iter().flat_map(|region| ["--region".to_owned(), region.to_owned()]).collect()
}

/// Runs a command and kills it (SIGKILL: nothing can be tidied up) after some time, unless it is through before.
fn kill_after(mut command: std::process::Command, moment: Duration, events: &Path) -> Result<Killed, String> {
    drop(fs::remove_file(events));
    let started = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("failed to run it: {error}."))?;
    thread::sleep(moment);
    let failed = |error: std::io::Error| format!("failed to kill it: {error}.");
    let through = child.try_wait().map_err(failed)?.is_some();
    let after = (!through).then(|| started.elapsed());
    if !through {
        child.kill().map_err(failed)?;
        child.wait().map_err(failed)?;
    }
    let events = fs::read_to_string(events).unwrap_or_default();
    let finished = |line: &&str| line.contains("\"item_finished\"") && line.contains("\"deleted\"");
    Ok(Killed { after, deleted: events.lines().filter(finished).count() })
}
