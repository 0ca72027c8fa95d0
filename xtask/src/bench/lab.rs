use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cleaner_tests::{Credentials, cli, tree};
use serde_json::{Value, json};

use super::child::{self, Ended};
use super::server::Server;
use super::trace::Trace;

/// Where a run tells what happens.
pub(super) const EVENTS: &str = "events.ndjson";
/// No run takes longer.
const DEADLINE: Duration = Duration::from_secs(900);

/// What all benchmarks work with: release builds, and a folder to write to.
#[derive(Debug)]
pub(super) struct Lab {
    pub(super) binary: PathBuf,
    pub(super) runs: u32,
    folder: PathBuf,
    tools: PathBuf,
}

/// What `aws-cleaner clear` did.
#[derive(Debug)]
pub(super) struct Cleared {
    pub(super) ended: Ended,
    pub(super) report: Value,
    pub(super) events: PathBuf,
}

/// A proxy, and where it writes what it saw.
#[derive(Debug)]
pub(super) struct Proxy {
    server: Server,
    trace: PathBuf,
}

impl Lab {
    /// Builds everything.
    pub(super) fn new(runs: u32) -> Result<Self, String> {
        let folder = tree::target().join("bench");
        fs::create_dir_all(&folder)
            .map_err(|error| format!("failed to create {}: {error}", folder.display()))?;
        let binary = cli::build(true)?;
        let mut command = cli::cargo();
        command.args(["build", "--quiet", "--release", "--workspace"]);
        command.args(["--bin", "fast-stub", "--bin", "engine-bench", "--bin", "fault-proxy"]);
        command.arg("--target-dir").arg(tree::target()).current_dir(tree::root());
        let status = command.status().map_err(|error| format!("failed to run cargo: {error}"))?;
        if !status.success() {
            return Err("the benchmarks do not build".to_owned());
        }
        Ok(Self { binary, runs, folder, tools: tree::target().join("release") })
    }

    #[expect(clippy::print_stderr, reason = "progress is for whoever waits")]
    pub(super) fn say(&self, text: &str) {
        eprintln!("· {text}");
    }

    /// A file of this benchmark session.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The version of the tool, as it says itself.
    pub(super) fn version(&self) -> String {
        let output = Command::new(&self.binary).arg("--version").output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    }

    fn tool(&self, name: &str) -> PathBuf {
        self.tools.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Starts the fast endpoint.
    pub(super) fn stub(&self, arguments: &[&str]) -> Result<Server, String> {
        let arguments: Vec<String> =
            std::iter::once(&"serve").chain(arguments).map(|argument| (*argument).to_owned()).collect();
        Server::start(&self.tool("fast-stub"), &arguments)
    }

    /// Measures the fast endpoint with a plain loop: items per second.
    pub(super) fn load(&self, server: &Server, what: &str, count: usize) -> Result<Value, String> {
        let count = count.to_string();
        self.json("fast-stub", &["load", "--url", server.url(), "--count", &count, what])
    }

    /// Asks the fast endpoint whether anything is left.
    pub(super) fn nothing_left(&self, server: &Server) -> Result<(), String> {
        let left = self.json("fast-stub", &["left", "--url", server.url()])?;
        let none = left.as_object().is_some_and(|left| left.values().all(|number| *number == 0));
        if none { Ok(()) } else { Err(format!("the endpoint still has {left}")) }
    }

    /// Runs a tool that prints one line of JSON.
    pub(super) fn json(&self, tool: &str, arguments: &[&str]) -> Result<Value, String> {
        let mut command = Command::new(self.tool(tool));
        let output =
            command.args(arguments).output().map_err(|error| format!("failed to run {tool}: {error}"))?;
        if !output.status.success() {
            return Err(format!("{tool}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{tool}: {error}"))
    }

    /// Starts a proxy with these rules.
    pub(super) fn proxy(&self, upstream: &str, rules: &Value) -> Result<Proxy, String> {
        let (file, trace) = (self.file("rules.json"), self.file("trace.ndjson"));
        fs::write(&file, format!("{rules:#}")).map_err(|error| format!("{}: {error}", file.display()))?;
        let path = |path: &Path| path.display().to_string();
        let arguments =
            ["--upstream", upstream, "--rules", &path(&file), "--trace", &path(&trace)].map(str::to_owned);
        Ok(Proxy { server: Server::start(&self.tool("fault-proxy"), &arguments)?, trace })
    }

    /// Runs `aws-cleaner clear`, which must end clean.
    pub(super) fn clear<S: Into<OsString>>(
        &self,
        endpoint: &str,
        credentials: &Credentials,
        more: impl IntoIterator<Item = S>,
    ) -> Result<Cleared, String> {
        let (report, events, output) = (self.file("report.json"), self.file(EVENTS), self.file("output.txt"));
        drop(fs::remove_file(&report));
        let mut command = Command::new(&self.binary);
        self.account(&mut command, credentials);
        command.args(["clear", "--account", &credentials.account, "--yes", "--endpoint-url", endpoint]);
        command.arg("--report").arg(&report).arg("--events").arg(&events);
        command.args(more.into_iter().map(Into::into));
        let ended = child::run(&mut command, &output, DEADLINE)?;
        let said = || fs::read_to_string(&output).unwrap_or_default();
        if ended.code != Some(0) {
            return Err(format!("aws-cleaner ended with {:?}:\n{}", ended.code, said()));
        }
        let text = fs::read_to_string(&report).map_err(|error| format!("no report: {error}\n{}", said()))?;
        let report: Value = serde_json::from_str(&text).map_err(|error| format!("the report: {error}"))?;
        if report["outcome"] != "clean" {
            return Err(format!("the outcome is {}, not clean", report["outcome"]));
        }
        Ok(Cleared { ended, report, events })
    }

    /// Gives a command nothing but an account.
    pub(super) fn account(&self, command: &mut Command, credentials: &Credentials) {
        command.env_clear().current_dir(&self.folder).env("HOME", &self.folder);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", &credentials.access_key);
        command.env("AWS_SECRET_ACCESS_KEY", &credentials.secret);
    }
}

impl Proxy {
    pub(super) fn url(&self) -> &str {
        self.server.url()
    }

    /// Ends the proxy and reads what it saw.
    pub(super) fn trace(self) -> Result<Trace, String> {
        drop(self.server);
        Trace::read(&self.trace)
    }
}

impl Cleared {
    /// How many calls the tool says it made, and how many were throttled.
    pub(super) fn calls(&self) -> (Option<usize>, Option<usize>) {
        let number =
            |key: &str| self.report["api"][key].as_u64().and_then(|number| usize::try_from(number).ok());
        (number("calls"), number("throttled"))
    }

    pub(super) fn deleted(&self) -> u64 {
        let summary = &self.report["summary"];
        summary["deleted"].as_u64().unwrap_or(0) + summary["already_gone"].as_u64().unwrap_or(0)
    }

    /// What the JSON says of every run.
    pub(super) fn details(&self) -> Value {
        json!({
            "summary": self.report["summary"],
            "duration_ms": self.report["duration_ms"],
            "processor_s": self.ended.processor.map(|time| time.as_secs_f64()),
        })
    }
}
