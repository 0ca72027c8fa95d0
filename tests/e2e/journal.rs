//! The events of a run: the report after a crash, and going on where it ended.

use serde_json::{Value, json};

use crate::scene::{Done, HERE, Scene, wait_until};

const TYPES: [&str; 2] = ["--type", "SQSQueue,CloudFormationStack,CloudWatchLogsLogGroup"];

/// Queues, and a rule that keeps one; the run is killed after the third is deleted. Returns the events it left.
fn killed(scene: &Scene) -> String {
    scene.py("for n in range(8): client('sqs').create_queue(QueueName=f'q-{n}')\n\
         client('logs').create_log_group(logGroupName='/old/group')");
    scene.faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "hang", "after": 3 }]));
    let (cli, _) = scene.clearing(HERE).args(TYPES).file("aws-cleaner.yaml", RULES);
    let running = cli.args(["--events", "events.ndjson"]).spawn();
    wait_until("some hang", || {
        scene.calls().iter().any(|call| call.operation == "DeleteQueue" && call.fault.is_some())
    });
    running.signal("KILL");
    let run = running.wait();
    assert_eq!(run.code, None);
    scene.faults(&json!([]));
    run.read("events.ndjson")
}

const RULES: &str = "version: 1\nfilters: { deny: [{ name: q-7 }] }\n";

fn left(scene: &Scene) -> Value {
    scene.py("[sorted(q.rsplit('/', 1)[1] for q in client('sqs').list_queues().get('QueueUrls', [])),\n\
         \x20len(client('logs').describe_log_groups()['logGroups'])]")
}

#[test]
fn a_report_can_be_had_after_a_crash() {
    let scene = Scene::new();
    let events = killed(&scene);
    // The last line may have been cut short.
    let (cli, _) = scene.cli([] as [&str; 0]).file("events.ndjson", &format!("{events}{{\"seq\":"));
    let report = cli.args(["report", "events.ndjson", "--format", "json"]).run().expect_code(0).json();
    assert_eq!(report["outcome"], "interrupted");
    assert!(report["reason"].as_str().is_some_and(|reason| reason.contains("the events end at")));
    let summary = &report["summary"];
    assert_eq!((&summary["found"], &summary["kept"]), (&json!(9), &json!(1)), "{summary:#}");
    let deleted = summary["deleted"].as_u64().expect("a number");
    assert!((3..=4).contains(&deleted), "{summary:#}");
    assert_eq!(summary["pending"], 8 - deleted, "what was under way, and what was not begun");
    let resources = report["resources"].as_array().expect("a list");
    assert!(resources.iter().any(|one| one["outcome"] == "pending" && one["attempts"] == 1));

    let (cli, _) = scene.cli([] as [&str; 0]).file("events.ndjson", &events);
    let run = cli.args(["report", "events.ndjson"]).run().expect_code(0);
    assert!(run.stdout.contains("interrupted") && run.stdout.contains("pending"), "{}", run.stdout);
}

#[test]
fn a_run_goes_on_where_it_was_killed() {
    let scene = Scene::new();
    let events = killed(&scene);
    let seen = scene.calls().len();
    let (cli, _) = scene.clearing(HERE).args(TYPES).file("events.ndjson", &events);
    let (cli, _) = cli.file("aws-cleaner.yaml", RULES);
    let done = Done::of(cli.args(["--resume", "events.ndjson", "--events", "more.ndjson"]), 0).clean();
    assert_eq!(left(&scene), json!([["q-7"], 0]));
    assert_eq!((done.count("deleted"), done.count("kept")), (8, 1), "{:#}", done.report["summary"]);
    let calls = scene.calls().split_off(seen);
    let lists = calls.iter().filter(|call| call.operation == "ListQueues").count();
    assert!(lists <= 3, "nothing is listed but to see what is left, {lists} times");

    // The events of the second run tell all of it.
    let (cli, _) = scene.cli([] as [&str; 0]).file("more.ndjson", &done.run.read("more.ndjson"));
    let report = cli.args(["report", "more.ndjson", "--format", "json"]).run().expect_code(0).json();
    assert_eq!(report["outcome"], "clean");
    assert_eq!(report["summary"], done.report["summary"]);
    assert_eq!(report["api"], done.report["api"]);
}

#[test]
fn a_journal_that_does_not_fit_changes_nothing() {
    let scene = Scene::new();
    let events = killed(&scene);
    let before = left(&scene);
    let other = events.replacen(scene.account(), "999999999999", 1);
    let torn =
        events.lines().enumerate().filter(|(at, _)| *at != 2).map(|(_, line)| format!("{line}\n")).collect();
    let first: String = events.lines().take(2).map(|line| format!("{line}\n")).collect();
    for (name, text, types, code, says) in [
        ("other account", other, TYPES, 3, "999999999999"),
        ("other types", events.clone(), ["--type", "SQSQueue"], 3, "other types, regions or stacks"),
        ("no plan", first, TYPES, 3, "before it had a plan"),
        ("a line is missing", torn, TYPES, 2, "events.ndjson:3: expected event 3, found event 4"),
        ("no events", "{}\n".to_owned(), TYPES, 2, "events.ndjson:1: this is no event of a run"),
        ("empty", String::new(), TYPES, 2, "events.ndjson:1: there is no event"),
    ] {
        let (cli, _) = scene.clearing(HERE).args(types).file("events.ndjson", &text);
        let (cli, _) = cli.file("aws-cleaner.yaml", RULES);
        let run = cli.args(["--resume", "events.ndjson"]).run().expect_code(code);
        assert!(run.stderr.contains(says), "{name}: {}", run.stderr);
    }
    let (cli, _) = scene.clearing(HERE).args(TYPES).file("events.ndjson", &events);
    let run = cli.args(["--resume", "events.ndjson", "--events", "events.ndjson"]).run().expect_code(2);
    assert!(run.stderr.contains("overwrite"), "{}", run.stderr);
    assert_eq!(run.read("events.ndjson"), events, "what tells of the run is still there");
    assert_eq!(left(&scene), before);
}
