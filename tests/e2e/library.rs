//! The library inside other programs: types of their own, and several accounts at once.

use std::process::{Command, Stdio};
use std::sync::Arc;

use aws_dynamic::{Credentials, Session, SessionOptions};
use cleaner_core::account::Guard;
use cleaner_core::lane::Quotas;
use cleaner_core::report::{ApiStats, Outcome, Report};
use cleaner_core::run::{Cleaner, Options, RegionChoice, TypeChoice};
use cleaner_tests::tree;
use serde_json::json;

use crate::scene::Scene;

/// Builds the example that shows how the library is embedded.
fn example() -> std::path::PathBuf {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // `--workspace`, so that features are resolved as for the tests and nothing is compiled twice.
    command
        .args(["build", "--quiet", "--workspace", "--example", "embed"])
        .args(tree::is_release().then_some("--release"));
    command.arg("--target-dir").arg(tree::target()).current_dir(tree::root());
    let output = command.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let profile = if tree::is_release() { "release" } else { "debug" };
    tree::target().join(profile).join("examples").join(format!("embed{}", std::env::consts::EXE_SUFFIX))
}

#[test]
fn a_program_with_a_type_of_its_own_clears_it() {
    let scene = Scene::new();
    scene.py(
        "client('ssm').create_maintenance_window(Name='nightly', Schedule='rate(7 days)', Duration=2, Cutoff=1,\n\
         \x20   AllowUnassociatedTargets=True)\n\
         client('sqs').create_queue(QueueName='q')",
    );
    let output = Command::new(example())
        .arg(scene.account())
        .env_clear()
        .env("AWS_ENDPOINT_URL", scene.emulator.url())
        .env("AWS_ACCESS_KEY_ID", &scene.credentials.access_key)
        .env("AWS_SECRET_ACCESS_KEY", &scene.credentials.secret)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .stdin(Stdio::null())
        .output()
        .expect("the example runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("deleted SSMMaintenanceWindow nightly in us-east-1"), "{text}");
    let left = scene.py(
        "client('ssm').describe_maintenance_windows()['WindowIdentities'] + client('sqs').list_queues().get('QueueUrls', [])",
    );
    assert_eq!(left, json!([]));
}

/// A cleaner of one account, with its own credentials.
async fn cleaner(scene: &Scene) -> Cleaner {
    let stats = Arc::new(ApiStats::default());
    let keys = &scene.credentials;
    let session = Session::load(SessionOptions {
        credentials: Some(Credentials::new(&keys.access_key, &keys.secret, None, None, "test")),
        region: Some("us-east-1".to_owned()),
        endpoint_url: Some(scene.emulator.url().to_owned()),
        observer: Some(stats.clone()),
        ..SessionOptions::default()
    })
    .await
    .expect("a session");
    let options = Options {
        guard: Guard { expected: Some(scene.account().parse().expect("twelve digits")), ..Guard::default() },
        regions: RegionChoice { include: vec!["us-east-1".to_owned()], exclude: Vec::new() },
        types: TypeChoice {
            include: vec!["SQSQueue".to_owned(), "SNSTopic".to_owned()],
            exclude: Vec::new(),
        },
        quotas: Quotas::Adaptive,
        ..Options::default()
    };
    Cleaner::new(session, Arc::new(cleaner_core::builtin().expect("the types")), options, stats)
}

async fn clear(cleaner: &Cleaner) -> Report {
    let mut run = cleaner.begin(Vec::new()).await.expect("a run");
    let plan = run.plan().await.expect("a plan");
    run.clear(plan).await.expect("a report")
}

#[tokio::test]
async fn two_accounts_in_one_process_do_not_touch_each_other() {
    let (one, two) = (Scene::new(), Scene::new());
    let queues = |count| format!("for n in range({count}): client('sqs').create_queue(QueueName=f'q-{{n}}')");
    one.py(&queues(5));
    two.py(&queues(7));
    two.py("client('sns').create_topic(Name='t')");
    // One of them is throttled and denied things: that is nobody else's business.
    one.faults(&json!([
        { "service": "sns", "kind": "deny" },
        { "service": "sqs", "operation": "DeleteQueue", "kind": "throttle", "times": 5 },
    ]));
    let (first, second) = (cleaner(&one).await, cleaner(&two).await);
    let (first, second) = tokio::join!(clear(&first), clear(&second));
    assert_eq!(
        (first.outcome, first.summary.deleted, first.summary.unknown_lists),
        (Outcome::Incomplete, 5, 1)
    );
    assert_eq!(
        (second.outcome, second.summary.deleted, second.summary.unknown_lists),
        (Outcome::Clean, 8, 0)
    );
    assert_eq!((first.api.throttled, second.api.throttled), (5, 0));
    for (scene, report) in [(&one, &first), (&two, &second)] {
        assert_eq!(report.account.id.as_ref().map(|id| id.as_str()), Some(scene.account()));
        assert_eq!(scene.py("client('sqs').list_queues().get('QueueUrls', [])"), json!([]));
    }
}

#[tokio::test]
async fn a_run_with_the_wrong_account_is_refused_before_anything_is_read() {
    let (one, two) = (Scene::new(), Scene::new());
    let mut mixed = Scene::new();
    mixed.credentials = one.credentials.clone();
    mixed.credentials.account.clone_from(&two.credentials.account);
    let cleaner = cleaner(&mixed).await;
    let error = cleaner.begin(Vec::new()).await.expect_err("it is another account");
    assert!(error.to_string().contains(one.account()), "{error}");
    let calls: Vec<_> = one.calls().into_iter().map(|call| call.operation).collect();
    assert_eq!(calls, ["GetCallerIdentity"]);
}
