//! The strict emulator as a child process.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::{OnceLock, mpsc};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http;
use crate::venv::{Venv, venv};

/// How long the emulator may take to start on a busy machine.
const START: Duration = Duration::from_secs(120);

/// A running emulator; it ends when this value is dropped, and also when the test process dies.
#[derive(Debug)]
pub struct Emulator {
    child: Child,
    // The emulator exits when the other end of its standard input is gone.
    _stdin: ChildStdin,
    url: String,
    dir: TempDir,
    venv: Venv,
}

/// Credentials of an account in the emulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The access key id, by which the emulator knows the account.
    pub access_key: String,
    /// The secret, which the emulator does not check.
    pub secret: String,
    /// The account id.
    pub account: String,
    /// The ARN that `GetCallerIdentity` answers.
    pub arn: String,
}

/// One request that the emulator got.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Seconds since 1970.
    pub t: f64,
    /// The signing name of the service.
    pub service: String,
    /// The region of the signature.
    pub region: String,
    /// The operation, or method and path where the operation is not known.
    pub operation: String,
    /// The account that the access key belongs to.
    pub account: String,
    /// The HTTP status of the answer; 0 if there was none.
    pub status: u16,
    /// How long the answer took.
    pub took: Duration,
    /// The kind of the fault that hit the call.
    pub fault: Option<String>,
    /// The IAM action that the caller's policies do not allow, where IAM is asked.
    pub denied: Option<String>,
    /// Whether the answer was a page with others behind it.
    pub goes_on: bool,
}

impl Call {
    /// Whether the call can change anything; judged by its verb, unknown verbs count as changes.
    #[must_use]
    pub fn is_write(&self) -> bool {
        const READS: [&str; 12] = [
            "List",
            "Describe",
            "Get",
            "Head",
            "BatchGet",
            "Lookup",
            "Query",
            "Scan",
            "Search",
            "Select",
            "AssumeRole",
            "Simulate",
        ];
        !READS.iter().any(|verb| self.operation.starts_with(verb))
    }

    fn parse(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
        Some(Self {
            t: value["t"].as_f64()?,
            service: text("service"),
            region: text("region"),
            operation: text("operation"),
            account: text("account"),
            status: u16::try_from(value["status"].as_u64()?).ok()?,
            took: Duration::from_secs_f64(value["ms"].as_f64().unwrap_or_default() / 1000.0),
            fault: value["fault"].as_str().map(str::to_owned),
            denied: value["denied"].as_str().map(str::to_owned),
            goes_on: value["goes_on"] == true,
        })
    }
}

