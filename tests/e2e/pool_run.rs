//! `run -- CMD` from lease to clean account: cleaned by itself, stopped by the loss of its lease, killed and found again.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cleaner_tests::Run;
use cleaner_tests::cli::Running;
use serde_json::{Value, json};

use crate::pool_scene::PoolScene;
use crate::scene::{Scene, wait_until};

/// What a run looks at when it cleans.
const QUEUES: [&str; 6] = ["run", "--clean", "now", "--region", "us-east-1", "--type=SQSQueue"];

fn queues(scene: &Scene) -> Value {
    scene.py("len(client('sqs').list_queues(MaxResults=1000).get('QueueUrls', []))")
}

fn make_queues(scene: &Scene, count: u32) {
    scene.py(&format!("for n in range({count}): client('sqs').create_queue(QueueName=f'q-{{n}}')"));
}

/// When maintenance windows were deleted in an account, in seconds since 1970.
fn deletions(scene: &Scene) -> Vec<f64> {
    let calls = scene.calls().into_iter();
    calls.filter(|call| call.operation == "DeleteMaintenanceWindow").map(|call| call.t).collect()
}

fn windows(scene: &Scene) -> Value {
    scene.py("len(client('ssm').describe_maintenance_windows(MaxResults=100)['WindowIdentities'])")
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is later").as_secs_f64()
}

fn told(entries: &[Value]) -> Vec<(&str, &str, u64)> {
    let text = |value: &'_ Value| -> &'static str { value.as_str().unwrap_or_default().to_owned().leak() };
    entries
        .iter()
        .map(|one| (text(&one["what"]), text(&one["to"]), one["token"].as_u64().unwrap_or(0)))
        .collect()
}

#[test]
fn an_account_is_cleaned_by_who_used_it() {
    let scene = PoolScene::clean();
    let script = "echo used > used; exit 7";
    make_queues(&scene.target, 1);
    let cli = scene.cli(QUEUES).args(["--reports", "reports", "--", "sh", "-c", script]);
    let run = cli.run().expect_code(7);
    assert_eq!((run.read("used").trim(), run.stderr.as_str()), ("used", ""));
    assert_eq!(run.read_json(&format!("reports/{}-2.json", scene.target.account()))["outcome"], "clean");
    assert_eq!(queues(&scene.target), 0);
    let history = scene.history(&scene.target);
    assert_eq!(
        told(&history)[3..],
        [("lease", "leased", 2), ("clean_own", "cleaning", 2), ("finish_cleaning", "available", 2)]
    );
    let looks = scene.target.calls().into_iter().filter(|call| call.operation == "ListQueues").count();
    assert!(looks >= 3, "a look for the plan, and two to prove it: {looks}");
    scene.run(2, ["run", "--baseline-dir", "b", "--", "true"]);
}

#[test]
fn a_cleaning_that_fails_changes_no_exit_code_and_is_left_to_a_worker() {
    let scene = PoolScene::of(1, &[("AWS_CLEANER_POOL_REST", "0s")]).cleaned();
    make_queues(&scene.target, 1);
    scene.target.faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "deny" }]));
    let with = |more: &[&str]| -> Run {
        let cli = scene.cli(QUEUES).args(more.iter().copied());
        cli.args(["--", "sh", "-c", "exit 7"]).run().expect_code(7)
    };
    let run = with(&[]);
    assert!(run.stderr.contains("could not be cleaned, and is dirty:"), "{}", run.stderr);
    assert!(run.stderr.contains("SQSQueue"), "{}", run.stderr);
    let account = scene.account();
    assert_eq!((&account["state"], &account["why"]), (&json!("dirty"), &json!("cleaning_failed")));
    scene.target.faults(&json!([]));
    scene.work(["--until-empty"]).expect_code(0);
    assert_eq!(scene.state(), "available");
    let run = with(&["--baseline-dir", "nowhere"]);
    assert!(run.stderr.contains("the baseline nowhere/"), "{}", run.stderr);
    assert_eq!(scene.state(), "dirty");
}

#[test]
fn whoever_is_told_to_end_is_not_kept_waiting_by_a_cleaning() {
    let scene = PoolScene::clean();
    let script = "trap 'exit 42' TERM; echo ready > ready; sleep 60 > no 2>&1 & wait";
    let cli = scene.cli(QUEUES).args(["--", "sh", "-c", script]);
    let ready = cli.home().join("ready");
    let running = cli.spawn();
    wait_until("the command runs", || ready.exists());
    running.signal("TERM");
    assert_eq!(running.wait().code, Some(42));
    assert_eq!(scene.account()["why"], "released");
}

/// A run that is in the middle of deleting many things, slowly, under a lease of a few seconds. They are of a type that no others
/// have to do with, so that it gets there soon.
fn in_the_middle(scene: &PoolScene) -> Running {
    scene.target.py(
        "for n in range(300): client('ssm').create_maintenance_window(Name=f'nightly-{n}', Schedule='rate(7 days)',\n\
         \x20   Duration=2, Cutoff=1, AllowUnassociatedTargets=True)",
    );
    let slow = json!([{ "operation": "DeleteMaintenanceWindow", "kind": "delay", "seconds": 1.5 }]);
    scene.target.faults(&slow);
    let what = ["run", "--clean", "now", "--region", "us-east-1", "--type", "SSMMaintenanceWindow"];
    let running = scene.cli(what).args(["--lease", "4s", "--", "sh", "-c", "exit 7"]).spawn();
    wait_until("it deletes", || !deletions(&scene.target).is_empty());
    running
}

