//! The composite action's own step, with the real binary: what it runs, what it tells GitHub, and how it ends.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use cleaner_tests::{cli, tree};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::scene::{Scene, since, wait_until};

/// A job on a runner, in an account of the emulator.
struct Job<'a> {
    scene: &'a Scene,
    temporary: TempDir,
}

/// How a step of the job ended.
struct Step {
    code: Option<i32>,
    said: String,
    summary: String,
    outputs: Vec<(String, String)>,
}

impl<'a> Job<'a> {
    fn new(scene: &'a Scene) -> Self {
        Self { scene, temporary: tempfile::tempdir().expect("a temporary directory") }
    }

    /// Runs the step with these inputs over the defaults of `action.yml`.
    fn step(&self, inputs: &[(&str, &str)]) -> Step {
        self.ended(self.started(inputs))
    }

    fn started(&self, inputs: &[(&str, &str)]) -> Child {
        let mut command = self.command();
        for (name, file) in [("GITHUB_OUTPUT", "outputs"), ("GITHUB_STEP_SUMMARY", "summary")] {
            let path = self.temporary.path().join(file);
            fs::write(&path, "").expect("written");
            command.env(name, path);
        }
        command.envs(inputs.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("bash can be run")
    }

    fn ended(&self, child: Child) -> Step {
        let Output { status, stdout, stderr } = child.wait_with_output().expect("it can be waited for");
        let read = |name: &str| fs::read_to_string(self.temporary.path().join(name)).expect("it is there");
        let lines = read("outputs");
        Step {
            code: status.code(),
            said: format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)),
            summary: read("summary"),
            outputs: lines
                .lines()
                .filter_map(|line| line.split_once('='))
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        }
    }

    fn command(&self) -> Command {
        let (scene, here) = (self.scene, self.temporary.path());
        let mut command = Command::new("bash");
        command.arg(tree::root().join("action/run")).env_clear().current_dir(here).stdin(Stdio::null());
        command
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", here)
            .env("RUNNER_TEMP", here)
            .env("GITHUB_JOB", "test");
        command.env("BINARY", cli::binary().unwrap_or_else(|error| panic!("{error}")));
        command.env("AWS_ENDPOINT_URL", scene.emulator.url()).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", &scene.credentials.access_key);
        command.env("AWS_SECRET_ACCESS_KEY", &scene.credentials.secret);
        command.env("AWS_EC2_METADATA_DISABLED", "true");
        for (name, value) in [
            ("COMMAND", "clear"),
            ("ACCOUNT", ""),
            ("SCRIPT", ""),
            ("WAIT", "30m"),
            ("TIMEOUT", "45m"),
            ("CONFIG", ""),
            ("ARGS", ""),
            ("ARTIFACT", ""),
        ] {
            command.env(format!("INPUT_{name}"), value);
        }
        command
    }
}

impl Step {
    fn output(&self, name: &str) -> &str {
        let found = self.outputs.iter().find(|(key, _)| key == name);
        found.map_or_else(|| panic!("no output {name}: {}", self.said), |(_, value)| value)
    }

    fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}", self.said);
        self
    }
}

