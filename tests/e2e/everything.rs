//! One of everything that the emulator can hold, in two regions of one account, cleared in one run. The recipes say what there is.

use std::collections::BTreeSet;
use std::time::Duration;

use cleaner_tests::{Cli, Credentials, Emulator, python, tree};
use fault_proxy::{FaultProxy, Rules};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::scene::Done;

/// How long making, clearing or finding everything may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(600);

/// The home region, and the one where recipes put what needs something that may be there but once.
const REGIONS: [&str; 2] = ["us-east-1", "us-east-2"];

/// Services that take few calls a second, one of each protocol at least; the names they are signed for.
const THROTTLED: [(&str, u64); 7] =
    [("apigateway", 3), ("ec2", 20), ("iam", 10), ("route53", 5), ("sns", 3), ("sqs", 3), ("states", 5)];

#[test]
fn everything_in_two_regions_goes_in_one_run() {
    let full = Full::new();
    full.clear(full.emulator.url());
}

#[test]
fn everything_goes_behind_throttling_and_latency() {
    let full = Full::new();
    let throttle = |(service, rate): (&str, u64)| json!({ "fault": "throttle", "service": service, "rate": rate, "burst": rate });
    let mut rules: Vec<Value> = THROTTLED.into_iter().map(throttle).collect();
    rules.push(json!({ "fault": "latency", "delay": "50ms" }));
    let rules = Rules::from_json(&json!(rules)).unwrap_or_else(|problems| panic!("{problems}"));
    let proxy = FaultProxy::start(full.emulator.url(), rules).expect("it starts");
    let done = full.clear(proxy.url());
    let trace = proxy.trace();
    let hit: BTreeSet<&str> = trace
        .iter()
        .filter(|call| call.fault == Some("throttle"))
        .map(|call| call.service.as_str())
        .collect();
    assert_eq!(hit, THROTTLED.into_iter().map(|(service, _)| service).collect(), "what was throttled");
    assert!(done.throttled() > 0, "the report counts it");
}

/// An emulator with an account that holds everything, and what was there before.
struct Full {
    emulator: Emulator,
    credentials: Credentials,
    dir: TempDir,
    before: Value,
}

impl Full {
    fn new() -> Self {
        let emulator = Emulator::start();
        let credentials = emulator.new_account();
        let dir = TempDir::new().expect("a temporary directory");
        let before = kept(&emulator, &credentials);
        let full = Self { emulator, credentials, dir, before };
        let all = Cli::bare().args(["types", "--format", "json"]).run().expect_code(0);
        std::fs::write(full.file("types.json"), &all.stdout).expect("the file can be written");
        let (types, state) = (full.file("types.json"), full.file("state.json"));
        let mut arguments = vec!["make", "--all-delete", "--types", &types, "--out", &state];
        arguments.extend(REGIONS.iter().flat_map(|region| ["--region", region]));
        full.recipes(&arguments);
        full
    }

    fn file(&self, name: &str) -> String {
        self.dir.path().join(name).display().to_string()
    }

    /// Runs `recipes.py` on all recipes.
    fn recipes(&self, arguments: &[&str]) {
        let folder = tree::root().join("tests/emulator/recipes").display().to_string();
        let arguments = [arguments, &["--endpoint-url", self.emulator.url(), &folder]].concat();
        python::script_in(&self.emulator, &self.credentials, "recipes.py", &arguments, DEADLINE)
            .unwrap_or_else(|error| panic!("{error}\n{}", self.emulator.noise()));
    }

    /// What was made, by type and id.
    fn made(&self) -> Vec<(String, String, String)> {
        let state = std::fs::read_to_string(self.file("state.json")).expect("the script wrote it");
        let state: Value = serde_json::from_str(&state).expect("it is JSON");
        let text = |one: &Value, key: &str| one[key].as_str().expect("a text").to_owned();
        let made = state["gone"].as_array().expect("a list").iter();
        made.map(|one| (text(one, "type"), text(one, "id"), text(one, "region"))).collect()
    }

    /// Clears the account through an endpoint in one run, and has somebody else look at what is left: nothing that was made, and all
    /// that was there before.
    fn clear(&self, url: &str) -> Done {
        let made = self.made();
        let types: BTreeSet<&str> = made.iter().map(|(name, ..)| name.as_str()).collect();
        assert!(types.len() > 370 && made.len() > 2 * types.len(), "{} of {} types", made.len(), types.len());
        let cli = Cli::new(&self.emulator, &self.credentials)
            .env("AWS_ENDPOINT_URL", url)
            .args(["clear", "--yes", "--account", &self.credentials.account, "--report", "report.json"])
            .args(["--region", "us-east-1,us-east-2,global"])
            // Some are deleted only when asked for by name.
            .args(types.into_iter().flat_map(|name| ["--type", name]))
            .deadline(DEADLINE);
        let done = Done::of(cli, 0).clean();
        let is_gone = |(name, id, region): &&(String, String, String)| {
            // The URL of a queue begins with the endpoint it was asked for at.
            let id = id.replace(self.emulator.url(), url);
            matches!(done.outcome_in(name, &id, region), "deleted" | "already_gone")
        };
        let wrong: Vec<_> = made.iter().filter(|one| !is_gone(one)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        self.recipes(&["verify", "--state", &self.file("state.json")]);
        assert_eq!(kept(&self.emulator, &self.credentials), self.before, "the account is as it was");
        done
    }
}

/// What somebody else finds in an account: nothing but what stays, and that is returned.
fn kept(emulator: &Emulator, credentials: &Credentials) -> Value {
    let regions = REGIONS.iter().flat_map(|region| ["--region", region]).collect::<Vec<_>>();
    let mut counted = python::count(emulator, credentials, &regions);
    assert_eq!(counted["totals"]["left"], 0, "{:#}", counted["left"]);
    let kept = counted["kept"].as_object_mut().expect("a table");
    // The default groups of an engine come with its first database, and nobody can delete them.
    if let Some(groups) = kept.remove("RDSDBParameterGroup") {
        let groups = groups.as_array().expect("a list").clone();
        let is_default = |group: &Value| group["id"].as_str().is_some_and(|id| id.starts_with("default."));
        assert!(groups.iter().all(is_default), "{groups:#?}");
    }
    counted["kept"].take()
}