impl Emulator {
    /// Starts an emulator of its own.
    ///
    /// # Panics
    /// With the reason, if it does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::try_start().unwrap_or_else(|error| panic!("the emulator did not start: {error}"))
    }

    /// Returns the emulator that all tests of this process share; each of them takes an account of its own.
    ///
    /// Faults and settings that name no account concern everybody: give them an `account`, or start an emulator.
    ///
    /// # Panics
    /// With the reason, if it does not start.
    #[must_use]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Emulator> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts an emulator, or says why that is not possible.
    ///
    /// # Errors
    /// If Python or a package is missing, or the emulator does not come up in time.
    pub fn try_start() -> Result<Self, String> {
        let venv = venv()?;
        let dir = TempDir::new().map_err(|error| format!("no temporary directory: {error}."))?;
        let noise = dir.path().join("stderr.txt");
        let file = File::create(&noise).map_err(|error| format!("no file for messages: {error}."))?;
        let mut child = venv
            .command("launch.py")
            .arg("--exit-with-stdin")
            .env("EMULATOR_CALL_LOG", dir.path().join("calls.ndjson"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(file)
            .spawn()
            .map_err(|error| format!("failed to run Python: {error}."))?;
        let stdin = child.stdin.take().expect("it was piped");
        let stdout = child.stdout.take().expect("it was piped");
        let (sender, receiver) = mpsc::channel();
        // The thread reads on, so that the emulator never blocks on a full pipe.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                drop(sender.send(line));
            }
        });
        let port = loop {
            match receiver.recv_timeout(START) {
                Ok(line) => {
                    if let Some(port) = line.strip_prefix("READY ") {
                        break port.trim().to_owned();
                    }
                }
                Err(_) => {
                    drop(child.kill());
                    drop(child.wait());
                    return Err(format!(
                        "it never said READY:\n{}",
                        fs::read_to_string(&noise).unwrap_or_default()
                    ));
                }
            }
        };
        let url = format!("http://127.0.0.1:{port}");
        http::loopback(&url)?;
        Ok(Self { child, _stdin: stdin, url, dir, venv })
    }

    /// Returns the endpoint, `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the id of its process, of which there is only one: what it takes bounds what runs can reach.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Returns the Python environment, for scripts against this emulator.
    #[must_use]
    pub fn venv(&self) -> &Venv {
        &self.venv
    }

    /// Empties all accounts and forgets keys, faults, settings and calls.
    ///
    /// # Panics
    /// If the emulator does not answer.
    pub fn reset(&self) {
        self.post("/_reset", &json!({}));
        fs::write(self.log(), "").expect("the call log can be written");
    }

    /// Sets the fault rules, replacing all others. See `tests/emulator/emulator/faults.py` for the kinds.
    ///
    /// # Panics
    /// If a rule means nothing.
    pub fn faults(&self, rules: &Value) {
        self.post("/_faults", rules);
    }

    /// Sets the fault rules of one account, replacing those it had; other accounts notice nothing.
    ///
    /// # Panics
    /// If a rule means nothing.
    pub fn faults_of(&self, account: &str, rules: &Value) {
        self.post(&format!("/_faults?account={account}"), rules);
    }

    /// Sets switches such as `recreate_log_groups` and `busy_stacks`.
    ///
    /// # Panics
    /// If a switch does not exist.
    pub fn settings(&self, given: &Value) {
        self.post("/_settings", given);
    }

    /// Makes a fresh account, with the role `account-cleaner` as the caller.
    ///
    /// # Panics
    /// If the emulator does not answer.
    #[must_use]
    pub fn new_account(&self) -> Credentials {
        self.account(&json!({}))
    }

    /// Makes or extends an account: `access_key`, `account`, `identity` (`role/NAME`, `user/NAME`, `root`), `roles`,
    /// `alias`, all optional.
    ///
    /// # Panics
    /// If the request means nothing.
    #[must_use]
    pub fn account(&self, spec: &Value) -> Credentials {
        let made = self.post("/_accounts", spec);
        let text = |key: &str| made[key].as_str().unwrap_or_default().to_owned();
        Credentials {
            access_key: text("access_key"),
            secret: text("secret"),
            account: text("account"),
            arn: text("arn"),
        }
    }

    /// Returns all calls so far, in the order they were answered.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        fs::read_to_string(self.log()).unwrap_or_default().lines().filter_map(Call::parse).collect()
    }

    /// Returns the calls to one account.
    #[must_use]
    pub fn calls_of(&self, account: &str) -> Vec<Call> {
        self.calls().into_iter().filter(|call| call.account == account).collect()
    }

    /// Returns what the emulator said about its own trouble.
    #[must_use]
    pub fn noise(&self) -> String {
        fs::read_to_string(self.dir.path().join("stderr.txt")).unwrap_or_default()
    }

    fn log(&self) -> PathBuf {
        self.dir.path().join("calls.ndjson")
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        http::post(&self.url, path, body).unwrap_or_else(|error| panic!("{error}\n{}", self.noise()))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::python;

    #[test]
    fn each_rule_of_the_emulator_holds() {
        let emulator = Emulator::start();
        python::script(&emulator, "selftest.py", &[emulator.url()], Duration::from_secs(600))
            .unwrap_or_else(|error| panic!("{error}\n{}", emulator.noise()));
    }

    #[test]
    fn calls_are_logged_by_account() {
        let emulator = Emulator::shared();
        let (one, two) = (emulator.new_account(), emulator.new_account());
        assert_ne!(one.account, two.account);
        let named = python::snippet(emulator, &one, "us-east-1", "client('sqs').create_queue(QueueName='q')");
        assert!(named["QueueUrl"].is_string(), "{named}");
        let seen =
            python::snippet(emulator, &two, "eu-west-1", "client('sqs').list_queues().get('QueueUrls', [])");
        assert_eq!(seen, json!([]));
        let calls = emulator.calls_of(&one.account);
        let names: Vec<_> =
            calls.iter().map(|c| (c.service.as_str(), c.operation.as_str(), c.status)).collect();
        assert_eq!(names, [("sqs", "CreateQueue", 200)]);
        assert!(calls[0].is_write() && calls[0].region == "us-east-1");
        let other = emulator.calls_of(&two.account);
        assert!(other.len() == 1 && !other[0].is_write() && other[0].region == "eu-west-1");
    }

    #[test]
    fn it_ends_with_its_standard_input() {
        let mut emulator = Emulator::start();
        drop(std::mem::replace(&mut emulator._stdin, dummy_stdin()));
        let deadline = std::time::Instant::now() + Duration::from_secs(30);
        while emulator.child.try_wait().expect("a status").is_none() {
            assert!(std::time::Instant::now() < deadline, "it still runs");
            std::thread::yield_now();
        }
    }

    fn dummy_stdin() -> ChildStdin {
        let mut child =
            std::process::Command::new("true").stdin(Stdio::piped()).spawn().expect("`true` runs");
        let stdin = child.stdin.take().expect("it was piped");
        child.wait().expect("`true` ends");
        stdin
    }
}
