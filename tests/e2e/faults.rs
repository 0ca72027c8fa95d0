//! What goes wrong between us and AWS: denials, throttles, lost answers, and things that change under our hands.

use cleaner_tests::Call;
use serde_json::{Value, json};

use crate::scene::{Done, HERE, Scene, since};

const QUEUES: [&str; 4] = ["--region", "us-east-1", "--type", "SQSQueue"];

/// Makes queues `q-0` and so on.
fn make_queues(scene: &Scene, count: usize) {
    scene.py(&format!("for n in range({count}): client('sqs').create_queue(QueueName=f'q-{{n}}')"));
}

/// How many queues are there.
fn queues_in(scene: &Scene, region: &str) -> u64 {
    scene
        .py(&format!("len(client('sqs', '{region}').list_queues().get('QueueUrls', []))"))
        .as_u64()
        .expect("a number")
}

fn queues(scene: &Scene) -> u64 {
    queues_in(scene, "us-east-1")
}

/// A queue, a topic and a bucket in two regions.
const TWO_REGIONS: &str = "
for region in ('us-east-1', 'eu-west-1'):
    client('sqs', region).create_queue(QueueName='q')
    client('sns', region).create_topic(Name='t')
    where = {} if region == 'us-east-1' else {'CreateBucketConfiguration': {'LocationConstraint': region}}
    client('s3', region).create_bucket(Bucket=f'{region}-{account}', **where)
";
const BOTH: [&str; 4] = ["--region", "us-east-1,eu-west-1", "--type", "SQSQueue,SNSTopic,S3Bucket"];

/// The second region is as it was, the first one is empty.
fn only_the_first_was_cleared(scene: &Scene) {
    let left = scene.py(
        "[[len(client('sqs', r).list_queues().get('QueueUrls', [])), len(client('sns', r).list_topics()['Topics'])] \
         for r in ('us-east-1', 'eu-west-1')] + [[b['Name'].rsplit('-', 1)[0] for b in client('s3').list_buckets()['Buckets']]]",
    );
    assert_eq!(left, json!([[0, 0], [1, 1], ["eu-west-1"]]));
}

#[test]
fn a_region_that_denies_everything_is_unknown_and_left_alone() {
    let scene = Scene::new();
    scene.py(TWO_REGIONS);
    scene.faults(&json!([{ "region": "eu-west-1", "kind": "deny" }]));
    let done = Done::of(scene.clearing(BOTH), 5);
    assert_eq!(done.report["outcome"], "incomplete");
    let lists = done.report["lists"].as_array().expect("a list");
    let far = |list: &&Value| list["region"] == "eu-west-1";
    let denied = lists.iter().filter(far).filter(|list| list["status"] == "denied").count();
    assert!(denied >= 3, "{lists:#?}");
    // Some types of other regions are listed without a call.
    let answered = |call: &Call| call.region == "eu-west-1" && call.fault.is_none() && !call.is_write();
    assert!(!scene.calls().iter().any(answered), "every call there was denied");
    for name in ["SQSQueue", "SNSTopic"] {
        let list = lists.iter().filter(far).find(|list| list["type"] == name).expect("it was to be listed");
        assert_eq!(list["status"], "denied", "{name}");
    }
    let known = |list: &Value| list["status"] == "ok" || list["status"] == "unsupported";
    assert!(lists.iter().all(|list| list["region"] == "eu-west-1" || known(list)), "{lists:#?}");
    assert!(
        !scene
            .calls()
            .iter()
            .any(|call| call.region == "eu-west-1" && call.fault.is_some() && call.is_write())
    );
    scene.faults(&json!([]));
    only_the_first_was_cleared(&scene);
}

#[test]
fn a_region_that_never_answers_is_unknown_and_left_alone() {
    let scene = Scene::new();
    scene.py(TWO_REGIONS);
    scene.faults(&json!([{ "region": "eu-west-1", "kind": "hang" }]));
    let done = Done::of(scene.clearing(BOTH).args(["--call-timeout", "1s"]), 5);
    assert_eq!(done.report["outcome"], "incomplete");
    assert!(done.run.stdout.contains("eu-west-1"), "the text names the region: {}", done.run.stdout);
    scene.faults(&json!([]));
    only_the_first_was_cleared(&scene);
}

