//! The policy that the tool prints is what it needs: with it nothing is denied, without a part of it something is.

use std::collections::BTreeSet;

use cleaner_tests::{Credentials, python};
use serde_json::{Value, json};

use crate::scene::{Done, HERE, Scene};

/// The policies that `policy --split` prints, by name.
fn printed(scene: &Scene, arguments: &[&str]) -> Value {
    let run = scene.cli(["policy", "--split"]).args(arguments.iter().copied()).run().expect_code(0);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stdout))
}

/// The same account, seen by a user with these policies and nothing else.
fn user_with(scene: &Scene, policies: &Value) -> Scene {
    let made = scene.py(&format!(
        "iam = client('iam')\n\
         iam.create_user(UserName='cleaner')\n\
         for name, document in json.loads(r'''{policies}''').items():\n\
         \x20   made = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))\n\
         \x20   iam.attach_user_policy(UserName='cleaner', PolicyArn=made['Policy']['Arn'])\n\
         key = iam.create_access_key(UserName='cleaner')['AccessKey']\n\
         [key['AccessKeyId'], key['SecretAccessKey']]"
    ));
    let text = |place: usize| made[place].as_str().expect("a text").to_owned();
    let credentials = Credentials {
        access_key: text(0),
        secret: text(1),
        arn: format!("arn:aws:iam::{}:user/cleaner", scene.account()),
        ..scene.credentials.clone()
    };
    Scene { emulator: scene.emulator, credentials }
}

/// The actions that IAM did not allow.
fn denied(scene: &Scene) -> BTreeSet<String> {
    scene.calls().into_iter().filter_map(|call| call.denied).collect()
}

#[test]
fn the_policy_is_enough_for_a_full_run() {
    let scene = Scene::strict(&json!({}));
    let made = python::seed(scene.emulator, &scene.credentials, &["--kind", "kitchen-sink"]);
    assert!(made.as_object().is_some_and(|made| made.len() > 60), "{made}");
    let policies = printed(&scene, &[]);
    for (name, policy) in policies.as_object().expect("policies by name") {
        let size = policy.to_string().len();
        assert!(size <= 6_144, "{name} has {size} characters");
    }
    let user = user_with(&scene, &policies);
    let seen = user.calls().len();
    let done = Done::of(user.clearing(HERE).args(["--patience", "10s"]), 0).clean();
    assert_eq!(denied(&user), BTreeSet::new());
    assert!(done.count("deleted") > 80, "{}", done.report["summary"]);
    assert_eq!(done.rule("IAMUser", "cleaner"), "built-in:caller");
    let calls = user.calls().split_off(seen);
    let services: BTreeSet<&str> =
        calls.iter().filter(|call| call.is_write()).map(|call| call.service.as_str()).collect();
    assert!(services.len() >= 20, "things were deleted in {services:?} only");
}

#[test]
fn what_resetting_data_needs_is_printed_for_it_and_no_deletion_is_among_it() {
    let scene = Scene::strict(&json!({}));
    scene.py("url = client('sqs').create_queue(QueueName='q')['QueueUrl']\n\
         client('sqs').send_message(QueueUrl=url, MessageBody='x')\n\
         client('dynamodb').create_table(TableName='t', BillingMode='PAY_PER_REQUEST',\n\
         \x20   AttributeDefinitions=[{'AttributeName': 'id', 'AttributeType': 'S'}],\n\
         \x20   KeySchema=[{'AttributeName': 'id', 'KeyType': 'HASH'}])\n\
         client('dynamodb').put_item(TableName='t', Item={'id': {'S': 'a'}})\n\
         client('s3').create_bucket(Bucket=f'b-{account}')\n\
         fill(f'b-{account}', 3)\n\
         client('kinesis').create_stream(StreamName='k', ShardCount=1)");
    let types = ["--type", "SQSQueue,DynamoDBTable", "--type", "S3Bucket,KinesisStream"];
    let mut policies = printed(&scene, &[&types[..], &["--reset-data"]].concat());
    for policy in policies.as_object_mut().expect("policies by name").values_mut() {
        for statement in policy["Statement"].as_array_mut().expect("a list") {
            let actions = statement["Action"].as_array_mut().expect("a list");
            let deletes = |action: &str| action.contains(":Delete") && !action.contains(":DeleteObject");
            actions.retain(|action| !action.as_str().is_some_and(deletes));
        }
    }
    let user = user_with(&scene, &policies);
    let (cli, _) = user.resetting(types).file(
        "aws-cleaner.yaml",
        "version: 1\nreset_data: [{ name: { in: [q, t, k] } }, { name: \"b-*\" }]\n",
    );
    let done = Done::of(cli, 0);
    assert_eq!(denied(&user), BTreeSet::new());
    assert_eq!(done.count("emptied"), 4, "{}", done.report["summary"]);
}

