//! Baselines: what an account held before stays, what came since goes, and what is gone is said.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use cleaner_tests::{Cli, python, tree};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::scene::{Done, HERE, Scene, since, writes};

/// How long making or finding resources may take on a busy machine.
const DEADLINE: Duration = Duration::from_secs(300);

/// What the account holds two of each of before anybody tests in it.
const BEFORE: [&str; 40] = [
    "ACMCertificate",
    "AMPWorkspace",
    "APIGatewayAPIKey",
    "APIGatewayRestAPI",
    "AWSBackupPlan",
    "AppMeshMesh",
    "BackupVault",
    "BatchSchedulingPolicy",
    "CloudFrontFunction",
    "CloudWatchAlarm",
    "CloudWatchDashboard",
    "CloudWatchEventsBuses",
    "CloudWatchLogsLogGroup",
    "CodeBuildProject",
    "CognitoUserPool",
    "ConfigServiceConfigRule",
    "DSQLCluster",
    "DynamoDBTable",
    "EC2DHCPOption",
    "EC2KeyPair",
    "EC2LaunchTemplate",
    "ECRRepository",
    "ECSCluster",
    "EFSFileSystem",
    "EventBridgeConnection",
    "GlueDatabase",
    "GlueRegistry",
    "GlueSecurityConfiguration",
    "IAMGroup",
    "IAMPolicy",
    "IAMRole",
    "IAMUser",
    "KinesisStream",
    "PinpointApp",
    "RDSOptionGroup",
    "SFNActivity",
    "SNSTopic",
    "SQSQueue",
    "SSMParameter",
    "SecretsManagerSecret",
];

/// What tests leave two of each of.
const LEFT: [&str; 24] = [
    "APIGatewayUsagePlan",
    "APIGatewayV2API",
    "AppSyncGraphqlAPI",
    "AthenaDataCatalog",
    "BackupReportPlan",
    "BatchJobDefinition",
    "CloudFrontPublicKey",
    "CognitoIdentityPool",
    "EC2CustomerGateway",
    "EC2ManagedPrefixList",
    "EC2Volume",
    "ElasticBeanstalkApplication",
    "ElasticacheUser",
    "GlueWorkflow",
    "IAMInstanceProfile",
    "IAMOpenIDConnectProvider",
    "MediaPackageChannel",
    "KinesisVideoProject",
    "ResourceGroupGroup",
    "Route53HealthCheck",
    "SESTemplate",
    "SSMDocument",
    "TimestreamDatabase",
    "XRayGroup",
];