#[test]
fn throttling_of_every_kind_slows_down_and_loses_nothing() {
    let scene = Scene::new();
    scene.py("for n in range(4):\n\
         \x20   client('sqs').create_queue(QueueName=f'q-{n}')\n\
         \x20   client('sns').create_topic(Name=f't-{n}')\n\
         \x20   client('ec2').create_key_pair(KeyName=f'k-{n}')\n\
         \x20   client('apigateway').create_api_key(name=f'a-{n}')\n\
         \x20   client('s3').create_bucket(Bucket=f'b-{n}-{account}')\n\
         client('s3').put_object(Bucket=f'b-0-{account}', Key='k', Body=b'x')");
    // Per protocol: AWS JSON, query, EC2, REST-JSON, S3.
    let operations = [
        ("sqs", "ListQueues", "DeleteQueue", "ThrottlingException"),
        ("sns", "ListTopics", "DeleteTopic", "Throttling"),
        ("ec2", "DescribeKeyPairs", "DeleteKeyPair", "RequestLimitExceeded"),
        ("apigateway", "GetApiKeys", "DeleteApiKey", "TooManyRequestsException"),
        ("s3", "ListBuckets", "DeleteBucket", "SlowDown"),
    ];
    let rule = |service: &str, operation: &str| json!({ "service": service, "operation": operation, "kind": "throttle", "times": 3 });
    let mut rules = vec![rule("s3", "DeleteObjects")];
    for (service, list, delete, _) in operations {
        rules.extend([rule(service, list), rule(service, delete)]);
    }
    scene.faults(&json!(rules));
    let types = "SQSQueue,SNSTopic,EC2KeyPair,APIGatewayAPIKey,S3Bucket";
    let done = Done::of(scene.clearing(["--region", "us-east-1", "--type", types]), 0).clean();
    assert_eq!(done.count("deleted"), 20);
    assert_eq!(done.throttled(), 33, "three times each: {:#}", done.report["api"]["by_operation"]);
    for (service, list, delete, code) in operations {
        for operation in [list, delete] {
            let key = format!("{service}:{operation}");
            assert_eq!(done.report["api"]["by_operation"][&key]["throttled"], 3, "{key} with {code}");
        }
    }
}

#[test]
fn throttling_under_other_names_is_throttling_too() {
    let scene = Scene::new();
    make_queues(&scene, 6);
    let codes = [
        "RequestThrottled",
        "ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
    ];
    let mut rules: Vec<_> = codes
        .iter()
        .map(|code| json!({ "service": "sqs", "operation": "DeleteQueue", "kind": "throttle", "code": code, "times": 1 }))
        .collect();
    rules.push(json!({ "service": "sqs", "operation": "ListQueues", "kind": "throttle", "code": "TooManyRequests", "status": 429, "times": 1 }));
    scene.faults(&json!(rules));
    let done = Done::of(scene.clearing(QUEUES), 0).clean();
    assert_eq!((done.count("deleted"), done.throttled()), (6, 5));
}

#[test]
fn passing_failures_are_repeated() {
    for rule in [
        json!({ "kind": "error500", "times": 2 }),
        json!({ "kind": "error500", "body": false, "times": 2 }),
        json!({ "kind": "reset", "times": 2 }),
        json!({ "kind": "truncate", "times": 1 }),
        json!({ "kind": "error500", "code": "ServiceUnavailable", "status": 503, "times": 2 }),
    ] {
        let scene = Scene::new();
        scene.py("for n in range(2):\n\
             \x20   client('sqs').create_queue(QueueName=f'q-{n}')\n\
             \x20   client('sns').create_topic(Name=f't-{n}')\n\
             \x20   client('s3').create_bucket(Bucket=f'b-{n}-{account}')");
        let mut rules = Vec::new();
        for (service, operation) in [
            ("sqs", "ListQueues"),
            ("sqs", "DeleteQueue"),
            ("sns", "ListTopics"),
            ("sns", "DeleteTopic"),
            ("s3", "ListBuckets"),
            ("s3", "DeleteBucket"),
        ] {
            let mut rule = rule.clone();
            rule["service"] = json!(service);
            rule["operation"] = json!(operation);
            rules.push(rule);
        }
        scene.faults(&json!(rules));
        let done =
            Done::of(scene.clearing(["--region", "us-east-1", "--type", "SQSQueue,SNSTopic,S3Bucket"]), 0)
                .clean();
        assert_eq!(done.count("deleted") + done.count("already_gone"), 6, "{rule}");
        assert_eq!(queues(&scene), 0, "{rule}");
    }
}

