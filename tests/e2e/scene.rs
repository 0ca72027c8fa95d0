//! An account in the emulator, and runs of the binary in it.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use cleaner_tests::{Call, Cli, Credentials, Emulator, Run, python};
use serde_json::{Value, json};

/// An account of the emulator that belongs to one test.
pub(crate) struct Scene {
    pub(crate) emulator: &'static Emulator,
    pub(crate) credentials: Credentials,
}

/// A run of the binary, and the report it wrote.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) run: Run,
    pub(crate) report: Value,
}

/// Where most tests happen: one region, and what has none.
pub(crate) const HERE: [&str; 4] = ["--region", "us-east-1", "--region", "global"];

impl Scene {
    /// A fresh account.
    pub(crate) fn new() -> Self {
        Self::of(&json!({}))
    }

    /// A fresh account with an identity, an alias and so on.
    pub(crate) fn of(spec: &Value) -> Self {
        let emulator = Emulator::shared();
        Self { emulator, credentials: emulator.account(spec) }
    }

    /// A fresh account where stacks take their time to go, `busy-*` ones are in the middle of an update, and log groups of
    /// functions come back once.
    pub(crate) fn moody() -> Self {
        static MOODY: OnceLock<Emulator> = OnceLock::new();
        let emulator = MOODY.get_or_init(|| {
            let emulator = Emulator::start();
            emulator.settings(&json!({
                "stack_delete_polls": 2, "busy_stacks": { "busy-*": 6 }, "recreate_log_groups": ["/aws/lambda/*"],
            }));
            emulator
        });
        Self { emulator, credentials: emulator.new_account() }
    }

    /// A fresh account with an identity and so on, where users may do only what their policies allow.
    pub(crate) fn strict(spec: &Value) -> Self {
        static STRICT: OnceLock<Emulator> = OnceLock::new();
        let emulator = STRICT.get_or_init(|| {
            let emulator = Emulator::start();
            emulator.settings(&json!({ "enforce_iam": true }));
            emulator
        });
        Self { emulator, credentials: emulator.account(spec) }
    }

    /// The account's id.
    pub(crate) fn account(&self) -> &str {
        &self.credentials.account
    }

    /// Runs Python in the home region and returns the last value.
    pub(crate) fn py(&self, code: &str) -> Value {
        python::snippet(self.emulator, &self.credentials, "us-east-1", code)
    }

    /// Sets the faults of this account.
    pub(crate) fn faults(&self, rules: &Value) {
        self.emulator.faults_of(self.account(), rules);
    }

    /// The calls so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.emulator.calls_of(self.account())
    }

    /// Prepares an invocation.
    pub(crate) fn cli<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Cli {
        Cli::new(self.emulator, &self.credentials).args(arguments)
    }

    /// Prepares `clear --yes` of this account, with a report.
    pub(crate) fn clearing<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Cli {
        self.cli(["clear", "--yes", "--account", self.account(), "--report", "report.json"]).args(arguments)
    }

    /// Clears the home region and what has none, and expects an exit code.
    pub(crate) fn clear<'a>(&self, code: i32, arguments: impl IntoIterator<Item = &'a str>) -> Done {
        Done::of(self.clearing(HERE).args(arguments), code)
    }

    /// Clears as [`Self::clear`] does, with a configuration.
    pub(crate) fn clear_with(&self, code: i32, configuration: &str, arguments: &[&str]) -> Done {
        let (cli, _) =
            self.clearing(HERE).args(arguments.iter().copied()).file("aws-cleaner.yaml", configuration);
        Done::of(cli, code)
    }
}