#[test]
fn no_deletion_begins_once_heartbeats_cannot_be_confirmed_for_the_length_of_the_lease() {
    let scene = PoolScene::clean();
    let running = in_the_middle(&scene);
    scene.home.faults(&json!([{ "service": "dynamodb", "kind": "error500" }]));
    let unheard = now();
    let run = running.wait().expect_code(7);
    assert!(run.stderr.contains("was not cleaned"), "{}", run.stderr);
    let last = deletions(&scene.target).into_iter().fold(0.0, f64::max);
    assert!(last > unheard && last < unheard + 4.5, "the last one began {} s later", last - unheard);
    assert_ne!(windows(&scene.target), 0);
}

#[test]
fn no_deletion_begins_in_a_process_that_stood_still_longer_than_its_lease() {
    let scene = PoolScene::clean();
    let running = in_the_middle(&scene);
    running.signal("STOP");
    let stopped = Instant::now();
    wait_until("the lease is over", || stopped.elapsed() > Duration::from_secs(6));
    let before = deletions(&scene.target).len();
    running.signal("CONT");
    let run = running.wait().expect_code(7);
    assert!(run.stderr.contains("was not cleaned"), "{}", run.stderr);
    assert_eq!(deletions(&scene.target).len(), before, "what was sent before is all there is");
    assert_ne!(windows(&scene.target), 0);
}

#[test]
fn two_commands_get_two_accounts_and_a_killed_one_comes_back() {
    let scene =
        PoolScene::of(2, &[("AWS_CLEANER_POOL_LEASE", "8s"), ("AWS_CLEANER_POOL_REST", "0s")]).cleaned();
    let script = "echo $AWS_CLEANER_POOL_ACCOUNT > part; mv part mine; until [ -e end ]; do sleep 0.1; done";
    let (one, other) =
        (scene.cli(["run", "--", "sh", "-c", script]), scene.cli(["run", "--", "sh", "-c", script]));
    let homes = [one.home().to_owned(), other.home().to_owned()];
    let (one, other) = (one.spawn(), other.spawn());
    wait_until("both run", || homes.iter().all(|home| home.join("mine").exists()));
    let mine = homes.each_ref().map(|home| std::fs::read_to_string(home.join("mine")).expect("it is there"));
    assert_ne!(mine[0], mine[1]);
    let taken = scene.run(124, ["pool", "acquire"]);
    assert!(taken.stderr.contains("2 leased"), "{}", taken.stderr);
    let killed =
        scene.targets().find(|target| target.account() == mine[0].trim()).expect("it is one of them");
    make_queues(killed, 1);
    one.signal("KILL");
    let ended = scene.json(0, ["pool", "reap"]);
    assert_eq!(ended["ended"], json!([{ "account": killed.account(), "was": "leased" }]));
    assert_eq!(scene.account_of(killed)["why"], "expired");
    for home in &homes {
        std::fs::write(home.join("end"), "").expect("it can be written");
    }
    assert_eq!(one.wait().code, None);
    assert_eq!(other.wait().code, Some(0), "it held its account all along");
    scene.work(["--until-empty"]).expect_code(0);
    assert_eq!(queues(killed), 0);
    for target in scene.targets() {
        assert_eq!(scene.account_of(target)["state"], "available");
    }
}

#[test]
fn what_cannot_be_deleted_leads_to_quarantine_with_its_name_and_holds_up_nobody() {
    let scene = PoolScene::of(3, &[("AWS_CLEANER_POOL_REST", "0s"), ("AWS_CLEANER_POOL_MAX_FAILURES", "3")]);
    for target in scene.targets() {
        make_queues(target, 1);
    }
    scene.target.faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "deny" }]));
    let worked = scene.work(["--until-empty", "--concurrency", "2"]).expect_code(4);
    assert_eq!(worked.stdout, "2 accounts cleaned, 3 failed\n");
    let account = scene.account();
    assert_eq!(
        (&account["state"], &account["reason"], &account["failures"]),
        (&json!("quarantined"), &json!("3 cleanings failed in a row"), &json!(3))
    );
    let causes = account["causes"].to_string();
    assert!(
        causes.contains("SQSQueue") && causes.contains("q-0") && causes.contains("AccessDenied"),
        "{causes}"
    );
    let shown = scene.run(0, ["pool", "status"]).stdout;
    assert!(shown.contains("quarantined"), "{shown}");
    for other in &scene.others {
        assert_eq!(scene.account_of(other)["state"], "available");
        scene.run(0, ["exec", "--account", other.account(), "--", "true"]);
    }
}

#[test]
fn misspelt_variables_of_pools_are_answered_with_the_right_word() {
    let scene = PoolScene::new();
    let run = scene.cli(["pool", "status"]).env("AWS_CLEANER_POOL_TABEL", "t").run().expect_code(2);
    assert!(run.stderr.contains("did you mean `AWS_CLEANER_POOL_TABLE`?"), "{}", run.stderr);
    let run = scene.cli(["pool", "status"]).env("AWS_CLEANER_POOL_LEASE", "soon").run().expect_code(2);
    assert!(run.stderr.contains("AWS_CLEANER_POOL_LEASE: "), "{}", run.stderr);
}