/// What tests delete, and make again under the same name: by type, how to delete it, how to make it, and when it was made.
const AGAIN: [(&str, &str, &str, &str); 12] = [
    (
        "BackupVault",
        "client('backup').delete_backup_vault(BackupVaultName=name)",
        "client('backup').create_backup_vault(BackupVaultName=name)",
        "client('backup').describe_backup_vault(BackupVaultName=name)['CreationDate']",
    ),
    (
        "CloudWatchLogsLogGroup",
        "client('logs').delete_log_group(logGroupName=name)",
        "client('logs').create_log_group(logGroupName=name)",
        "client('logs').describe_log_groups(logGroupNamePrefix=name)['logGroups'][0]['creationTime']",
    ),
    (
        "DynamoDBTable",
        "client('dynamodb').delete_table(TableName=name)",
        "client('dynamodb').create_table(TableName=name, BillingMode='PAY_PER_REQUEST', \
         KeySchema=[{'AttributeName': 'k', 'KeyType': 'HASH'}], AttributeDefinitions=[{'AttributeName': 'k', 'AttributeType': 'S'}])",
        "client('dynamodb').describe_table(TableName=name)['Table']['CreationDateTime']",
    ),
    (
        "ECRRepository",
        "client('ecr').delete_repository(repositoryName=name)",
        "client('ecr').create_repository(repositoryName=name)",
        "client('ecr').describe_repositories(repositoryNames=[name])['repositories'][0]['createdAt']",
    ),
    (
        "GlueDatabase",
        "client('glue').delete_database(Name=name)",
        "client('glue').create_database(DatabaseInput={'Name': name})",
        "client('glue').get_database(Name=name)['Database']['CreateTime']",
    ),
    (
        "IAMGroup",
        "client('iam').delete_group(GroupName=name)",
        "client('iam').create_group(GroupName=name)",
        "client('iam').get_group(GroupName=name)['Group']['CreateDate']",
    ),
    (
        "IAMPolicy",
        "client('iam').delete_policy(PolicyArn=name)",
        "client('iam').create_policy(PolicyName=name.rsplit('/', 1)[1], PolicyDocument=json.dumps({'Version': '2012-10-17', \
         'Statement': {'Effect': 'Deny', 'Action': '*', 'Resource': '*'}}))",
        "client('iam').get_policy(PolicyArn=name)['Policy']['CreateDate']",
    ),
    (
        "IAMRole",
        "client('iam').delete_role(RoleName=name)",
        "client('iam').create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps({'Version': '2012-10-17', 'Statement': \
         {'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'Service': 'ec2.amazonaws.com'}}}))",
        "client('iam').get_role(RoleName=name)['Role']['CreateDate']",
    ),
    (
        "IAMUser",
        "client('iam').delete_user(UserName=name)",
        "client('iam').create_user(UserName=name)",
        "client('iam').get_user(UserName=name)['User']['CreateDate']",
    ),
    (
        "KinesisStream",
        "client('kinesis').delete_stream(StreamName=name)",
        "client('kinesis').create_stream(StreamName=name, ShardCount=1)",
        "client('kinesis').describe_stream_summary(StreamName=name)['StreamDescriptionSummary']['StreamCreationTimestamp']",
    ),
    (
        "SFNActivity",
        "client('stepfunctions').delete_activity(activityArn=name)",
        "client('stepfunctions').create_activity(name=name.rsplit(':', 1)[1])",
        "client('stepfunctions').describe_activity(activityArn=name)['creationDate']",
    ),
    (
        "SQSQueue",
        "client('sqs').delete_queue(QueueUrl=name)",
        "client('sqs').create_queue(QueueName=name.rsplit('/', 1)[1])",
        "client('sqs').get_queue_attributes(QueueUrl=name, AttributeNames=['CreatedTimestamp'])['Attributes']['CreatedTimestamp']",
    ),
];

/// What tests delete and nobody makes again.
const GONE: [(&str, &str); 5] = [
    ("CloudWatchDashboard", "client('cloudwatch').delete_dashboards(DashboardNames=[name])"),
    ("EC2DHCPOption", "client('ec2').delete_dhcp_options(DhcpOptionsId=name)"),
    ("SNSTopic", "client('sns').delete_topic(TopicArn=name)"),
    ("SSMParameter", "client('ssm').delete_parameter(Name=name)"),
    (
        "SecretsManagerSecret",
        "client('secretsmanager').delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)",
    ),
];

/// Resources that recipes made, two of each type.
struct Made {
    dir: TempDir,
    state: Value,
}

impl Made {
    fn new(scene: &Scene, types: &[&str]) -> Self {
        let dir = TempDir::new().expect("a temporary directory");
        let path = dir.path().join("state.json").display().to_string();
        let recipes: PathBuf = tree::root().join("tests/emulator/recipes");
        let recipes = recipes.display().to_string();
        let mut arguments = vec!["make", "--endpoint-url", scene.emulator.url(), "--out", &path];
        arguments.extend(types.iter().flat_map(|name| ["--type", name]));
        arguments.push(&recipes);
        python::script_in(scene.emulator, &scene.credentials, "recipes.py", &arguments, DEADLINE)
            .unwrap_or_else(|error| panic!("{error}"));
        let text = std::fs::read_to_string(&path).expect("the script wrote it");
        let state: Value = serde_json::from_str(&text).expect("it is JSON");
        assert_eq!(state["parents"], json!({}), "what is made is two of each type");
        Self { dir, state }
    }

    /// The id of the second one of a type.
    fn id(&self, type_name: &str) -> &str {
        self.state["types"][type_name]["delete"].as_str().expect("it was made")
    }

    /// Which of them are there, by `TYPE ID`, as the services list them.
    fn there(&self, scene: &Scene) -> BTreeMap<String, bool> {
        let path = self.dir.path().join("state.json").display().to_string();
        let arguments = ["look", "--endpoint-url", scene.emulator.url(), "--state", &path];
        let said = python::script_in(scene.emulator, &scene.credentials, "recipes.py", &arguments, DEADLINE)
            .unwrap_or_else(|error| panic!("{error}"));
        serde_json::from_str(&said).expect("it is JSON")
    }
}

