//! Wrong files, wrong words, wrong addresses: one clear message each, the exit code of the contract, and nothing happens.

use cleaner_tests::Cli;
use serde_json::json;

use crate::scene::{Scene, since};

/// Clears with a configuration that holds mistakes, and returns what was said.
fn refused(scene: &Scene, name: &str, content: &str, arguments: &[&str]) -> String {
    let (cli, _) = scene.clearing(arguments.iter().copied()).file(name, content);
    let run = cli.run().expect_code(2);
    assert_eq!(run.stdout, "", "nothing is data: {}", run.stdout);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    run.stderr
}

#[test]
fn mistakes_in_the_configuration_are_named_with_their_place() {
    let scene = Scene::new();
    let seen = scene.calls().len();
    for (content, said) in [
        ("version: 1\nfilters: [\n", &["aws-cleaner.yaml:"][..]),
        ("version: 1\nregoins: [all]\n", &["aws-cleaner.yaml:2:1", "regoins", "regions"]),
        ("version: 1\nregions: { all: yes }\n", &["aws-cleaner.yaml:2"]),
        ("version: 1\nregions: [us-esat-1]\n", &["aws-cleaner.yaml:2:11", "us-esat-1", "us-east-1"]),
        ("version: 2\n", &["aws-cleaner.yaml:1", "version"]),
        ("version: 1\ntypes: { include: [SQSQeue] }\n", &["aws-cleaner.yaml:2", "SQSQeue", "SQSQueue"]),
        ("version: 1\nfilters: { deny: [{ name: { regex: '(' } }] }\n", &["aws-cleaner.yaml:2", "regex"]),
        ("version: 1\nfilters: { deny: [{ name: { glob: '[' } }] }\n", &["aws-cleaner.yaml:2", "glob"]),
        (
            "version: 1\nfilters: { deny: [{ newer_than: 1 fortnight }] }\n",
            &["aws-cleaner.yaml:2", "fortnight"],
        ),
        (
            "version: 1\nfilters: { deny: [{ name: { globb: 'a*' } }] }\n",
            &["aws-cleaner.yaml:2", "globb", "glob"],
        ),
        (
            "version: 1\nfilters: { deny: [{ type: IAMRole, colour: red }] }\n",
            &["aws-cleaner.yaml:2", "colour"],
        ),
        (
            "version: 1\nsettings: { EC2Instance: { disable_protection: true } }\n",
            &["aws-cleaner.yaml:2", "disable_protection"],
        ),
        (
            "version: 1\nprotections: { lift: [defualt-vpc] }\n",
            &["aws-cleaner.yaml:2", "defualt-vpc", "default-vpc"],
        ),
        ("version: 1\naccounts: { allow: [] }\n", &["aws-cleaner.yaml:2"]),
        ("version: 1\naccounts: { deny: [12345] }\n", &["aws-cleaner.yaml:2", "quotes"]),
        ("version: 1\npatience: soon\n", &["aws-cleaner.yaml:2", "soon"]),
        ("version: 1\nverify_passes: many\n", &["aws-cleaner.yaml:2", "verify_passes"]),
        ("version: 1\nversion: 1\n", &["aws-cleaner.yaml:2"]),
        ("just text", &["aws-cleaner.yaml:1"]),
        ("version: 1\nx: &a [*a]\n", &["aws-cleaner.yaml:2"]),
    ] {
        let text = refused(&scene, "aws-cleaner.yaml", content, &[]);
        for word in said {
            assert!(text.contains(word), "{word} is not said of\n{content}\n{text}");
        }
    }
    assert_eq!(since(&scene, seen), [], "no call was made");
}