#[test]
fn what_somebody_else_deletes_first_is_gone() {
    let scene = Scene::new();
    scene.py(&format!(
        "{SOME_OF_EACH}\nclient('cloudformation').create_stack(StackName='app', TemplateBody=json.dumps({{'Resources': \
         {{'Q': {{'Type': 'AWS::SQS::Queue', 'Properties': {{}}}}}}}}))"
    ));
    // The first answer is thrown away: by the time ours is carried out, it is the second.
    let operations = [
        "DeleteQueue",
        "DeleteTopic",
        "DeleteRole",
        "DeletePolicy",
        "DeleteBucket",
        "DeleteTable",
        "DeleteKeyPair",
        "DeleteFunction",
        "DeleteLogGroup",
        "DeleteStack",
        "DeleteParameter",
        "DeleteRule",
    ];
    let rules: Vec<_> = operations.iter().map(|name| json!({ "operation": name, "kind": "gone" })).collect();
    scene.faults(&json!(rules));
    let types = "SQSQueue,SNSTopic,IAMRole,IAMPolicy,S3Bucket,DynamoDBTable,EC2KeyPair,LambdaFunction,CloudWatchLogsLogGroup,\
                 CloudFormationStack,SSMParameter,CloudWatchEventsRule";
    let done = scene.clear(0, ["--type", types]).clean();
    let hit: std::collections::BTreeSet<String> =
        scene.calls().into_iter().filter(|call| call.fault.is_some()).map(|call| call.operation).collect();
    assert_eq!(hit.len(), operations.len(), "every one was hit: {hit:?}");
    assert!(done.count("already_gone") + done.count("deleted") >= operations.len() as u64);
}

#[test]
fn what_vanished_after_the_listing_is_already_gone() {
    let scene = Scene::new();
    scene.py(SOME_OF_EACH);
    // The scan sees the account as it was when `plan` looked; by then a role with parts and a bucket are gone.
    let stale = |service: &str, operation: &str| json!({ "service": service, "operation": operation, "kind": "stale", "times": 1 });
    scene.faults(&json!([
        stale("iam", "GetAccountAuthorizationDetails"),
        stale("s3", "ListBuckets"),
        stale("dynamodb", "ListTables"),
    ]));
    let types = ["--type", "IAMRole,S3Bucket,DynamoDBTable"];
    scene.cli(["plan"]).args(HERE).args(types).run().expect_code(0);
    scene.py("iam = client('iam')\n\
         iam.delete_role_policy(RoleName='r', PolicyName='inline')\n\
         iam.detach_role_policy(RoleName='r', PolicyArn=f'arn:aws:iam::{account}:policy/p')\n\
         iam.delete_role(RoleName='r')\n\
         client('s3').delete_object(Bucket=f'b-{account}', Key='k')\n\
         client('s3').delete_bucket(Bucket=f'b-{account}')\n\
         client('dynamodb').delete_table(TableName='t')");
    let seen = scene.calls().len();
    let done = scene.clear(0, types).clean();
    let stale = since(&scene, seen).iter().filter(|call| call.fault.as_deref() == Some("stale")).count();
    assert!(stale >= 3, "the old lists were seen {stale} times");
    for (kind, name) in [
        ("IAMRole", "r".to_owned()),
        // The bucket is asked for its tags, so the scan knows that it is gone and says nothing of it.
        ("DynamoDBTable", "t".to_owned()),
    ] {
        let outcome = done.outcome(kind, &name);
        assert!(matches!(outcome, "already_gone" | "deleted"), "{kind}: {outcome}");
    }
}