/// Takes a snapshot of the home region and what has none, and expects an exit code.
fn snapshot(scene: &Scene, code: i32, arguments: &[&str]) -> String {
    let run = scene.cli(["snapshot", "-o", "baseline.json"]).args(HERE).args(arguments.iter().copied()).run();
    run.expect_code(code).read("baseline.json")
}

fn with_baseline(cli: Cli, baseline: &str) -> Cli {
    cli.args(["--baseline", "baseline.json"]).file("baseline.json", baseline).0
}

/// What is counted in an account by somebody else, as `KIND ID`, whatever it thinks should stay.
fn counted(scene: &Scene) -> BTreeSet<String> {
    let counted = python::count(scene.emulator, &scene.credentials, &[]);
    let of = |key: &str| {
        let kinds = counted[key].as_object().expect("a table").clone();
        kinds.into_iter().flat_map(|(kind, ids)| {
            ids.as_array().expect("a list").clone().into_iter().map(move |id| format!("{kind} {id}"))
        })
    };
    of("left").chain(of("kept")).collect()
}

fn named(report: &Value, part: &str) -> BTreeSet<String> {
    let all = report["baseline"][part].as_array().expect("a list");
    let label = |one: &Value| {
        let id = one["id"].as_str().or_else(|| one["was"]["id"].as_str()).expect("an id");
        format!("{} {id}", one["type"].as_str().expect("a type"))
    };
    all.iter().map(label).collect()
}

#[test]
fn exactly_what_tests_left_goes_and_what_they_deleted_is_named() {
    let scene = Scene::new();
    let before = Made::new(&scene, &BEFORE);
    assert_eq!(before.there(&scene).len(), 80);
    let baseline = snapshot(&scene, 0, &[]);
    let inventory = counted(&scene);

    let left = Made::new(&scene, &LEFT);
    let mut code = String::from("import time\n");
    for (type_name, delete, make, date) in AGAIN {
        // Dates have seconds, here and there.
        let name = before.id(type_name);
        let again = format!(
            "name = {name:?}\nthen = {date}\nwhile True:\n    {delete}\n    {make}\n    if {date} != then: break\n"
        );
        code += &again;
    }
    for (type_name, delete) in GONE {
        let gone = format!("name = {:?}\n{delete}\n", before.id(type_name));
        code += &gone;
    }
    scene.py(&format!("{code}1"));
    let label = |type_name: &str| format!("{type_name} {}", before.id(type_name));
    let again: BTreeSet<String> = AGAIN.iter().map(|(type_name, ..)| label(type_name)).collect();
    let gone: BTreeSet<String> = GONE.iter().map(|(type_name, _)| label(type_name)).collect();
    let news: BTreeSet<String> = left.there(&scene).into_keys().chain(again.iter().cloned()).collect();
    assert_eq!(news.len(), 60, "tests left so many, twelve of them under names of old ones");

    let done = Done::of(with_baseline(scene.clearing(HERE), &baseline), 0).clean();
    let deleted: BTreeSet<String> = done.report["resources"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["outcome"] == "deleted")
        .map(|one| {
            format!("{} {}", one["type"].as_str().expect("a type"), one["id"].as_str().expect("an id"))
        })
        .collect();
    assert_eq!(deleted, news, "the report names exactly these");
    assert_eq!(named(&done.report, "missing"), gone);
    assert_eq!(named(&done.report, "replaced"), again);
    assert_eq!(done.report["baseline"]["unknown"], json!([]));
    assert!(
        done.run.stdout.contains("5 of the baseline missing, 12 of the baseline replaced"),
        "{}",
        done.run.stdout
    );
    assert_eq!(
        done.rule("IAMRole", before.state["types"]["IAMRole"]["keep"].as_str().expect("an id")),
        "built-in:baseline"
    );

    // And so say the services themselves, and who counts.
    assert!(left.there(&scene).values().all(|there| !there), "all that is new is gone");
    for (name, there) in before.there(&scene) {
        assert_eq!(there, !again.contains(&name) && !gone.contains(&name), "{name}");
    }
    let now = counted(&scene);
    assert_eq!(now.difference(&inventory).collect::<Vec<_>>(), Vec::<&String>::new(), "nothing is new");
    assert!(inventory.len() - now.len() <= 17, "no more is gone than tests deleted");

    let strict = Done::of(with_baseline(scene.clearing(HERE).args(["--strict-baseline"]), &baseline), 5);
    assert_eq!((&strict.report["outcome"], strict.count("deleted")), (&json!("incomplete"), 0));
    assert_eq!(
        strict.report["baseline"]["missing"].as_array().map(Vec::len),
        Some(17),
        "nobody made them again"
    );
}

