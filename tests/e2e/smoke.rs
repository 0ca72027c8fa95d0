//! The things a first run must get right, all in one account, and a second run after it.

use crate::scene::{Done, HERE, Scene, since, writes};

#[test]
fn the_musts_in_one_run() {
    let scene = Scene::new();
    scene.py(&format!("{ROLE}\n{BUCKETS}\n{STACKS}\n{RULES}"));
    let settings =
        "version: 1\nsettings: { CloudFormationStack: { disable_termination_protection: true } }\n";
    let done = scene.clear_with(0, settings, &[]).clean();
    for (kind, name) in [
        ("IAMRole", "worker"),
        ("IAMInstanceProfile", "worker-profile"),
        ("CloudFormationStack", "protected"),
        ("CloudFormationStack", "exporter"),
        ("CloudFormationStack", "importer"),
        ("CloudWatchEventsBuses", "orders"),
    ] {
        assert_eq!(done.outcome(kind, name), "deleted", "{kind} {name}");
    }
    assert_eq!(done.outcome("S3Bucket", &format!("many-{}", scene.account())), "deleted");
    assert_eq!(done.outcome("S3Bucket", &format!("versions-{}", scene.account())), "deleted");
    let left = scene.py("{'buckets': [b['Name'] for b in client('s3').list_buckets()['Buckets']],\n\
         'stacks': [s['StackName'] for s in client('cloudformation').describe_stacks()['Stacks']],\n\
         'roles': [r['RoleName'] for r in client('iam').list_roles()['Roles']],\n\
         'profiles': client('iam').list_instance_profiles()['InstanceProfiles'],\n\
         'buses': [b['Name'] for b in client('events').list_event_buses()['EventBuses']],\n\
         'queues': client('sqs').list_queues().get('QueueUrls', [])}");
    let expected = serde_json::json!({
        "buckets": [], "stacks": [], "roles": ["account-cleaner"], "profiles": [], "buses": ["default"], "queues": [],
    });
    assert_eq!(left, expected);
    second_run(&scene);
}

/// Nothing to do: the second run is clean, fast, and changes nothing.
fn second_run(scene: &Scene) {
    let seen = scene.calls().len();
    let done = scene.clear(0, []).clean();
    assert_eq!((done.count("deleted"), done.count("already_gone")), (0, 0), "{}", done.report["summary"]);
    assert_eq!(writes(&since(scene, seen)), [""; 0]);
}

#[test]
fn an_empty_account_is_clean_at_once() {
    let scene = Scene::new();
    let done = Done::of(scene.clearing(HERE), 0).clean();
    assert_eq!(done.count("deleted"), 0);
    assert_eq!(writes(&scene.calls()), [""; 0]);
    assert!(done.run.stdout.contains("clean"), "{}", done.run.stdout);
}

#[test]
fn all_regions_are_looked_at() {
    let scene = Scene::new();
    scene.py(
        "for region in ('us-east-1', 'eu-west-1', 'ap-southeast-2'):\n\
         \x20   client('sqs', region).create_queue(QueueName='q')\n\
         \x20   client('s3', region).create_bucket(Bucket=f'{region}-{account}', **({} if region == 'us-east-1' else\n\
         \x20       {'CreateBucketConfiguration': {'LocationConstraint': region}}))",
    );
    let types = ["--type", "SQSQueue", "--type", "S3Bucket"];
    let done = Done::of(scene.clearing(types), 0).clean();
    assert_eq!(done.count("deleted"), 6);
    assert!(
        done.report["regions"].as_array().is_some_and(|regions| regions.len() > 10),
        "{}",
        done.report["regions"]
    );
    let left = scene.py(
        "[client('sqs', r).list_queues().get('QueueUrls', []) for r in ('us-east-1', 'eu-west-1', 'ap-southeast-2')] + \
         client('s3').list_buckets()['Buckets']",
    );
    assert_eq!(left, serde_json::json!([[], [], []]));
}

#[test]
fn a_type_and_a_region_that_were_not_asked_for_stay() {
    let scene = Scene::new();
    scene.py("for region in ('us-east-1', 'eu-west-1'):\n\
         \x20   client('sqs', region).create_queue(QueueName='q')\n\
         \x20   client('sns', region).create_topic(Name='t')");
    let done = Done::of(scene.clearing(["--region", "us-east-1", "--type", "SQSQueue"]), 0).clean();
    assert_eq!(done.count("deleted"), 1);
    let left = scene.py(
        "[len(client('sqs', r).list_queues().get('QueueUrls', [])) for r in ('us-east-1', 'eu-west-1')] + \
         [len(client('sns', r).list_topics()['Topics']) for r in ('us-east-1', 'eu-west-1')]",
    );
    assert_eq!(left, serde_json::json!([0, 1, 1, 1]));
}

