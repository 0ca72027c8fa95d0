//! Saved plans: exactly what was reviewed is deleted, and nothing that came or changed since.

use serde_json::{Value, json};

use crate::scene::{Done, Scene, since, writes};

const TYPES: [&str; 4] =
    ["--region", "us-east-1", "--type", "SQSQueue,SNSTopic,CloudWatchLogsLogGroup,SSMParameter"];

/// Makes a plan of the account and returns its text.
fn plan(scene: &Scene) -> String {
    let run = scene.cli(["plan", "-o", "plan.json"]).args(TYPES).run().expect_code(0);
    run.read("plan.json")
}

/// Applies a plan and expects an exit code.
fn apply(scene: &Scene, text: &str, code: i32) -> Done {
    let cli =
        scene.cli(["apply", "plan.json", "--yes", "--account", scene.account(), "--report", "report.json"]);
    let (cli, _) = cli.file("plan.json", text);
    Done::of(cli, code)
}

const ACCOUNT: &str = "
client('sqs').create_queue(QueueName='planned')
client('sns').create_topic(Name='planned')
client('ssm').put_parameter(Name='planned', Type='String', Value='1')
client('logs').create_log_group(logGroupName='planned')
";

fn left(scene: &Scene) -> Value {
    scene.py("{'queues': [q.rsplit('/', 1)[1] for q in client('sqs').list_queues().get('QueueUrls', [])],\n\
         'topics': [t['TopicArn'].rsplit(':', 1)[1] for t in client('sns').list_topics()['Topics']],\n\
         'groups': [g['logGroupName'] for g in client('logs').describe_log_groups()['logGroups']],\n\
         'parameters': [p['Name'] for p in client('ssm').describe_parameters()['Parameters']]}")
}

#[test]
fn a_saved_plan_is_applied_exactly() {
    let scene = Scene::new();
    scene.py(ACCOUNT);
    let seen = scene.calls().len();
    let text = plan(&scene);
    assert_eq!(writes(&since(&scene, seen)), [""; 0], "planning changes nothing");
    let saved: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&saved["version"], &saved["account"]), (&json!(1), &json!(scene.account())));
    scene.py("client('sqs').create_queue(QueueName='later')\nclient('sns').create_topic(Name='later')");
    let done = apply(&scene, &text, 0);
    assert_eq!(done.report["outcome"], "clean");
    assert_eq!(done.count("deleted"), 4);
    let expected = json!({ "queues": ["later"], "topics": ["later"], "groups": [], "parameters": [] });
    assert_eq!(left(&scene), expected, "what came later stays");
    let again = apply(&scene, &text, 0);
    assert_eq!((again.count("deleted"), again.count("already_gone")), (0, 4), "the second time all is gone");
}

#[test]
fn what_went_meanwhile_is_fine() {
    let scene = Scene::new();
    scene.py(ACCOUNT);
    let text = plan(&scene);
    scene.py("client('logs').delete_log_group(logGroupName='planned')\nclient('ssm').delete_parameter(Name='planned')");
    let done = apply(&scene, &text, 0);
    assert_eq!((done.count("deleted"), done.count("already_gone")), (2, 2));
    assert_eq!(done.outcome("SSMParameter", "planned"), "already_gone");
}

#[test]
fn what_was_made_again_under_the_same_name_stays() {
    let scene = Scene::new();
    scene.py(ACCOUNT);
    let text = plan(&scene);
    // Log groups have their creation date in milliseconds.
    scene.py("import time\n\
         logs = client('logs')\n\
         then = logs.describe_log_groups()['logGroups'][0]['creationTime']\n\
         while True:\n\
         \x20   logs.delete_log_group(logGroupName='planned')\n\
         \x20   logs.create_log_group(logGroupName='planned')\n\
         \x20   if logs.describe_log_groups()['logGroups'][0]['creationTime'] != then:\n\
         \x20       break");
    let done = apply(&scene, &text, 0);
    let kept = done.resource("CloudWatchLogsLogGroup", "planned");
    assert_eq!(kept["outcome"], "kept", "{kept:#}");
    assert!(kept["verdict"]["reason"].as_str().is_some_and(|why| why.contains("same name")), "{kept:#}");
    assert_eq!(left(&scene)["groups"], json!(["planned"]));
    assert_eq!(done.count("deleted"), 3, "the rest goes");
}

#[test]
fn a_plan_of_another_account_is_refused() {
    let scene = Scene::new();
    let other = Scene::new();
    other.py(ACCOUNT);
    let text = plan(&other);
    scene.py(ACCOUNT);
    let seen = scene.calls().len();
    let done = apply(&scene, &text, 3);
    assert_eq!(done.report["outcome"], "refused");
    assert_eq!(writes(&since(&scene, seen)), [""; 0]);
}

#[test]
fn a_plan_that_cannot_be_read_is_a_usage_error() {
    let scene = Scene::new();
    scene.py(ACCOUNT);
    let good = plan(&scene);
    let mut newer: Value = serde_json::from_str(&good).expect("JSON");
    newer["version"] = json!(99);
    let mut wrong: Value = serde_json::from_str(&good).expect("JSON");
    wrong["entries"] = json!("none");
    let cut = &good[..good.len() / 2];
    let seen = scene.calls().len();
    for (text, said) in [
        (newer.to_string().as_str(), "version 99"),
        (wrong.to_string().as_str(), "plan.json:1:"),
        (cut, "plan.json:"),
        ("", "plan.json:"),
        ("{}", "plan.json:"),
        ("not JSON", "plan.json:1:"),
    ] {
        let (cli, _) =
            scene.cli(["apply", "plan.json", "--yes", "--account", scene.account()]).file("plan.json", text);
        let run = cli.run().expect_code(2);
        assert!(run.stderr.contains(said), "{said} is not in {}", run.stderr);
    }
    assert_eq!(since(&scene, seen), [], "no call was made");
    assert_eq!(left(&scene)["queues"], json!(["planned"]));
}

#[test]
fn a_dry_run_of_a_plan_changes_nothing() {
    let scene = Scene::new();
    scene.py(ACCOUNT);
    let text = plan(&scene);
    let seen = scene.calls().len();
    let (cli, _) =
        scene.cli(["apply", "plan.json", "--dry-run", "--report", "report.json"]).file("plan.json", &text);
    let done = Done::of(cli, 0);
    assert_eq!((done.count("planned"), done.count("deleted")), (4, 0));
    assert_eq!(writes(&since(&scene, seen)), [""; 0]);
}

#[test]
fn a_resource_that_got_a_keep_tag_after_the_plan_stays() {
    let scene = Scene::new();
    scene.py(ACCOUNT);
    let text = plan(&scene);
    scene.py(
        "sqs = client('sqs')\n\
         sqs.tag_queue(QueueUrl=sqs.get_queue_url(QueueName='planned')['QueueUrl'], Tags={'aws-cleaner:keep': 'yes'})",
    );
    let done = apply(&scene, &text, 0);
    assert_eq!(done.outcome("SQSQueue", "planned"), "kept");
    assert_eq!(left(&scene)["queues"], json!(["planned"]));
}