#[test]
fn a_profile_that_does_not_exist_is_named() {
    let scene = Scene::new();
    let run = scene.cli(["clear", "--yes", "--account", scene.account(), "--profile", "nobody"]).run();
    assert_eq!(run.code, Some(2), "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("`nobody`"), "{}", run.stderr);
}

#[test]
fn all_mistakes_are_said_at_once() {
    let scene = Scene::new();
    let content = "version: 1\nregoins: [all]\nregions: [us-esat-1]\nfilters:\n  deny:\n    - { nmae: x }\n    \
                   - { name: { regex: '(' } }\npatience: soon\n";
    let text = refused(&scene, "aws-cleaner.yaml", content, &[]);
    for place in ["2:", "3:", "6:", "7:", "8:"].map(|place| format!("aws-cleaner.yaml:{place}")) {
        assert!(text.contains(&place), "{place} is not in\n{text}");
    }
    assert_eq!(scene.calls(), []);
}

#[test]
fn mistakes_in_catalogs_are_named_with_their_place() {
    let scene = Scene::new();
    for (content, said) in [
        ("service = \"sqs\"\n[X\n", &["my.toml:2"][..]),
        ("service = \"sqs\"\n[X]\nid = \"value\"\n", &["my.toml:2", "list"]),
        (
            "service = \"sqs\"\n[X]\nlist = \"ListQueues\"\nitems = \"QueueUrls[]\"\nid = \"value\"\ncolour = 1\n\
          delete = { call = \"DeleteQueue\", with = { QueueUrl = \"{id}\" } }\n",
            &["my.toml:6", "colour"],
        ),
        (
            "service = \"sqs\"\n[X]\nlist = \"ListQueues\"\nitems = \"QueueUrls[\"\nid = \"value\"\n\
          delete = { call = \"DeleteQueue\", with = { QueueUrl = \"{id}\" } }\n",
            &["my.toml:4"],
        ),
        (
            "service = \"sqs\"\n[X]\nlist = \"ListQueuez\"\nitems = \"QueueUrls[]\"\nid = \"value\"\n\
          delete = { call = \"DeleteQueue\", with = { QueueUrl = \"{id}\" } }\n",
            &["my.toml:3", "ListQueuez"],
        ),
    ] {
        let text = refused(&scene, "my.toml", content, &["--catalog", "my.toml"]);
        for word in said {
            assert!(text.contains(word), "{word} is not said of\n{content}\n{text}");
        }
    }
    assert_eq!(scene.calls(), []);
}

#[test]
fn wrong_arguments_are_usage_errors() {
    let scene = Scene::new();
    let account = scene.account().to_owned();
    for (arguments, said) in [
        (&["claer"][..], &["clear"][..]),
        (&["clear", "--account", "123"], &["twelve digits"]),
        (&["clear", "--yes", "--account", &account, "--timeout", "soon"], &["soon"]),
        (&["clear", "--yes", "--account", &account, "--patience=-1s"], &["-1s"]),
        (&["clear", "--yes", "--account", &account, "--max-deletions", "few"], &["max-deletions", "integer"]),
        (&["clear", "--yes", "--account", &account, "--type", "SQSQeue"], &["SQSQeue", "SQSQueue"]),
        (&["clear", "--yes", "--account", &account, "--type", "["], &["["]),
        (&["clear", "--yes", "--account", &account, "--region", "us-esat-1"], &["us-esat-1", "us-east-1"]),
        (&["clear", "--yes", "--account", &account, "-c", "missing.yaml"], &["missing.yaml"]),
        (&["clear", "--yes", "--account", &account, "--catalog", "missing.toml"], &["missing.toml"]),
        (
            &["clear", "--yes", "--account", &account, "--report", "no/such/folder/report.json"],
            &["no/such/folder"],
        ),
        (
            &["clear", "--yes", "--account", &account, "--events", "no/such/folder/events"],
            &["no/such/folder"],
        ),
        (&["clear", "--yes", "--account", &account, "--endpoint-url", "not a url"], &["not a url"]),
        (&["apply", "missing.json", "--yes", "--account", &account], &["missing.json"]),
        (&["config", "check", "missing.yaml"], &["missing.yaml"]),
        (&["clear", "--format", "xml"], &["xml"]),
    ] {
        let run = scene.cli(arguments.iter().copied()).run();
        assert_eq!(run.code, Some(2), "{arguments:?}\n{}\n{}", run.stdout, run.stderr);
        for word in said {
            assert!(run.stderr.contains(word), "{word} is not said of {arguments:?}: {}", run.stderr);
        }
        assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    }
    let writing = scene.calls().iter().filter(|call| call.is_write()).count();
    assert_eq!(writing, 0);
}

#[test]
fn an_endpoint_that_nobody_answers_is_named() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    drop(listener);
    let scene = Scene::new();
    let run = scene.clearing(["--endpoint-url", &url]).run().expect_code(1);
    assert!(run.stderr.contains(&url), "{}", run.stderr);
    assert_eq!(scene.calls(), []);
    assert!(run.took.as_secs() < 60, "{:?}", run.took);
}

#[test]
fn expired_credentials_are_said_at_once() {
    let scene = Scene::new();
    scene.faults(&json!([{ "kind": "expired" }]));
    let run = scene.clearing([]).run().expect_code(6);
    assert!(run.stderr.contains("expired"), "{}", run.stderr);
    assert_eq!(run.read_json("report.json")["outcome"], "failed");
}

#[test]
fn a_role_that_cannot_be_assumed_is_no_crash() {
    let scene = Scene::new();
    let arn = format!("arn:aws:iam::{}:role/nobody", scene.account());
    let run = scene.clearing(["--assume-role-arn", &arn]).run().expect_code(6);
    assert!(run.stderr.contains("nobody") || run.stderr.contains("AssumeRole"), "{}", run.stderr);
}

#[test]
fn a_wrong_region_in_the_environment_is_no_crash() {
    let scene = Scene::new();
    let run =
        Cli::new(scene.emulator, &scene.credentials).env("AWS_REGION", "nowhere").args(["whoami"]).run();
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
    assert!(run.code.is_some_and(|code| code != 101), "{}", run.stderr);
}