/// A queue that was there, and one that came since.
fn two_queues() -> (Scene, String) {
    let scene = Scene::new();
    scene.py("client('sqs').create_queue(QueueName='old', tags={'team': 'a'})");
    let baseline = snapshot(&scene, 0, &["--type", "SQSQueue"]);
    scene.py("client('sqs').create_queue(QueueName='new')");
    (scene, baseline)
}

fn queues(scene: &Scene) -> Value {
    scene.py("sorted(q.rsplit('/', 1)[1] for q in client('sqs').list_queues().get('QueueUrls', []))")
}

#[test]
fn a_baseline_of_another_account_is_refused() {
    let (_, baseline) = two_queues();
    let (scene, _) = two_queues();
    let seen = scene.calls().len();
    let done = Done::of(with_baseline(scene.clearing(["--type", "SQSQueue"]), &baseline), 3);
    assert_eq!(done.report["outcome"], "refused");
    assert!(done.run.stderr.contains("the baseline is of account"), "{}", done.run.stderr);
    assert_eq!(writes(&since(&scene, seen)), [""; 0]);
    assert_eq!(queues(&scene), json!(["new", "old"]));
}

#[test]
fn a_baseline_that_cannot_be_read_is_refused_and_no_call_is_made() {
    let (scene, good) = two_queues();
    let seen = scene.calls().len();
    let cut = &good[..good.len() / 2];
    for (text, said) in [
        (good.replacen("\"version\": 1", "\"version\": 9", 1).as_str(), "version 9"),
        (good.replacen("\"resources\"", "\"resuorces\"", 1).as_str(), "unknown field `resuorces`"),
        (good.replacen("\"SQSQueue\"", "\"SQSQeueue\"", 1).as_str(), "did you mean `SQSQueue`?"),
        (cut, "baseline.json:"),
        ("", "baseline.json:1:0"),
        ("no JSON", "baseline.json:1:"),
        ("{}", "missing field `version`"),
    ] {
        for command in [
            &["clear", "--yes", "--account", scene.account()][..],
            &["clear", "--dry-run"],
            &["apply", "plan.json"],
            &["plan"],
            &["scan"],
            &["explain", "old"],
        ] {
            let run = with_baseline(scene.cli(command.iter().copied()), text).run().expect_code(2);
            assert!(run.stderr.contains(said), "{said} is not in {}", run.stderr);
            assert!(run.stderr.contains("baseline.json"), "{}", run.stderr);
        }
    }
    let run = scene.clearing(["--baseline", "missing.json"]).run().expect_code(2);
    assert!(run.stderr.contains("the baseline missing.json cannot be read"), "{}", run.stderr);
    let named = "version: 1\nbaseline: missing.json\n";
    let run = scene.clearing([]).file("aws-cleaner.yaml", named).0.run().expect_code(2);
    assert!(run.stderr.contains("the baseline missing.json cannot be read"), "{}", run.stderr);
    assert_eq!(since(&scene, seen), [], "no call was made");
    assert_eq!(queues(&scene), json!(["new", "old"]));
}

#[test]
fn every_command_sees_the_same_and_a_dry_run_changes_nothing() {
    let (scene, baseline) = two_queues();
    let seen = scene.calls().len();
    let queues_only = ["--type", "SQSQueue", "--region", "us-east-1"];
    for command in [
        &["plan", "--format", "json"][..],
        &["scan", "--format", "json"],
        &["explain", "old", "--format", "json"],
    ] {
        let run = with_baseline(scene.cli(command.iter().copied()).args(queues_only), &baseline)
            .run()
            .expect_code(0);
        assert!(run.stdout.contains("built-in:baseline"), "{command:?}: {}", run.stdout);
    }
    let dry = Done::of(with_baseline(scene.clearing(queues_only).args(["--dry-run"]), &baseline), 0);
    assert_eq!((dry.count("planned"), dry.outcome("SQSQueue", "old")), (1, "kept"));
    assert_eq!(writes(&since(&scene, seen)), [""; 0]);
    // A plan that was made without is applied with it.
    let plan =
        scene.cli(["plan", "-o", "plan.json"]).args(queues_only).run().expect_code(0).read("plan.json");
    let apply =
        scene.cli(["apply", "plan.json", "--yes", "--account", scene.account(), "--report", "report.json"]);
    let (apply, _) = with_baseline(apply, &baseline).file("plan.json", &plan);
    let done = Done::of(apply, 0);
    assert_eq!((done.outcome("SQSQueue", "old"), done.outcome("SQSQueue", "new")), ("kept", "deleted"));
    assert_eq!(queues(&scene), json!(["old"]));
}