const SOME_OF_EACH: &str = r#"
import io, zipfile
document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"}}]})
iam = client("iam")
policy = iam.create_policy(PolicyName="p", PolicyDocument=document)["Policy"]["Arn"]
role = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
iam.put_role_policy(RoleName="r", PolicyName="inline", PolicyDocument=document)
iam.attach_role_policy(RoleName="r", PolicyArn=policy)
client("sqs").create_queue(QueueName="q")
client("sns").create_topic(Name="t")
client("s3").create_bucket(Bucket=f"b-{account}")
client("s3").put_object(Bucket=f"b-{account}", Key="k", Body=b"x")
client("ec2").create_key_pair(KeyName="k")
client("dynamodb").create_table(TableName="t", BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}], KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}])
code = io.BytesIO()
with zipfile.ZipFile(code, "w") as file:
    file.writestr("index.py", "def handler(event, context): return 1")
client("lambda").create_function(FunctionName="f", Runtime="python3.12", Handler="index.handler", Role=role,
                                 Code={"ZipFile": code.getvalue()})
client("logs").create_log_group(logGroupName="/aws/lambda/f")
client("ssm").put_parameter(Name="p", Type="String", Value="1")
client("events").put_rule(Name="rule", ScheduleExpression="rate(1 day)")
"#;

#[test]
fn a_log_group_that_comes_back_is_deleted_again() {
    let scene = Scene::moody();
    scene.py(SOME_OF_EACH);
    let done = scene.clear(0, []).clean();
    assert_eq!(done.outcome("CloudWatchLogsLogGroup", "/aws/lambda/f"), "deleted");
    let deletions = scene.calls().iter().filter(|call| call.operation == "DeleteLogGroup").count();
    assert_eq!(deletions, 2, "it came back once");
    assert_eq!(scene.py("client('logs').describe_log_groups()['logGroups']"), json!([]));
}

#[test]
fn credentials_that_expire_end_the_run_with_the_truth() {
    let scene = Scene::new();
    make_queues(&scene, 12);
    scene.faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "expired", "after": 3 }]));
    let done = Done::of(scene.clearing(QUEUES), 6);
    assert_eq!(done.report["outcome"], "failed");
    assert_eq!(done.report["fatal"]["kind"], "credentials");
    scene.faults(&json!([]));
    assert_eq!(done.count("deleted"), 3, "what the report says is true: {}", done.report["summary"]);
    assert_eq!(done.count("pending") + done.count("failed"), 9);
    assert_eq!(queues(&scene), 9);
}

#[test]
fn credentials_that_expire_while_listing_end_the_run() {
    let scene = Scene::new();
    make_queues(&scene, 2);
    scene.faults(&json!([
        { "service": "sts", "kind": "expired", "after": 1 },
        { "service": "sqs", "kind": "expired" },
    ]));
    let done = Done::of(scene.clearing(QUEUES), 6);
    assert_eq!(done.report["outcome"], "failed");
    scene.faults(&json!([]));
    assert_eq!(queues(&scene), 2);
}

#[test]
fn a_denied_deletion_is_a_leftover_with_its_cause() {
    let scene = Scene::new();
    make_queues(&scene, 2);
    scene.py("client('sns').create_topic(Name='t')");
    scene.faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "deny" }]));
    let done = Done::of(scene.clearing(["--region", "us-east-1", "--type", "SQSQueue,SNSTopic"]), 4);
    assert_eq!(done.report["outcome"], "leftovers");
    assert_eq!((done.count("failed"), done.count("deleted")), (2, 1));
    let error = &done.resource("SQSQueue", "q-0")["error"];
    assert_eq!(
        (&error["kind"], &error["code"]),
        (&json!("denied"), &json!("AccessDeniedException")),
        "{error:#}"
    );
    for word in ["q-0", "q-1", "not authorized"] {
        assert!(done.run.stdout.contains(word), "the text says {word}: {}", done.run.stdout);
    }
}

