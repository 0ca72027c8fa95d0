//! `pool …`, `run` and `exec`: the real binary, a table in one account, and accounts to hand out.

use serde_json::json;

use crate::pool_scene::PoolScene;
use crate::scene::wait_until;

#[test]
fn an_account_goes_round_by_command_line() {
    let scene = PoolScene::new();
    let id = scene.target.account().to_owned();
    scene.target.py("client('sqs').create_queue(QueueName='q')");
    let early = scene.run(124, ["pool", "acquire"]);
    assert!(early.stderr.contains("no account came free within 0 s: 1 dirty"), "{}", early.stderr);
    let worked = scene.work(["--until-empty", "--reports", "reports"]).expect_code(0);
    assert_eq!(worked.stdout, "1 account cleaned\n");
    assert_eq!(worked.read_json(&format!("reports/{id}-1.json"))["outcome"], "clean");
    assert_eq!(scene.target.py("len(client('sqs').list_queues().get('QueueUrls', []))"), 0);
    assert_eq!(scene.state(), "available");

    let lease = scene.json(0, ["pool", "acquire", "--owner", "ci", "--test", "checkout", "--lease", "1h"]);
    assert_eq!(
        (&lease["account"], &lease["token"], &lease["lease_ms"]),
        (&json!(id), &json!(2), &json!(3_600_000))
    );
    assert_eq!(scene.account()["test"], "checkout");
    let hold = |what, token| ["pool", what, "--account", &id, "--token", token].map(str::to_owned);
    let hold = |code, what, token| {
        let arguments = hold(what, token);
        scene.run(code, arguments.iter().map(String::as_str))
    };
    hold(0, "heartbeat", "2");
    let stale = hold(3, "heartbeat", "1");
    assert!(stale.stderr.contains("token 1 no longer holds account"), "{}", stale.stderr);
    scene.run(3, ["pool", "remove", &id]);
    hold(0, "release", "2");
    assert_eq!(scene.account()["why"], "released");
    let history = scene.json(0, ["pool", "history", &id]);
    let told: Vec<_> =
        history["entries"].as_array().expect("a list").iter().map(|entry| &entry["what"]).collect();
    assert_eq!(told, ["release", "lease", "finish_cleaning", "begin_cleaning", "add"]);
    let metrics = scene.run(0, ["pool", "metrics"]).stdout;
    assert!(metrics.contains(&format!("aws_cleaner_pool_leases_total{{account=\"{id}\"}} 1")), "{metrics}");
    scene.run(0, ["pool", "remove", &id]);
    scene.run(2, ["pool", "acquire"]);
}

#[test]
fn an_account_that_cannot_be_cleaned_is_not_handed_out() {
    let scene = PoolScene::new();
    let id = scene.target.account().to_owned();
    scene.target.py("client('sqs').create_queue(QueueName='q')");
    scene.target.faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "deny" }]));
    let worked = scene.work(["--once"]).expect_code(4);
    assert!(worked.stderr.contains("SQSQueue"), "{}", worked.stderr);
    let account = scene.account();
    assert_eq!(
        (&account["state"], &account["why"], &account["failures"]),
        (&json!("dirty"), &json!("cleaning_failed"), &json!(1))
    );
    assert!(account["causes"].to_string().contains("SQSQueue"), "{account}");
    let worked = scene.work(["--once"]).expect_code(0);
    assert_eq!(worked.stdout, "0 accounts cleaned\n", "it rests");
    scene.run(0, ["pool", "quarantine", &id, "--reason", "to look at"]);
    assert_eq!(scene.account()["reason"], "to look at");
    scene.target.faults(&json!([]));
    scene.run(0, ["pool", "restore", &id]);
    scene.work(["--until-empty"]).expect_code(0);
    assert_eq!(scene.state(), "available");
}

#[test]
fn only_the_account_that_sts_answers_is_added() {
    let scene = PoolScene::new();
    let role = format!("arn:aws:iam::{}:role/cleaner", scene.target.account());
    let wrong = scene.run(2, ["pool", "add", "111122223333", "--role", &role]);
    assert!(wrong.stderr.contains("account 111122223333 was named, but STS answers"), "{}", wrong.stderr);
    scene.run(2, ["pool", "status", "--table", "elsewhere"]);
    let by_variable =
        scene.cli(["pool", "status"]).env("AWS_CLEANER_POOL_TABLE", "elsewhere").run().expect_code(2);
    assert!(by_variable.stderr.contains("there is no table elsewhere"), "{}", by_variable.stderr);
}

#[test]
fn a_command_runs_in_the_account_and_nowhere_else() {
    let scene = PoolScene::clean();
    let python = scene.home.emulator.venv().command("snippet.py");
    let python = python.get_program().to_str().expect("a path");
    let code = "import boto3, os, sys\n\
        client = boto3.client('sts')\n\
        print(client.get_caller_identity()['Account'], os.environ['AWS_CLEANER_POOL_ACCOUNT'], os.environ.get('AWS_PROFILE'))\n\
        sys.exit(7)";
    let (cli, _) = scene.cli(["run", "--test", "t", "--", python, "-c", code]).file(
        ".aws/credentials",
        "[default]\naws_access_key_id = AKIAWRONG\naws_secret_access_key = wrong\n",
    );
    let run = cli.run().expect_code(7);
    let id = scene.target.account();
    assert_eq!(run.stdout, format!("{id} {id} None\n"));
    assert_eq!(scene.account()["why"], "released");
    let taken = scene.run(124, ["exec", "--account", id, "--", "true"]);
    assert!(taken.stderr.contains("did not come free within 0 s: 1 dirty"), "{}", taken.stderr);
    scene.run(2, ["exec", "--account", "999999999999", "--", "true"]);
}

#[test]
fn signals_are_for_the_command_and_the_account_comes_back() {
    let scene = PoolScene::clean();
    let script = "trap 'exit 42' TERM; echo ready > ready; sleep 60 > no 2>&1 & wait";
    let cli = scene.cli(["run", "--", "sh", "-c", script]);
    let ready = cli.home().join("ready");
    let running = cli.spawn();
    wait_until("the command runs", || ready.exists());
    assert_eq!(scene.state(), "leased");
    running.signal("TERM");
    assert_eq!(running.wait().code, Some(42));
    assert_eq!(scene.account()["why"], "released");
}

#[test]
fn a_command_whose_account_is_taken_away_is_ended() {
    let scene = PoolScene::clean();
    let cli = scene.cli(["run", "--lease", "2s", "--", "sh", "-c", "echo ready > ready; sleep 300"]);
    let ready = cli.home().join("ready");
    let running = cli.spawn();
    wait_until("the command runs", || ready.exists());
    scene.run(0, ["pool", "quarantine", scene.target.account(), "--reason", "odd"]);
    let run = running.wait().expect_code(3);
    assert!(run.stderr.contains("was lost while the command ran"), "{}", run.stderr);
    assert_eq!(scene.state(), "quarantined");
}