#[test]
fn the_step_clears_tells_and_ends_as_the_tool_does() {
    let scene = Scene::new();
    scene.py("client('sqs').create_queue(QueueName='left-behind')");
    let job = Job::new(&scene);
    let queues = ("INPUT_ARGS", "--region us-east-1\n  --type SQS*,SNSTopic --patience 1s");
    let account = ("INPUT_ACCOUNT", scene.account());

    scene.faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "deny" }]));
    let failed = job.step(&[account, queues]).expect_code(4);
    assert_eq!(failed.output("exit-code"), "4");
    assert!(
        failed.summary.starts_with("### aws-cleaner clear: leftovers remain (exit code 4)\n"),
        "{}",
        failed.summary
    );
    assert!(failed.summary.contains("left-behind"), "{}", failed.summary);
    assert!(failed.said.contains("::error title=aws-cleaner::leftovers remain"), "{}", failed.said);

    scene.faults(&json!([]));
    let cleared = job.step(&[account, queues]).expect_code(0);
    assert!(cleared.summary.contains("clean: 1 deleted"), "{}", cleared.summary);
    assert_eq!(cleared.output("exit-code"), "0");
    let report = fs::read(Path::new(cleared.output("folder")).join("report.json")).expect("a report");
    let report: Value = serde_json::from_slice(&report).expect("JSON");
    assert_eq!(report["outcome"], "clean");
    let name = cleared.output("artifact");
    assert!(name.starts_with("aws-cleaner-test-") && name != failed.output("artifact"), "{name}");

    let other = job.step(&[("INPUT_ACCOUNT", "111122223333"), queues]).expect_code(3);
    assert!(other.summary.contains("refused by a guard"), "{}", other.summary);
    for step in [failed, cleared, other] {
        let told = format!("{}{}", step.said, step.summary);
        assert!(!told.contains(&scene.credentials.secret), "a secret is told: {told}");
        assert!(!told.contains(&scene.credentials.access_key), "a key is told: {told}");
    }
}

#[test]
fn what_is_missing_is_said_before_anything_is_called() {
    let scene = Scene::new();
    let job = Job::new(&scene);
    for (inputs, said) in [
        (vec![], "'account'"),
        (vec![("INPUT_COMMAND", "run")], "'script'"),
        (vec![("INPUT_COMMAND", "claer")], "'claer'"),
        (vec![("INPUT_ACCOUNT", "111122223333"), ("INPUT_ARGS", "--yse")], "--yes"),
    ] {
        let step = job.step(&inputs).expect_code(2);
        assert!(step.said.contains(said), "{}", step.said);
    }
    assert!(scene.calls().is_empty(), "{:?}", scene.calls());
}

#[test]
fn a_script_runs_in_an_account_of_the_pool_and_its_code_is_the_steps() {
    let (home, target) = (Scene::new(), Scene::of(&json!({ "roles": ["member"] })));
    let role = "arn:aws:iam::{account}:role/member";
    for arguments in [vec!["pool", "init"], vec!["pool", "add", target.account(), "--role", role]] {
        drop(home.cli(arguments).run().expect_code(0));
    }
    let job = Job::new(&home);
    let queues = ("INPUT_ARGS", "--region us-east-1 --type SQSQueue");
    let cleaned = job.step(&[("INPUT_COMMAND", "pool clean"), queues]).expect_code(0);
    let reports = fs::read_dir(cleaned.output("folder")).expect("a folder").count();
    assert_eq!(reports, 1, "{}", cleaned.said);
    let script = "echo \"in $AWS_CLEANER_POOL_ACCOUNT\"; x='a  b'; [ \"$x\" = 'a  b' ] && exit 7";
    let ran =
        job.step(&[("INPUT_COMMAND", "run"), ("INPUT_WAIT", "1m"), ("INPUT_SCRIPT", script)]).expect_code(7);
    assert!(ran.said.contains(&format!("in {}", target.account())), "{}", ran.said);
    assert_eq!(ran.output("exit-code"), "7");
    assert!(!ran.said.contains("::error"), "what the command says is for the command: {}", ran.said);

    // Nothing is free now. A cancelled job tells the shell alone, and the shell tells the tool.
    let seen = home.calls().len();
    let waiting = job.started(&[("INPUT_COMMAND", "run"), ("INPUT_SCRIPT", "true")]);
    wait_until("it waits", || since(&home, seen).iter().any(|call| call.operation == "UpdateItem"));
    let told = Command::new("kill").arg("-TERM").arg(waiting.id().to_string()).status();
    assert!(told.is_ok_and(|status| status.success()));
    let cancelled = job.ended(waiting).expect_code(130);
    assert!(cancelled.summary.contains("exit code 130"), "{}", cancelled.summary);
}