#[test]
fn a_listing_that_failed_is_a_hole_that_keeps_everything_of_its_kind() {
    let scene = Scene::new();
    scene.py("client('sqs').create_queue(QueueName='old')");
    scene.faults(&json!([{ "operation": "ListQueues", "kind": "deny" }]));
    let types = ["--type", "SQSQueue,SNSTopic"];
    let baseline = snapshot(&scene, 5, &types);
    scene.faults(&json!([]));
    scene.py("client('sqs').create_queue(QueueName='new')\nclient('sns').create_topic(Name='new')");
    let done = Done::of(with_baseline(scene.clearing(HERE).args(types), &baseline), 5);
    assert_eq!(done.report["outcome"], "incomplete");
    assert_eq!((done.outcome("SQSQueue", "new"), done.outcome("SNSTopic", "new")), ("kept", "deleted"));
    assert_eq!(done.rule("SQSQueue", "new"), "built-in:baseline");
    let warnings = done.report["warnings"].as_array().expect("a list");
    let said = warnings.iter().filter(|text| text.to_string().contains("says nothing of SQSQueue")).count();
    assert_eq!(said, 1, "{warnings:?}");
    assert_eq!(queues(&scene), json!(["new", "old"]));
}

#[test]
fn changed_tags_and_settings_are_said_and_the_events_tell_the_same() {
    let (scene, baseline) = two_queues();
    scene.py(
        "sqs = client('sqs')\n\
         url = sqs.get_queue_url(QueueName='old')['QueueUrl']\n\
         sqs.untag_queue(QueueUrl=url, TagKeys=['team'])\n\
         client('ec2').enable_ebs_encryption_by_default()\n\
         block = dict.fromkeys(['BlockPublicAcls', 'IgnorePublicAcls', 'BlockPublicPolicy', 'RestrictPublicBuckets'], True)\n\
         client('iam').update_account_password_policy(MinimumPasswordLength=30)",
    );
    let clearing = scene.clearing(HERE).args(["--type", "SQSQueue", "--events", "events.ndjson"]);
    let done = Done::of(with_baseline(clearing, &baseline), 0);
    let told = &done.report["baseline"];
    assert_eq!(
        (&told["changed"][0]["what"], &told["changed"][0]["was"]),
        (&json!("tags"), &json!({ "team": "a" }))
    );
    let settings = told["settings"].as_array().expect("a list");
    let names: Vec<&str> = settings.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["ec2-ebs-encryption", "iam-password-policy"], "{settings:?}");
    assert_eq!(
        (&settings[0]["was"], &settings[0]["is"], &settings[1]["was"]),
        (&json!(false), &json!(true), &Value::Null)
    );
    for word in ["ec2-ebs-encryption in us-east-1: was false, is true", "3 of the baseline changed"] {
        assert!(done.run.stdout.contains(word), "{}", done.run.stdout);
    }
    let events = done.run.read("events.ndjson");
    let replayed =
        scene.cli(["report", "events.ndjson", "--format", "json"]).file("events.ndjson", &events).0.run();
    assert_eq!(replayed.expect_code(0).json()["baseline"], *told);
}

