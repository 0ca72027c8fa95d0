//! Python against the emulator: seeds, counts, and snippets of boto3.

use std::io::Write as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::emulator::{Credentials, Emulator};
use crate::worker::Worker;

/// How long a snippet may take on a busy machine.
const SNIPPET: Duration = Duration::from_secs(180);

/// What a finished command said.
#[derive(Debug)]
pub struct Output {
    /// How it ended; none if the deadline ended it.
    pub status: Option<ExitStatus>,
    /// Everything on standard output.
    pub stdout: String,
    /// Everything on standard error.
    pub stderr: String,
}

/// Runs a snippet of Python in an account and returns the value of its last expression.
///
/// The snippet finds `client(service, region=None)`, `fill(bucket, count, prefix)` for many objects at once, `account`, `region`,
/// `url` and `json`.
///
/// # Panics
/// With the traceback, if the snippet fails.
pub fn snippet(emulator: &Emulator, credentials: &Credentials, region: &str, code: &str) -> Value {
    Worker::take(emulator)
        .and_then(|worker| worker.run(emulator, credentials, region, code, SNIPPET))
        .unwrap_or_else(|error| panic!("the snippet failed:\n{code}\n{error}"))
}

/// Fills an account with `seed.py` and returns what was made, by kind.
///
/// # Panics
/// With the traceback, if that fails.
pub fn seed(emulator: &Emulator, credentials: &Credentials, arguments: &[&str]) -> Value {
    let mut command = with_credentials(emulator, "seed.py", credentials);
    command.arg(emulator.url()).args(arguments).stdin(Stdio::null());
    let output = finish(spawn(&mut command), None, Duration::from_secs(900));
    assert!(output.status.is_some_and(|status| status.success()), "seeding failed:\n{}", output.stderr);
    let last = output.stdout.lines().last().unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|error| panic!("seed.py printed no JSON: {error}: {last}"))
}

/// Counts with boto3 what is left in an account: `{"left": {kind: [ids]}, "kept": {kind: [ids]}, …}`.
///
/// # Panics
/// With the traceback, if counting fails; leftovers are no failure.
#[must_use]
pub fn count(emulator: &Emulator, credentials: &Credentials, arguments: &[&str]) -> Value {
    let mut command = with_credentials(emulator, "count.py", credentials);
    command.args([emulator.url(), "--json"]).args(arguments).stdin(Stdio::null());
    let output = finish(spawn(&mut command), None, Duration::from_secs(900));
    let code = output.status.and_then(|status| status.code());
    assert!(matches!(code, Some(0 | 1)), "counting failed with {code:?}:\n{}", output.stderr);
    serde_json::from_str(&output.stdout).unwrap_or_else(|error| {
        panic!("count.py printed no JSON: {error}: {}\n{}", output.stdout, output.stderr)
    })
}

/// Runs one of the scripts without credentials.
///
/// # Errors
/// With everything it printed, if it does not end well within the deadline.
pub fn script(
    emulator: &Emulator,
    name: &str,
    arguments: &[&str],
    deadline: Duration,
) -> Result<String, String> {
    ended(emulator.venv().command(name), name, arguments, deadline)
}

/// Runs one of the scripts with the credentials of an account.
///
/// # Errors
/// With everything it printed, if it does not end well within the deadline.
pub fn script_in(
    emulator: &Emulator,
    credentials: &Credentials,
    name: &str,
    arguments: &[&str],
    deadline: Duration,
) -> Result<String, String> {
    ended(with_credentials(emulator, name, credentials), name, arguments, deadline)
}

fn ended(mut command: Command, name: &str, arguments: &[&str], deadline: Duration) -> Result<String, String> {
    command.args(arguments).stdin(Stdio::null());
    let output = finish(spawn(&mut command), None, deadline);
    match output.status {
        Some(status) if status.success() => Ok(output.stdout),
        Some(status) => Err(format!("{name} ended with {status}:\n{}{}", output.stdout, output.stderr)),
        None => Err(format!("{name} took longer than {deadline:?}:\n{}{}", output.stdout, output.stderr)),
    }
}

/// Prepares a script with the credentials of an account and nothing else of the environment.
#[must_use]
pub fn with_credentials(emulator: &Emulator, name: &str, credentials: &Credentials) -> Command {
    let mut command = emulator.venv().command(name);
    command.env("AWS_ACCESS_KEY_ID", &credentials.access_key);
    command.env("AWS_SECRET_ACCESS_KEY", &credentials.secret);
    command.env("EMULATOR_ACCOUNT", &credentials.account);
    command
}

/// A running command whose output is read all the time.
#[derive(Debug)]
pub(crate) struct Piped {
    pub(crate) child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
}

/// Starts a command with its output piped.
pub(crate) fn spawn(command: &mut Command) -> Piped {
    let started = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = started.unwrap_or_else(|error| panic!("failed to run {command:?}: {error}"));
    let stdout = read(child.stdout.take().expect("it was piped"));
    let stderr = read(child.stderr.take().expect("it was piped"));
    Piped { child, stdout, stderr }
}

/// Waits for a command; at the deadline it is killed.
pub(crate) fn finish(mut piped: Piped, input: Option<&str>, deadline: Duration) -> Output {
    if let Some(mut stdin) = piped.child.stdin.take() {
        // A command that ends without reading is no error here.
        drop(stdin.write_all(input.unwrap_or_default().as_bytes()));
    }
    let end = Instant::now() + deadline;
    let status = loop {
        if let Some(status) = piped.child.try_wait().expect("the command can be waited for") {
            break Some(status);
        }
        if Instant::now() >= end {
            drop(piped.child.kill());
            drop(piped.child.wait());
            break None;
        }
        std::thread::park_timeout(Duration::from_millis(5));
    };
    Output {
        status,
        stdout: piped.stdout.join().expect("the reader does not panic"),
        stderr: piped.stderr.join().expect("the reader does not panic"),
    }
}

fn read(mut pipe: impl std::io::Read + Send + 'static) -> JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        drop(pipe.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
