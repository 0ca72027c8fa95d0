//! The binary from outside, without AWS: what it says, where it says it, and how it exits.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own, and an environment in which nothing of this machine's AWS settings shows.
struct Place(TempDir);

struct Ended {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).expect("the folder is writable");
    }

    fn json(&self, name: &str) -> Value {
        let text = fs::read_to_string(self.path().join(name)).expect("the file was written");
        serde_json::from_str(&text).expect("it is JSON")
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_aws-cleaner"));
        command
            .args(line.split_whitespace())
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, line: &str) -> Ended {
        ended(self.command(line).output())
    }

    /// With credentials that open nothing.
    fn run_as_somebody(&self, line: &str) -> Ended {
        let mut command = self.command(line);
        command.env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE").env("AWS_SECRET_ACCESS_KEY", "secret");
        ended(command.output())
    }
}

fn ended(output: std::io::Result<Output>) -> Ended {
    let output = output.expect("the binary starts");
    Ended {
        code: output.status.code().expect("it exits by itself"),
        stdout: String::from_utf8(output.stdout).expect("it prints text"),
        stderr: String::from_utf8(output.stderr).expect("it prints text"),
    }
}

/// A port at which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("it is bound").port()
}

#[test]
fn help_names_every_command_and_exit_code() {
    let place = Place::new();
    let help = place.run("--help");
    assert_eq!((help.code, help.stderr.as_str()), (0, ""));
    for word in [
        "whoami",
        "types",
        "scan",
        "plan",
        "apply",
        "clear",
        "explain",
        "policy",
        "config",
        "completions",
        "Exit codes:",
        "124",
        "130",
        "Examples:",
    ] {
        assert!(help.stdout.contains(word), "{word} is not in\n{}", help.stdout);
    }
    for command in ["whoami", "types", "scan", "plan", "apply", "clear", "explain", "policy", "config check"]
    {
        let help = place.run(&format!("{command} --help"));
        assert_eq!(help.code, 0, "{command}");
        assert!(help.stdout.contains("Global options:"), "{command}\n{}", help.stdout);
    }
}

#[test]
fn without_a_command_help_is_shown_as_wrong_usage() {
    let ended = Place::new().run("");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("Usage:"), "{}", ended.stderr);
}

#[test]
fn completions_come_for_every_shell() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = place.run(&format!("completions {shell}"));
        assert_eq!(ended.code, 0, "{shell}");
        assert!(ended.stdout.contains("aws-cleaner"), "{shell}");
    }
}

#[test]
fn types_are_listed_as_text_and_json() {
    let place = Place::new();
    let json = place.run("types --format json");
    let types: Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    let types = types["types"].as_array().expect("a list of types");
    assert!(types.len() > 50, "{}", types.len());
    assert!(types.iter().any(|one| one["name"] == "SQSQueue" && one["scope"] == "regional"));
    let text = place.run("types sqsqueue");
    assert_eq!(text.code, 0);
    assert!(text.stdout.contains("AWS::SQS::Queue"), "{}", text.stdout);
    assert!(text.stdout.ends_with("1 type\n"), "{}", text.stdout);
    let several = place.run("types gateway EC2 aws::ec2::nat");
    assert!(several.stdout.contains("EC2NATGateway"), "{}", several.stdout);
    assert!(several.stdout.ends_with("1 type\n"), "all words are meant: {}", several.stdout);
    let wrong = place.run("types --type SQSQeueu");
    assert_eq!(wrong.code, 2);
    assert!(wrong.stderr.contains("Did you mean `SQSQueue`?"), "{}", wrong.stderr);
}

#[test]
fn a_type_is_explained_without_credentials() {
    let place = Place::new();
    let text = place.run("explain AWS::SQS::Queue");
    assert_eq!(text.code, 0, "{}", text.stderr);
    assert!(text.stdout.starts_with("SQSQueue\n"), "{}", text.stdout);
    let json = place.run("explain SQSQueue --format json");
    let json: Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    assert_eq!(json["name"], "SQSQueue");
    place.write(
        "mine.toml",
        "service = \"sqs\"\n\n[Mine]\nlist = \"ListQueues\"\nitems = \"QueueUrls[]\"\nid = \"value\"\ndefault = false\n\
         why_off = \"it is mine\"\niam_actions = [\"kms:Decrypt\"]\n\
         delete = { call = \"DeleteQueue\", with = { QueueUrl = \"{id}\" } }\n",
    );
    let mine = place.run("explain Mine --catalog mine.toml").stdout;
    for part in [
        "defined      mine.toml:3\n",
        "only if asked for by name: it is mine\n",
        "    kms:Decrypt\n    sqs:DeleteQueue\n    sqs:ListQueues\n",
    ] {
        assert!(mine.contains(part), "{part} is not in\n{mine}");
    }
}