impl Done {
    /// Runs an invocation that writes `report.json`.
    pub(crate) fn of(cli: Cli, code: i32) -> Self {
        let run = cli.run();
        if run.code != Some(code) {
            let report = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                brief(&run.read_json("report.json"))
            }));
            panic!(
                "exit code {:?} instead of {code} after {:?}\nreport: {}\nstdout:\n{}\nstderr:\n{}",
                run.code,
                run.took,
                report.unwrap_or_else(|_| "none".to_owned()),
                run.stdout,
                run.stderr
            );
        }
        let report = run.read_json("report.json");
        Self { run, report }
    }

    /// Asserts that everything went and that this was proven.
    pub(crate) fn clean(self) -> Self {
        assert_eq!(self.report["outcome"], "clean", "{}", brief(&self.report));
        let summary = &self.report["summary"];
        for open in ["failed", "blocked", "pending", "unknown_lists", "unknown_verdicts", "unsupported"] {
            assert_eq!(summary[open], 0, "{open}: {}", brief(&self.report));
        }
        self
    }

    /// What the report says of a resource, by its type and its id or name.
    pub(crate) fn resource(&self, kind: &str, name: &str) -> &Value {
        let resources = self.report["resources"].as_array().expect("a list");
        let mut found = resources.iter().filter(|one| {
            one["type"] == kind && (one["id"] == name || one["name"] == name || one["arn"] == name)
        });
        let one = found.next();
        assert!(found.next().is_none(), "{kind} {name} is there twice");
        one.unwrap_or_else(|| panic!("{kind} {name} is not in the report: {}", brief(&self.report)))
    }

    /// What became of a resource.
    pub(crate) fn outcome(&self, kind: &str, name: &str) -> &str {
        self.resource(kind, name)["outcome"].as_str().expect("a text")
    }

    /// What became of a resource in a region, by its type and its id or name; `missing` if the report does not have it.
    pub(crate) fn outcome_in(&self, kind: &str, name: &str, region: &str) -> &str {
        let resources = self.report["resources"].as_array().expect("a list");
        let found = resources.iter().find(|one| {
            let here = one["region"] == region || one["region"] == "global";
            one["type"] == kind && here && (one["id"] == name || one["name"] == name)
        });
        found.map_or("missing", |one| one["outcome"].as_str().expect("a text"))
    }

    /// The rule that decided about a resource.
    pub(crate) fn rule(&self, kind: &str, name: &str) -> &str {
        self.resource(kind, name)["verdict"]["rule"].as_str().unwrap_or_default()
    }

    /// A number of the summary.
    pub(crate) fn count(&self, key: &str) -> u64 {
        self.report["summary"][key]
            .as_u64()
            .unwrap_or_else(|| panic!("no {key} in {}", self.report["summary"]))
    }

    /// How often AWS throttled.
    pub(crate) fn throttled(&self) -> u64 {
        self.report["api"]["throttled"].as_u64().expect("a number")
    }
}

/// What of a report is worth to be shown when a test fails.
fn brief(report: &Value) -> String {
    let bad = |one: &&Value| {
        !matches!(one["outcome"].as_str(), Some("deleted" | "kept" | "already_gone"))
            || one["verdict"]["unknown"] == true
    };
    let resources: Vec<&Value> =
        report["resources"].as_array().into_iter().flatten().filter(bad).take(10).collect();
    let lists: Vec<&Value> = report["lists"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|one| one["status"] != "ok" && one["status"] != "unsupported")
        .take(10)
        .collect();
    let shown = json!({
        "outcome": report["outcome"], "reason": report["reason"], "fatal": report["fatal"], "summary": report["summary"],
        "resources": resources, "lists": lists, "unsupported": report["unsupported"], "warnings": report["warnings"],
    });
    format!("{shown:#}")
}

/// The operations that changed something, in order: `service:Operation`.
pub(crate) fn writes(calls: &[Call]) -> Vec<String> {
    let writes = calls.iter().filter(|call| call.is_write());
    writes.map(|call| format!("{}:{}", call.service, call.operation)).collect()
}

/// The calls after the first so many: what a run did, without what was done to prepare it.
pub(crate) fn since(scene: &Scene, seen: usize) -> Vec<Call> {
    scene.calls().split_off(seen)
}

/// Waits until something holds, without a fixed pause.
pub(crate) fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}