#[test]
fn without_one_of_its_actions_something_is_denied() {
    let scene = Scene::strict(&json!({}));
    let needed = ["--type", "SQSQueue"];
    let policies = printed(&scene, &needed);
    let user = user_with(&scene, &policies);
    let clear = |code: i32| {
        scene.py("client('sqs').create_queue(QueueName='q') and None");
        let before = scene.calls().len();
        Done::of(user.clearing(HERE).args(needed).args(["--patience", "1s"]), code);
        let calls = scene.calls().split_off(before);
        calls.into_iter().filter_map(|call| call.denied).collect::<BTreeSet<String>>()
    };
    assert_eq!(clear(0), BTreeSet::new());
    for (action, code) in [
        ("sqs:DeleteQueue", 4),
        ("sqs:ListQueues", 5),
        ("cloudformation:DescribeStacks", 5),
        ("tag:GetResources", 5),
        ("iam:ListAccountAliases", 0),
        ("organizations:DescribeOrganization", 0),
        ("ec2:DescribeRegions", 0),
    ] {
        let policies = policies.as_object().expect("policies by name");
        let (name, policy) = policies
            .iter()
            .find(|(_, policy)| policy.to_string().contains(&format!("\"{action}\"")))
            .unwrap_or_else(|| panic!("no policy has {action}"));
        let mut less = policy.clone();
        for statement in less["Statement"].as_array_mut().expect("a list") {
            let actions = statement["Action"].as_array_mut().expect("a list");
            actions.retain(|one| one != action);
            // IAM takes no statement without an action.
            actions.push("sts:GetCallerIdentity".into());
        }
        put(&scene, name, &less);
        assert_eq!(clear(code), BTreeSet::from([action.to_owned()]));
        put(&scene, name, policy);
    }
    assert_eq!(clear(0), BTreeSet::new());
}

/// Gives a policy another document.
fn put(scene: &Scene, name: &str, document: &Value) {
    scene.py(&format!(
        "iam = client('iam')\n\
         arn = f'arn:aws:iam::{{account}}:policy/{name}'\n\
         made = iam.create_policy_version(PolicyArn=arn, SetAsDefault=True, PolicyDocument=r'''{document}''')\n\
         for version in iam.list_policy_versions(PolicyArn=arn)['Versions']:\n\
         \x20   if not version['IsDefaultVersion']:\n\
         \x20       iam.delete_policy_version(PolicyArn=arn, VersionId=version['VersionId'])"
    ));
}

#[test]
fn switches_of_the_configuration_are_in_the_policy_if_they_are_on() {
    let scene = Scene::strict(&json!({}));
    let configuration = "version: 1\nsettings:\n  DynamoDBTable: { disable_deletion_protection: true }\n";
    let run = |configuration: Option<&str>| {
        let cli = scene.cli(["policy", "--type", "DynamoDBTable"]);
        let cli = match configuration {
            Some(text) => cli.file("aws-cleaner.yaml", text).0,
            None => cli,
        };
        cli.run().expect_code(0).stdout
    };
    assert!(run(Some(configuration)).contains("\"dynamodb:UpdateTable\""));
    assert!(!run(None).contains("\"dynamodb:UpdateTable\""));
}