#[test]
fn policies_are_printed_without_credentials() {
    let place = Place::new();
    let json = |ended: &Ended| -> Value {
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        serde_json::from_str(&ended.stdout).expect("it is JSON")
    };
    let whole = place.run("policy");
    assert!(json(&whole)["Statement"].as_array().is_some_and(|services| services.len() > 100));
    assert!(whole.stderr.contains("more than the 6,144 of a managed policy"), "{}", whole.stderr);
    assert!(whole.stderr.contains("`--split` makes"), "{}", whole.stderr);
    let split = place.run("policy --split --format json");
    let policies = json(&split);
    let count = policies.as_object().map_or(0, serde_json::Map::len);
    let is_too_many = split.stderr.contains(&format!("these are {count} policies, and a role can have 10"));
    assert_eq!(is_too_many, count > 10, "{}", split.stderr);
    for (number, policy) in policies.as_object().expect("by name").values().enumerate() {
        let size = policy.to_string().len();
        assert!(size <= 6_144, "policy {number} has {size} characters");
    }
    assert!(policies["aws-cleaner-1"]["Statement"].is_array(), "{policies}");
    let short = place.run("policy --compact --type SQSQueue -q");
    assert!(short.stderr.is_empty() && short.stdout.contains(":List*\""), "{}", short.stderr);
    assert!(short.stdout.contains("\"sqs:DeleteQueue\"") && !short.stdout.contains("sns:Delete"));
    let deny = place.run("policy --deny-unsupported");
    assert!(json(&deny)["Statement"][0]["NotAction"].is_array());
    assert!(deny.stdout.len() <= 5_120 && deny.stdout.lines().count() == 1);
    place.write("aws-cleaner.yaml", "version: 1\ntypes: { include: [SQSQueue] }\n");
    let chosen = place.run("policy");
    assert!(!chosen.stdout.contains("sns:Delete") && chosen.stdout.contains("sqs:DeleteQueue"));
    for wrong in ["policy --split --deny-unsupported", "policy --type SQSQeueu"] {
        assert_eq!(place.run(wrong).code, 2, "{wrong}");
    }
}

#[test]
fn a_bad_configuration_is_told_completely_and_with_the_right_words() {
    let place = Place::new();
    place.write(
        "bad.yaml",
        "version: 1\nregoins: [all]\ntypes: { include: [SQSQeueu] }\ndeadline: 5x\nfilters:\n  deny:\n    - { type: IAMRole, nmae: x }\n",
    );
    let ended = place.run("config check bad.yaml");
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    for wanted in [
        "bad.yaml:2:1: ",
        "did you mean `regions`?",
        "bad.yaml:3:",
        "did you mean `SQSQueue`?",
        "bad.yaml:4:",
        "unknown unit `x`",
        "bad.yaml:7:",
        "did you mean `name`?",
        "error: bad.yaml has 4 problems.",
    ] {
        assert!(ended.stderr.contains(wanted), "{wanted} is not in\n{}", ended.stderr);
    }
    let json = place.run("config check bad.yaml --format json");
    let problems: Value = serde_json::from_str(&json.stdout).expect("it is JSON");
    assert_eq!((json.code, problems["problems"].as_array().map(Vec::len)), (2, Some(4)));
    // No command goes on with it.
    for command in ["clear --yes --account 111122223333", "plan", "scan", "whoami", "config show"] {
        assert_eq!(place.run(&format!("{command} -c bad.yaml")).code, 2, "{command}");
    }
}

#[test]
fn a_good_configuration_is_ok_and_shows_where_values_come_from() {
    let place = Place::new();
    place.write("aws-cleaner.yaml", "version: 1\nregions: [eu-west-1]\npatience: 5m\n");
    let ended = place.run("config check");
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "ok\n", ""));
    let mut command = place.command("config show --endpoint-url http://127.0.0.1:1");
    let shown = ended_with(command.env("AWS_CLEANER_DEADLINE", "1h"));
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    for wanted in [
        "regions = [eu-west-1]   # from aws-cleaner.yaml:2",
        "deadline = 1h   # from AWS_CLEANER_DEADLINE",
        "endpoint_url = http://127.0.0.1:1   # from --endpoint-url",
        "# from the defaults",
    ] {
        assert!(shown.stdout.contains(wanted), "{wanted} is not in\n{}", shown.stdout);
    }
    let schema = place.run("config schema");
    let schema: Value = serde_json::from_str(&schema.stdout).expect("it is JSON");
    assert!(schema["properties"]["regions"]["description"].is_string());
}