#[test]
fn a_default_vpc_is_made_again_where_it_is_missing() {
    let scene = Scene::new();
    let vpcs = "{r: [v['VpcId'] for v in client('ec2', r).describe_vpcs(Filters=[{'Name': 'is-default', 'Values': ['true']}])['Vpcs']] \
                for r in ('us-east-1', 'eu-west-1', 'eu-west-2')}";
    let before = scene.py(vpcs);
    let lifted = "version: 1\nprotections: { lift: [default-vpc] }\n";
    let clearing = |arguments: &[&str]| {
        let regions = ["--region", "us-east-1,eu-west-1", "--type", "EC2*"];
        scene.clearing(regions).args(arguments.iter().copied()).file("aws-cleaner.yaml", lifted).0
    };
    let seen = scene.calls().len();
    Done::of(clearing(&["--restore", "default-vpc", "--dry-run"]), 0);
    assert_eq!(writes(&since(&scene, seen)), [""; 0]);

    // Who may not make one is not clean, and says why.
    scene.faults(&json!([{ "operation": "CreateDefaultVpc", "kind": "deny" }]));
    let denied = Done::of(clearing(&["--restore", "default-vpc"]), 5);
    assert_eq!(denied.report["restored"].as_array().map(Vec::len), Some(2), "{}", denied.report["restored"]);
    assert_eq!(denied.report["restored"][0]["error"]["kind"], "denied");
    assert!(denied.run.stdout.contains("not made again"), "{}", denied.run.stdout);
    scene.faults(&json!([]));
    let gone = scene.py(vpcs);
    assert_eq!((&gone["us-east-1"], &gone["eu-west-1"]), (&json!([]), &json!([])));
    assert_eq!(gone["eu-west-2"], before["eu-west-2"], "other regions are not touched");

    let done = Done::of(clearing(&["--restore", "default-vpc"]), 0);
    let after = scene.py(vpcs);
    for (place, region) in ["eu-west-1", "us-east-1"].into_iter().enumerate() {
        let restored = &done.report["restored"][place];
        assert_eq!((&restored["what"], &restored["region"]), (&json!("default-vpc"), &json!(region)));
        assert_eq!(after[region], json!([restored["id"]]));
        assert_ne!(after[region], before[region]);
    }
    // What is there stays.
    let plain =
        scene.clearing(["--region", "us-east-1,eu-west-1", "--type", "EC2*", "--restore", "default-vpc"]);
    let again = Done::of(plain, 0).clean();
    assert_eq!(again.report["restored"], Value::Null);
    assert_eq!(scene.py(vpcs), after);
}

#[test]
fn a_pool_frees_no_account_without_its_baseline() {
    let (home, target) = (Scene::new(), Scene::of(&json!({ "roles": ["cleaner"] })));
    target.py("client('sqs').create_queue(QueueName='old')");
    let baseline = snapshot(&target, 0, &["--type", "SQSQueue"]);
    target.py("client('sqs').create_queue(QueueName='new')");
    home.cli(["pool", "init"]).run().expect_code(0);
    let role = "arn:aws:iam::{account}:role/cleaner";
    home.cli(["pool", "add", target.account(), "--role", role]).run().expect_code(0);
    let account = || home.cli(["pool", "status", "--format", "json"]).run().json()["accounts"][0].clone();
    let work = |code: i32, baseline: Option<&str>| {
        let cli = home.cli(["pool", "clean", "--region", "us-east-1", "--type", "SQSQueue", "--once"]);
        let cli = cli.args(["--baseline-dir", "baselines"]);
        let name = format!("baselines/{}.json", target.account());
        let cli = match baseline {
            Some(text) => cli.file(&name, text).0,
            None => cli,
        };
        cli.run().expect_code(code)
    };
    let missing = work(4, None);
    assert!(missing.stderr.contains("cannot be read"), "{}", missing.stderr);
    assert_ne!(account()["state"], "available");
    assert_eq!(queues(&target), json!(["new", "old"]), "nothing was deleted");

    // It rests a minute after a failure; whoever asks for it ends that.
    home.cli(["pool", "quarantine", target.account(), "--reason", "a test"]).run().expect_code(0);
    home.cli(["pool", "restore", target.account()]).run().expect_code(0);
    work(0, Some(&baseline));
    assert_eq!(account()["state"], "available");
    assert_eq!(queues(&target), json!(["old"]));

    // An account that lacks a part of its baseline is not what its users are promised.
    target
        .py("sqs = client('sqs')\nsqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName='old')['QueueUrl'])");
    home.cli(["pool", "quarantine", target.account(), "--reason", "a test"]).run().expect_code(0);
    home.cli(["pool", "restore", target.account()]).run().expect_code(0);
    let lacking = work(4, Some(&baseline));
    assert!(
        lacking.stderr.contains("SQSQueue old in us-east-1 of the baseline is missing"),
        "{}",
        lacking.stderr
    );
    assert_ne!(account()["state"], "available");
}