#[test]
fn exclusions_stay() {
    let scene = Scene::new();
    scene.py("for region in ('us-east-1', 'eu-west-1'):\n\
         \x20   client('sqs', region).create_queue(QueueName='q')\n\
         \x20   client('sns', region).create_topic(Name='t')");
    let excluded = ["--exclude-region", "eu-west-1", "--exclude-type", "SNS*", "--type", "SQSQueue,SNSTopic"];
    let done = Done::of(scene.clearing(excluded), 0).clean();
    assert_eq!(done.count("deleted"), 1);
    let left = scene.py(
        "[len(client('sqs', r).list_queues().get('QueueUrls', [])) for r in ('us-east-1', 'eu-west-1')] + \
         [len(client('sns', r).list_topics()['Topics']) for r in ('us-east-1', 'eu-west-1')]",
    );
    assert_eq!(left, serde_json::json!([0, 1, 1, 1]));
}

#[test]
fn the_account_of_an_assumed_role_is_cleared_and_no_other() {
    let (home, target) = (Scene::new(), Scene::of(&serde_json::json!({ "roles": ["cleaner"] })));
    for scene in [&home, &target] {
        scene.py("client('sqs').create_queue(QueueName='q')");
    }
    let role = format!("arn:aws:iam::{}:role/cleaner", target.account());
    let arguments = [
        "clear",
        "--yes",
        "--account",
        target.account(),
        "--report",
        "report.json",
        "--assume-role-arn",
        &role,
    ];
    let done = Done::of(home.cli(arguments).args(HERE), 0).clean();
    assert_eq!(done.report["account"]["id"], target.account());
    assert_eq!(done.rule("IAMRole", "cleaner"), "built-in:caller");
    let queues = "len(client('sqs').list_queues().get('QueueUrls', []))";
    assert_eq!((home.py(queues), target.py(queues)), (1.into(), 0.into()));
    assert_eq!(
        home.cli(arguments[..6].iter().copied()).run().code,
        Some(3),
        "without the role it is another account"
    );
}

#[test]
fn the_account_is_looked_at_as_often_as_asked() {
    let scene = Scene::new();
    scene.py("client('sqs').create_queue(QueueName='q')");
    let seen = scene.calls().len();
    let arguments = ["--region", "us-east-1", "--type", "SQSQueue", "--verify-passes", "3"];
    Done::of(scene.clearing(arguments), 0).clean();
    let lists = since(&scene, seen).iter().filter(|call| call.operation == "ListQueues").count();
    assert_eq!(lists, 4, "the scan, and three looks");
}

const ROLE: &str = r#"
iam = client('iam')
trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"Service": "ec2.amazonaws.com"}}]})
policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
iam.create_role(RoleName="worker", AssumeRolePolicyDocument=trust)
iam.put_role_policy(RoleName="worker", PolicyName="inline", PolicyDocument=policy)
iam.attach_role_policy(RoleName="worker", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
iam.create_instance_profile(InstanceProfileName="worker-profile")
iam.add_role_to_instance_profile(InstanceProfileName="worker-profile", RoleName="worker")
"#;

const BUCKETS: &str = r#"
s3 = client('s3')
many, versions = f"many-{account}", f"versions-{account}"
s3.create_bucket(Bucket=many)
fill(many, 2500)
s3.create_bucket(Bucket=versions)
s3.put_bucket_versioning(Bucket=versions, VersioningConfiguration={"Status": "Enabled"})
for n in range(30):
    for _ in range(3):
        s3.put_object(Bucket=versions, Key=f"k{n}", Body=b"x")
    s3.delete_object(Bucket=versions, Key=f"k{n}")
"#;

const STACKS: &str = r#"
cfn = client('cloudformation')
queue = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {}}}
cfn.create_stack(StackName="exporter", TemplateBody=json.dumps({"Resources": queue,
                 "Outputs": {"Q": {"Value": {"Ref": "Queue"}, "Export": {"Name": "the-queue"}}}}))
cfn.create_stack(StackName="importer", TemplateBody=json.dumps({"Resources": {"Parameter": {
                 "Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Name": "imported",
                 "Value": {"Fn::ImportValue": "the-queue"}}}}}))
cfn.create_stack(StackName="protected", TemplateBody=json.dumps({"Resources": queue}),
                 EnableTerminationProtection=True)
"#;

const RULES: &str = r#"
events = client('events')
events.create_event_bus(Name="orders")
for n in range(60):
    events.put_rule(Name=f"rule-{n:03d}", EventBusName="orders", EventPattern='{"source":["app"]}')
    events.put_targets(Rule=f"rule-{n:03d}", EventBusName="orders",
                       Targets=[{"Id": "t", "Arn": f"arn:aws:sqs:us-east-1:{account}:target"}])
"#;