fn ended_with(command: &mut Command) -> Ended {
    ended(command.output())
}

#[test]
fn options_are_checked_like_the_file_and_all_at_once() {
    let place = Place::new();
    let ended = place.run(
        "clear --yes --account 111122223333 --timeout 5x --patience soon --max-deletions many --region mars \
         --type SQSQeueu --endpoint-url nowhere",
    );
    assert_eq!(ended.code, 2);
    for option in ["--timeout", "--patience", "--max-deletions", "--region", "--type", "--endpoint-url"] {
        assert!(ended.stderr.contains(&format!("{option}: ")), "{option} is not in\n{}", ended.stderr);
    }
    assert!(ended.stderr.contains("did you mean `SQSQueue`?"), "{}", ended.stderr);
    for line in ["clear --account 123", "clear -c none.yaml", "scan --catalog none.toml", "apply none.json"] {
        assert_eq!(place.run(line).code, 2, "{line}");
    }
}

#[test]
fn files_that_cannot_be_written_are_known_before_anything_is_called() {
    let place = Place::new();
    let listener = Silent::new();
    for option in ["--report", "--events"] {
        let line =
            format!("clear --yes --account 111122223333 {option} none/f --endpoint-url {}", listener.url());
        let ended = place.run_as_somebody(&line);
        assert_eq!(ended.code, 2, "{option}: {}", ended.stderr);
        assert!(ended.stderr.contains("none/f"), "{option}: {}", ended.stderr);
    }
    listener.assert_untouched();
}

#[test]
fn without_credentials_the_exit_code_is_six() {
    let place = Place::new();
    for line in ["whoami", "scan", "plan", "clear --yes --account 111122223333 --report r.json"] {
        let ended = place.run(line);
        assert_eq!(ended.code, 6, "{line}: {}", ended.stderr);
        assert!(ended.stderr.contains("no usable credentials"), "{line}: {}", ended.stderr);
        assert_eq!(ended.stderr.matches("error:").count(), 1, "{line}: {}", ended.stderr);
    }
    let report = place.json("r.json");
    assert_eq!((&report["version"], &report["outcome"]), (&Value::from(1), &Value::from("failed")));
    assert_eq!(report["fatal"]["kind"], "credentials");
}

#[test]
fn an_endpoint_that_does_not_answer_is_named_once() {
    let place = Place::new();
    let url = format!("http://127.0.0.1:{}", closed_port());
    let ended = place.run_as_somebody(&format!("clear --yes --account 111122223333 --endpoint-url {url}"));
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert_eq!(ended.stderr.matches(&url).count(), 1, "{}", ended.stderr);
    assert!(ended.stderr.starts_with("error: "), "{}", ended.stderr);
}

/// Listens, and hopes that nobody comes.
struct Silent(TcpListener);

impl Silent {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket can be told so");
        Self(listener)
    }

    fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("it is bound"))
    }

    fn assert_untouched(&self) {
        // A connection made by a process that has ended would be waiting here.
        let accepted = self.0.accept();
        assert_eq!(accepted.map(|_| ()).expect_err("nobody came").kind(), ErrorKind::WouldBlock);
    }
}

#[test]
fn nothing_is_called_before_the_deletion_is_or_can_be_confirmed() {
    let place = Place::new();
    let listener = Silent::new();
    for options in ["", "--yes", "--account 111122223333"] {
        let line = format!("clear {options} --endpoint-url {} --report r.json --format json", listener.url());
        let ended = place.run_as_somebody(&line);
        assert_eq!(ended.code, 3, "{line}: {}", ended.stderr);
        assert!(ended.stderr.contains("--yes --account ID"), "{line}: {}", ended.stderr);
        let printed: Value = serde_json::from_str(&ended.stdout).expect("standard output is the report");
        assert_eq!(printed, place.json("r.json"), "{line}");
        assert_eq!(printed["outcome"], "refused", "{line}");
        fs::remove_file(place.path().join("r.json")).expect("it was written");
    }
    listener.assert_untouched();
}

#[test]
fn a_saved_plan_that_is_none_is_told_with_its_place() {
    let place = Place::new();
    place.write("plan.json", "{\n  \"version\": 1,\n  \"tool\": 7\n}");
    let ended = place.run("apply plan.json --yes --account 111122223333");
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.starts_with("error: plan.json:3:"), "{}", ended.stderr);
    place.write("plan.json", "{\"version\": 99}");
    assert!(place.run("apply plan.json").stderr.contains("version 99"));
}

#[cfg(unix)]
#[test]
fn nobody_reading_is_no_failure() {
    let place = Place::new();
    let mut child =
        place.command("types").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    drop(child.stdout.take());
    let ended = ended(child.wait_with_output());
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
}