#[test]
fn what_is_held_for_good_is_blocked_and_says_by_whom() {
    let scene = Scene::new();
    scene.py(HELD);
    scene.faults(&json!([{ "operation": "DeleteNetworkInterface", "kind": "deny" }]));
    let done = Done::of(
        scene.clearing([
            "--region",
            "us-east-1",
            "--type",
            "EC2SecurityGroup,EC2NetworkInterface",
            "--patience",
            "2s",
        ]),
        4,
    );
    let group = done.resource("EC2SecurityGroup", "held");
    assert_eq!(group["outcome"], "blocked", "{group:#}");
    let blockers = group["blocked_by"].as_array().expect("a list");
    assert!(
        blockers.iter().any(|one| one.as_str().is_some_and(|one| one.starts_with("EC2NetworkInterface"))),
        "{group:#}"
    );
    assert!(done.run.stdout.contains("held"), "{}", done.run.stdout);
    assert!(
        done.run.stdout.contains("EC2NetworkInterface"),
        "the text names the blocker: {}",
        done.run.stdout
    );
}

#[test]
fn what_is_held_by_something_unknown_is_given_up_after_a_while() {
    let scene = Scene::new();
    scene.py(HELD);
    let done = Done::of(
        scene.clearing(["--region", "us-east-1", "--type", "EC2SecurityGroup", "--patience", "2s"]),
        4,
    );
    let group = done.resource("EC2SecurityGroup", "held");
    assert_eq!(
        (&group["outcome"], &group["error"]["code"]),
        (&json!("blocked"), &json!("DependencyViolation")),
        "{group:#}"
    );
    assert!(done.run.took.as_secs() < 60, "{:?}", done.run.took);
}

/// A security group that an interface wears.
const HELD: &str = "
ec2 = client('ec2')
vpc = ec2.create_vpc(CidrBlock='10.9.0.0/16')['Vpc']['VpcId']
subnet = ec2.create_subnet(VpcId=vpc, CidrBlock='10.9.1.0/24')['Subnet']['SubnetId']
group = ec2.create_security_group(GroupName='held', Description='d', VpcId=vpc)['GroupId']
ec2.create_network_interface(SubnetId=subnet, Groups=[group])
";

#[test]
fn a_list_that_fails_makes_the_result_unknown() {
    for (kind, status) in [("deny", "denied"), ("error500", "failed")] {
        let scene = Scene::new();
        make_queues(&scene, 1);
        scene.py("client('sns').create_topic(Name='t')");
        scene.faults(&json!([{ "service": "sqs", "operation": "ListQueues", "kind": kind }]));
        let done = Done::of(scene.clearing(["--region", "us-east-1", "--type", "SQSQueue,SNSTopic"]), 5);
        assert_eq!(done.report["outcome"], "incomplete");
        let lists = done.report["lists"].as_array().expect("a list");
        let list = lists.iter().find(|list| list["type"] == "SQSQueue").expect("the list is in the report");
        assert_eq!(list["status"], status, "{list:#}");
        assert!(done.run.stdout.contains("SQSQueue"), "{}", done.run.stdout);
        scene.faults(&json!([]));
        assert_eq!((queues(&scene), done.count("deleted")), (1, 1), "the rest is cleared");
    }
}

#[test]
fn an_error_on_the_second_page_makes_the_list_unknown() {
    let scene = Scene::new();
    scene.py("for n in range(120): client('sns').create_topic(Name=f't-{n:03d}')");
    // That there is no such operation is no answer to the second call of it, nor that nobody knows the credentials.
    for (code, status) in [
        ("AuthorizationError", 403),
        ("UnknownOperationException", 404),
        ("NotImplementedByEmulator", 501),
        ("UnrecognizedClientException", 403),
    ] {
        scene.faults(&json!([
            { "service": "sns", "operation": "ListTopics", "kind": "deny", "after": 1, "code": code, "status": status },
        ]));
        let done = Done::of(scene.clearing(["--region", "us-east-1", "--type", "SNSTopic"]), 5);
        assert_eq!(done.count("deleted"), 0, "half a list is no list: {code}");
    }
}
