//! What must never happen: deleting what stays, in the wrong account, or without being asked.

use std::time::{Duration, Instant};

use cleaner_tests::{Cli, python};
use serde_json::{Value, json};

use crate::scene::{Done, HERE, Scene, since, wait_until, writes};

const QUEUES: [&str; 4] = ["--region", "us-east-1", "--type", "SQSQueue"];

fn make_queues(scene: &Scene, count: usize) {
    scene.py(&format!("for n in range({count}): client('sqs').create_queue(QueueName=f'q-{{n}}')"));
}

fn queues(scene: &Scene) -> Value {
    scene.py("sorted(q.rsplit('/', 1)[1] for q in client('sqs').list_queues().get('QueueUrls', []))")
}

// ---- Who and where ----------------------------------------------------------------------------------------------------

#[test]
fn the_wrong_account_is_refused_after_one_call() {
    let scene = Scene::new();
    make_queues(&scene, 1);
    let seen = scene.calls().len();
    let cli = scene.cli(["clear", "--yes", "--account", "999999999999", "--report", "report.json"]);
    let done = Done::of(cli, 3);
    assert_eq!(done.report["outcome"], "refused");
    assert!(
        done.run.stderr.contains(scene.account()) && done.run.stderr.contains("999999999999"),
        "{}",
        done.run.stderr
    );
    let calls: Vec<_> =
        since(&scene, seen).iter().map(|call| format!("{}:{}", call.service, call.operation)).collect();
    assert_eq!(calls, ["sts:GetCallerIdentity"]);
}

#[test]
fn accounts_on_the_deny_list_or_not_on_the_allow_list_are_refused() {
    let scene = Scene::new();
    make_queues(&scene, 1);
    for accounts in [format!("deny: ['{}']", scene.account()), "allow: ['111122223333']".to_owned()] {
        let seen = scene.calls().len();
        let done = scene.clear_with(3, &format!("version: 1\naccounts: {{ {accounts} }}\n"), &[]);
        assert_eq!(done.report["outcome"], "refused");
        assert_eq!(writes(&since(&scene, seen)), [""; 0]);
    }
    assert_eq!(queues(&scene), json!(["q-0"]));
}

#[test]
fn without_a_terminal_nothing_happens_unless_the_account_is_named() {
    let scene = Scene::new();
    let seen = scene.calls().len();
    for arguments in [&["clear"][..], &["clear", "--yes"], &["clear", "--account", scene.account()]] {
        let run = scene.cli(arguments.iter().copied()).stdin("yes\n").run().expect_code(3);
        assert!(run.stderr.contains("--yes"), "{}", run.stderr);
    }
    assert_eq!(since(&scene, seen), []);
}

#[test]
fn a_protected_word_in_the_alias_refuses() {
    for (alias, code) in [("acme-prod", 3), ("acme-nonprod", 0)] {
        let alias = format!("{alias}-{}", if code == 3 { "a" } else { "b" });
        let scene = Scene::of(&json!({ "alias": alias }));
        make_queues(&scene, 1);
        let done = Done::of(scene.clearing(QUEUES), code);
        assert_eq!(queues(&scene), if code == 3 { json!(["q-0"]) } else { json!([]) }, "{alias}");
        assert_eq!(done.report["outcome"], if code == 3 { "refused" } else { "clean" });
    }
}

#[test]
fn the_management_account_of_an_organisation_is_refused() {
    let scene = Scene::new();
    make_queues(&scene, 1);
    scene.py("client('organizations').create_organization(FeatureSet='ALL')");
    let done = Done::of(scene.clearing(QUEUES), 3);
    assert!(done.run.stderr.contains("management account"), "{}", done.run.stderr);
    assert_eq!(queues(&scene), json!(["q-0"]));
}

#[test]
fn too_many_deletions_are_refused() {
    let scene = Scene::new();
    make_queues(&scene, 3);
    let done = Done::of(scene.clearing(QUEUES).args(["--max-deletions", "2"]), 3);
    assert_eq!(done.report["outcome"], "refused");
    assert!(done.run.stderr.contains('3') && done.run.stderr.contains('2'), "{}", done.run.stderr);
    assert_eq!(queues(&scene), json!(["q-0", "q-1", "q-2"]));
    Done::of(scene.clearing(QUEUES).args(["--max-deletions", "3"]), 0).clean();
}

#[test]
fn no_credentials_are_said_at_once() {
    let scene = Scene::new();
    let run = Cli::bare()
        .env("AWS_ENDPOINT_URL", scene.emulator.url())
        .env("AWS_REGION", "us-east-1")
        .args(["clear", "--yes", "--account", scene.account()])
        .run()
        .expect_code(6);
    assert!(run.stderr.to_lowercase().contains("credentials"), "{}", run.stderr);
}

// ---- What must not be written -----------------------------------------------------------------------------------------

#[test]
fn commands_that_read_write_nothing() {
    let scene = Scene::new();
    python::seed(scene.emulator, &scene.credentials, &["--kind", "keepers"]);
    scene.py("client('sqs').create_queue(QueueName='q')\n\
         client('cloudformation').create_stack(StackName='s', TemplateBody=json.dumps({'Resources': {'Q': {\n\
         \x20   'Type': 'AWS::SQS::Queue', 'Properties': {}}}}), EnableTerminationProtection=True)\n\
         vpc = client('ec2').create_vpc(CidrBlock='10.0.0.0/16')['Vpc']['VpcId']\n\
         client('ec2').create_security_group(GroupName='g', Description='d', VpcId=vpc)");
    let seen = scene.calls().len();
    for command in [
        &["whoami"][..],
        &["types"],
        &["scan"],
        &["scan", "--format", "json"],
        &["plan", "-v"],
        &["plan", "-o", "plan.json"],
        &["explain", "kept-by-tag"],
        &["explain", "IAMRole"],
        &["clear", "--dry-run", "--report", "report.json", "--events", "events.ndjson"],
        &["clear", "--dry-run", "--yes", "--account", scene.account()],
    ] {
        let run = scene.cli(command.iter().copied()).args(HERE).run();
        assert_eq!(run.code, Some(0), "{command:?}: {}\n{}", run.stdout, run.stderr);
    }
    let calls = since(&scene, seen);
    assert!(calls.len() > 100, "{} calls", calls.len());
    assert_eq!(writes(&calls), [""; 0]);
}

// ---- Built-in keeps ---------------------------------------------------------------------------------------------------

/// What every account has, and what of it there is.
const DEFAULTS: &str = r#"
ec2, iam = client("ec2"), client("iam")
ids = lambda things, key: sorted(thing[key] for thing in things)
{"vpcs": ids(ec2.describe_vpcs()["Vpcs"], "VpcId"), "subnets": ids(ec2.describe_subnets()["Subnets"], "SubnetId"),
 "tables": ids(ec2.describe_route_tables()["RouteTables"], "RouteTableId"),
 "acls": ids(ec2.describe_network_acls()["NetworkAcls"], "NetworkAclId"),
 "groups": ids(ec2.describe_security_groups()["SecurityGroups"], "GroupId"),
 "gateways": [[g["InternetGatewayId"], len(g["Attachments"])] for g in ec2.describe_internet_gateways()["InternetGateways"]],
 "options": ids(ec2.describe_dhcp_options()["DhcpOptions"], "DhcpOptionsId"),
 "buses": ids(client("events").list_event_buses()["EventBuses"], "Name"),
 "work_groups": ids(client("athena").list_work_groups()["WorkGroups"], "Name"),
 "aliases": ids(client("kms").list_aliases()["Aliases"], "AliasName"),
 "aws_keys": sorted(k["KeyId"] for k in client("kms").list_keys()["Keys"]
     if client("kms").describe_key(KeyId=k["KeyId"])["KeyMetadata"]["KeyManager"] == "AWS"),
 "schedule_groups": ids(client("scheduler").list_schedule_groups()["ScheduleGroups"], "Name")}
"#;

#[test]
fn every_built_in_keep_survives_a_full_clear() {
    let scene = Scene::new();
    // A default VPC on AWS has a gateway and a route to it.
    scene.py("ec2 = client('ec2')\n\
         vpc = ec2.describe_vpcs()['Vpcs'][0]['VpcId']\n\
         gateway = ec2.create_internet_gateway()['InternetGateway']['InternetGatewayId']\n\
         ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)\n\
         table = ec2.describe_route_tables()['RouteTables'][0]['RouteTableId']\n\
         ec2.create_route(RouteTableId=table, DestinationCidrBlock='0.0.0.0/0', GatewayId=gateway)");
    let defaults = scene.py(DEFAULTS);
    python::seed(scene.emulator, &scene.credentials, &["--kind", "keepers"]);
    scene.py(
        "queue = json.dumps({'Resources': {'Q': {'Type': 'AWS::SQS::Queue', 'Properties': {}}}})\n\
         cfn = client('cloudformation')\n\
         cfn.create_stack(StackName='StackSet-guardrails-0b1c2d3e-0000-1111-2222-333344445555', TemplateBody=queue)\n\
         cfn.create_stack(StackName='ordinary', TemplateBody=queue)\n\
         client('s3').create_bucket(Bucket=f'aws-controltower-logs-{account}')\n\
         client('kms').create_key(Description='mine')",
    );
    let roles_before = scene.py("sorted(r['RoleName'] for r in client('iam').list_roles()['Roles'])");
    let done = scene.clear(0, []).clean();
    assert_eq!(scene.py(DEFAULTS), defaults, "what every account has is as it was");
    let left = scene.py("iam = client('iam')\n\
         {'roles': sorted(r['RoleName'] for r in iam.list_roles()['Roles']),\n\
         'policies': [p['PolicyName'] for p in iam.list_policies(Scope='Local')['Policies']],\n\
         'saml': [p['Arn'].rsplit('/', 1)[1] for p in iam.list_saml_providers()['SAMLProviderList']],\n\
         'inline': sorted(r['RoleName'] for r in iam.list_roles()['Roles']\n\
         \x20   if iam.list_role_policies(RoleName=r['RoleName'])['PolicyNames']),\n\
         'attached': sorted(r['RoleName'] for r in iam.list_roles()['Roles']\n\
         \x20   if iam.list_attached_role_policies(RoleName=r['RoleName'])['AttachedPolicies']),\n\
         'stacks': [s['StackName'] for s in client('cloudformation').describe_stacks()['Stacks']],\n\
         'buckets': sorted(b['Name'].rsplit('-', 1)[0] for b in client('s3').list_buckets()['Buckets']),\n\
         'queues': len(client('sqs').list_queues().get('QueueUrls', []))}");
    let kept: Vec<&str> = roles_before
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .filter(|name| *name != "no-longer-kept")
        .collect();
    assert!(kept.len() >= 9, "{kept:?}");
    let mut with_inline = kept.clone();
    with_inline.retain(|name| !name.starts_with("AWSServiceRole"));
    assert_eq!(left["roles"], json!(kept));
    assert_eq!(left["inline"], json!(with_inline), "what stays loses no part");
    let attached = json!([
        "AWSControlTowerExecution",
        "AWSReservedSSO_Admin_0123456789abcdef",
        "OrganizationAccountAccessRole",
        "kept-by-tag"
    ]);
    assert_eq!(left["attached"], attached);
    assert_eq!(left["policies"], json!(["kept-by-its-role"]));
    assert_eq!(left["saml"], json!(["AWSSSO_0123456789abcdef_DO_NOT_DELETE"]));
    assert_eq!(left["stacks"], json!(["StackSet-guardrails-0b1c2d3e-0000-1111-2222-333344445555"]));
    assert_eq!(left["buckets"], json!(["aws-controltower-logs", "kept-by-tag"]));
    assert_eq!(left["queues"], 2, "the one with the tag, and the one of the stack set");
    let object = "client('s3').get_object(Bucket=f'kept-by-tag-{account}', Key='precious')['ContentLength']";
    assert_eq!(scene.py(object), 1);
    for (kind, name, rule) in [
        ("IAMRole", "OrganizationAccountAccessRole", "built-in:organization-access-role"),
        ("IAMRole", "AWSControlTowerExecution", "built-in:control-tower"),
        ("IAMRole", "aws-controltower-ForwardSnsNotificationRole", "built-in:control-tower"),
        ("IAMRole", "stacksets-exec-0123456789abcdef", "built-in:stackset-execution"),
        ("IAMRole", "AWSReservedSSO_Admin_0123456789abcdef", "built-in:reserved-sso"),
        ("IAMRole", "AWSServiceRoleForAutoScaling", "built-in:service-linked-role"),
        ("IAMRole", "kept-by-tag", "built-in:keep-tag"),
        ("IAMRole", "kept-until-later", "built-in:keep-tag"),
        ("IAMSAMLProvider", "AWSSSO_0123456789abcdef_DO_NOT_DELETE", "built-in:reserved-sso"),
        ("CloudWatchEventsBuses", "default", "built-in:managed"),
        ("AthenaWorkGroup", "primary", "built-in:managed"),
    ] {
        assert_eq!(done.rule(kind, name), rule, "{kind} {name}");
    }
    assert_eq!(done.outcome("IAMRole", "no-longer-kept"), "deleted", "the date has passed");
    assert_eq!(done.outcome("CloudFormationStack", "ordinary"), "deleted");
}

#[test]
fn a_protection_is_lifted_by_its_name_and_no_other_with_it() {
    let scene = Scene::new();
    scene.py(
        "iam = client('iam')\n\
         for name in ('OrganizationAccountAccessRole', 'AWSControlTowerExecution'):\n\
         \x20   iam.create_role(RoleName=name, AssumeRolePolicyDocument='{\"Version\": \"2012-10-17\", \"Statement\": []}')",
    );
    let lifted = "version: 1\nprotections: { lift: [organization-access-role] }\n";
    scene.clear_with(0, lifted, &["--type", "IAMRole"]).clean();
    let roles = scene.py("sorted(r['RoleName'] for r in client('iam').list_roles()['Roles'])");
    assert_eq!(roles, json!(["AWSControlTowerExecution", "account-cleaner"]));
}

#[test]
fn keep_tags_hold_as_long_as_they_say() {
    let scene = Scene::new();
    scene.py(
        "sqs, iam = client('sqs'), client('iam')\n\
         for name, tags in {'forever': {'aws-cleaner:keep': ''}, 'later': {'aws-cleaner:keep-until': '2099-12-31'},\n\
         \x20   'past': {'aws-cleaner:keep-until': '2020-01-01'}, 'time': {'aws-cleaner:keep-until': '2099-12-31T10:00:00Z'},\n\
         \x20   'none': {}}.items():\n\
         \x20   sqs.create_queue(QueueName=name, tags=tags)",
    );
    let done = Done::of(scene.clearing(QUEUES), 0).clean();
    assert_eq!(queues(&scene), json!(["forever", "later", "time"]));
    assert_eq!(done.rule("SQSQueue", "forever"), "built-in:keep-tag");

    scene.py("client('sqs').create_queue(QueueName='odd', tags={'aws-cleaner:keep-until': 'next week'})");
    let done = Done::of(scene.clearing(QUEUES), 5);
    assert_eq!(done.report["outcome"], "incomplete");
    assert!(done.resource("SQSQueue", "odd")["verdict"]["unknown"].as_bool().is_some_and(|unknown| unknown));
    assert!(done.run.stdout.contains("next week"), "{}", done.run.stdout);
    assert_eq!(queues(&scene), json!(["forever", "later", "odd", "time"]));
}

// ---- Rules ------------------------------------------------------------------------------------------------------------

#[test]
fn deny_rules_keep_and_name_themselves() {
    let scene = Scene::new();
    scene.py("sqs = client('sqs')\n\
         for name, tags in {'ci-1': {}, 'shared': {'env': 'prod'}, 'mine': {'env': 'test'}}.items():\n\
         \x20   sqs.create_queue(QueueName=name, tags=tags)\n\
         client('sns').create_topic(Name='ci-1')");
    let rules = "version: 1\nfilters:\n  deny:\n    - { type: SQSQueue, name: { glob: 'ci-*' } }\n    \
                 - { tag: { env: { regex: '^(prod|shared)$' } } }\n";
    let done = scene.clear_with(0, rules, &["--type", "SQSQueue,SNSTopic"]).clean();
    assert_eq!(queues(&scene), json!(["ci-1", "shared"]));
    assert!(
        done.rule("SQSQueue", "ci-1").contains("aws-cleaner.yaml:4"),
        "{}",
        done.rule("SQSQueue", "ci-1")
    );
    assert!(
        done.rule("SQSQueue", "shared").contains("aws-cleaner.yaml:5"),
        "{}",
        done.rule("SQSQueue", "shared")
    );
    assert_eq!(done.outcome("SNSTopic", "ci-1"), "deleted", "the rule is about queues");
}

#[test]
fn allow_rules_let_only_those_go_and_deny_beats_allow() {
    let scene = Scene::new();
    scene.py(
        "for name, tags in {'a': {'by': 'tests'}, 'b': {'by': 'people'}, 'c': {}, 'd': {'by': 'tests'}}.items():\n\
         \x20   client('sqs').create_queue(QueueName=name, tags=tags)",
    );
    let rules = "version: 1\nfilters:\n  allow:\n    - { tag: { by: tests } }\n  deny:\n    - { name: d }\n";
    scene.clear_with(0, rules, &["--type", "SQSQueue"]).clean();
    assert_eq!(queues(&scene), json!(["b", "c", "d"]));
}

#[test]
fn what_is_too_young_stays() {
    let scene = Scene::new();
    make_queues(&scene, 1);
    scene.py("client('logs').create_log_group(logGroupName='g')");
    let types = ["--type", "SQSQueue,CloudWatchLogsLogGroup"];
    scene.clear_with(0, "version: 1\nfilters: { deny: [{ newer_than: 1h }] }\n", &types).clean();
    assert_eq!(queues(&scene), json!(["q-0"]));
    let groups = "[g['logGroupName'] for g in client('logs').describe_log_groups()['logGroups']]";
    assert_eq!(scene.py(groups), json!(["g"]));
}

#[test]
fn a_rule_that_cannot_be_answered_keeps() {
    let scene = Scene::new();
    make_queues(&scene, 1);
    scene.py("client('s3').create_bucket(Bucket=f'b-{account}')\n\
         client('dynamodb').create_table(TableName='t', BillingMode='PAY_PER_REQUEST',\n\
         \x20   AttributeDefinitions=[{'AttributeName': 'k', 'AttributeType': 'S'}],\n\
         \x20   KeySchema=[{'AttributeName': 'k', 'KeyType': 'HASH'}])\n\
         client('ec2').create_key_pair(KeyName='k')");
    scene.faults(&json!([
        { "service": "tagging", "kind": "deny" },
        { "service": "s3", "operation": "GetBucketTagging", "kind": "deny" },
        { "service": "dynamodb", "operation": "ListTagsOfResource", "kind": "error500" },
    ]));
    let types = "SQSQueue,S3Bucket,DynamoDBTable,EC2KeyPair";
    let done = Done::of(scene.clearing(["--region", "us-east-1", "--type", types]), 5);
    assert_eq!(done.report["outcome"], "incomplete");
    let bucket = format!("b-{}", scene.account());
    for (kind, name) in [("SQSQueue", "q-0"), ("S3Bucket", &bucket), ("DynamoDBTable", "t")] {
        let found = done.resource(kind, name);
        assert_eq!(
            (&found["outcome"], &found["verdict"]["unknown"]),
            (&json!("kept"), &json!(true)),
            "{found:#}"
        );
    }
    assert_eq!(done.outcome("EC2KeyPair", "k"), "deleted", "its tags come with the list");
    assert_eq!(done.count("unknown_verdicts"), 3);
    scene.faults(&json!([]));
    assert_eq!(queues(&scene), json!(["q-0"]));
}

#[test]
fn what_a_kept_thing_needs_stays_too() {
    let scene = Scene::new();
    scene.py(
        "import io, zipfile\n\
         trust = json.dumps({'Version': '2012-10-17', 'Statement': []})\n\
         role = client('iam').create_role(RoleName='function-role', AssumeRolePolicyDocument=trust)['Role']['Arn']\n\
         client('iam').create_role(RoleName='other', AssumeRolePolicyDocument=trust)\n\
         code = io.BytesIO()\n\
         with zipfile.ZipFile(code, 'w') as file: file.writestr('index.py', 'x = 1')\n\
         client('lambda').create_function(FunctionName='kept', Runtime='python3.12', Handler='index.handler', Role=role,\n\
         \x20   Code={'ZipFile': code.getvalue()})\n\
         ec2 = client('ec2')\n\
         vpc = ec2.create_vpc(CidrBlock='10.0.0.0/16')['Vpc']['VpcId']\n\
         kept = ec2.create_subnet(VpcId=vpc, CidrBlock='10.0.1.0/24')['Subnet']['SubnetId']\n\
         ec2.create_subnet(VpcId=vpc, CidrBlock='10.0.2.0/24')\n\
         ec2.create_tags(Resources=[kept], Tags=[{'Key': 'env', 'Value': 'kept'}])",
    );
    let rules = "version: 1\nfilters: { deny: [{ name: kept }, { tag: { env: kept } }] }\n";
    scene.clear_with(0, rules, &["--type", "LambdaFunction,IAMRole,EC2VPC,EC2Subnet"]).clean();
    let left =
        scene.py("own = [v['VpcId'] for v in client('ec2').describe_vpcs()['Vpcs'] if not v['IsDefault']]\n\
         [sorted(r['RoleName'] for r in client('iam').list_roles()['Roles']), len(own),\n\
         \x20len(client('ec2').describe_subnets(Filters=[{'Name': 'vpc-id', 'Values': own}])['Subnets'])]");
    assert_eq!(left, json!([["account-cleaner", "function-role"], 1, 1]));
}

// ---- Stopping ---------------------------------------------------------------------------------------------------------

#[test]
fn the_deadline_ends_the_run_and_says_what_is_left() {
    let scene = Scene::new();
    make_queues(&scene, 3);
    scene.faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "throttle" }]));
    let done = Done::of(scene.clearing(QUEUES).args(["--timeout", "4s"]), 124);
    assert_eq!(
        (&done.report["outcome"], &done.report["stopped_by"]),
        (&json!("interrupted"), &json!("deadline"))
    );
    assert_eq!(done.count("pending"), 3, "{}", done.report["summary"]);
    assert!(done.run.took < Duration::from_secs(30), "{:?}", done.run.took);
    scene.faults(&json!([]));
    assert_eq!(queues(&scene), json!(["q-0", "q-1", "q-2"]));
}

#[test]
fn a_deadline_in_the_scan_changes_nothing() {
    let scene = Scene::new();
    make_queues(&scene, 1);
    scene.faults(&json!([{ "service": "sqs", "operation": "ListQueues", "kind": "hang" }]));
    let seen = scene.calls().len();
    let done = Done::of(scene.clearing(QUEUES).args(["--timeout", "1s"]), 124);
    assert_eq!(done.report["outcome"], "interrupted");
    assert_eq!(writes(&since(&scene, seen)), [""; 0]);
}

#[test]
fn signals_end_the_run_with_a_true_report() {
    for signal in ["INT", "TERM"] {
        let scene = Scene::new();
        make_queues(&scene, 4);
        scene.faults(
            &json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "throttle", "after": 1 }]),
        );
        let running = scene.clearing(QUEUES).spawn();
        wait_until("a deletion was begun", || {
            scene.calls().iter().filter(|call| call.operation == "DeleteQueue").count() >= 2
        });
        running.signal(signal);
        let run = running.wait().expect_code(130);
        let report = run.read_json("report.json");
        assert_eq!(
            (&report["outcome"], &report["stopped_by"]),
            (&json!("interrupted"), &json!("interrupt")),
            "{signal}"
        );
        scene.faults(&json!([]));
        assert_eq!(report["summary"]["deleted"], 1, "{report:#}");
        assert_eq!(report["summary"]["pending"], 3);
        assert_eq!(queues(&scene).as_array().map(Vec::len), Some(3), "{signal}");
    }
}

#[test]
fn a_second_signal_ends_the_process_at_once() {
    let scene = Scene::new();
    make_queues(&scene, 1);
    scene.faults(&json!([{ "service": "sqs", "operation": "DeleteQueue", "kind": "hang" }]));
    let running = scene.clearing(QUEUES).spawn();
    wait_until("the deletion hangs", || {
        // A call that hangs is logged when it begins to hang.
        scene.calls().iter().any(|call| call.operation == "DeleteQueue" && call.fault.is_some())
    });
    running.signal("INT");
    let again = Instant::now();
    // The first signal lets the call end in its own time; the second does not.
    while again.elapsed() < Duration::from_millis(200) {
        std::thread::park_timeout(Duration::from_millis(20));
    }
    running.signal("INT");
    let run = running.wait().expect_code(130);
    assert!(again.elapsed() < Duration::from_secs(8), "{:?}\n{}", again.elapsed(), run.stderr);
}

#[test]
fn a_killed_run_is_finished_by_the_next() {
    let scene = Scene::moody();
    scene.py(
        "trust = json.dumps({'Version': '2012-10-17', 'Statement': []})\n\
         policy = json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 's3:*', 'Resource': '*'}]})\n\
         for n in range(8):\n\
         \x20   client('iam').create_role(RoleName=f'r-{n}', AssumeRolePolicyDocument=trust)\n\
         \x20   client('iam').put_role_policy(RoleName=f'r-{n}', PolicyName='p', PolicyDocument=policy)\n\
         \x20   client('sqs').create_queue(QueueName=f'q-{n}')\n\
         \x20   client('cloudformation').create_stack(StackName=f's-{n}', TemplateBody=json.dumps({'Resources': {'Q': {\n\
         \x20       'Type': 'AWS::SQS::Queue', 'Properties': {}}}}))\n\
         client('s3').create_bucket(Bucket=f'b-{account}')\n\
         fill(f'b-{account}', 1500)",
    );
    let types = ["--type", "IAMRole,SQSQueue,CloudFormationStack,S3Bucket"];
    let running = scene.clearing(HERE).args(types).spawn();
    wait_until("some are deleted", || {
        scene.calls().iter().filter(|call| call.operation.starts_with("Delete") && call.status < 300).count()
            >= 5
    });
    running.signal("KILL");
    assert_eq!(running.wait().code, None);
    scene.clear(0, types).clean();
    let left = scene.py(
        "[sorted(r['RoleName'] for r in client('iam').list_roles()['Roles']), client('sqs').list_queues().get('QueueUrls', []),\n\
         \x20client('cloudformation').describe_stacks()['Stacks'], client('s3').list_buckets()['Buckets']]",
    );
    assert_eq!(left, json!([["account-cleaner"], [], [], []]));
}

// ---- What is written down ---------------------------------------------------------------------------------------------

#[test]
fn events_are_numbered_without_gaps_and_hold_no_secrets() {
    let scene = Scene::new();
    make_queues(&scene, 3);
    scene.py("client('ssm').put_parameter(Name='p', Type='SecureString', Value='hush-hush')\n\
         client('secretsmanager').create_secret(Name='s', SecretString='hush-hush')");
    let cli = scene.clearing(HERE).args([
        "--events",
        "events.ndjson",
        "-vv",
        "--type",
        "SQSQueue,SSMParameter,SecretsManagerSecret",
    ]);
    let done = Done::of(cli, 0).clean();
    let text = done.run.read("events.ndjson");
    let events: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(text.ends_with('\n'));
    for (line, event) in events.iter().enumerate() {
        assert_eq!(event["seq"], line as u64 + 1, "{event}");
    }
    let (first, last) = (&events[0], &events[events.len() - 1]);
    assert_eq!((&first["event"], &first["version"]), (&json!("run_started"), &json!(1)));
    assert_eq!((&last["event"], &last["outcome"]), (&json!("run_finished"), &json!("clean")));
    let finished = events.iter().filter(|event| event["event"] == "item_finished").count() as u64;
    assert_eq!(finished, done.count("deleted"));
    let written = format!("{text}{}{}{}", done.report, done.run.stdout, done.run.stderr);
    for secret in [&scene.credentials.secret, "hush-hush", "Signature="] {
        assert!(!written.contains(secret), "{secret} was written down");
    }
}

#[test]
fn the_report_keeps_its_contract() {
    let scene = Scene::new();
    make_queues(&scene, 2);
    scene.py("client('sqs').create_queue(QueueName='kept', tags={'aws-cleaner:keep': ''})");
    let seen = scene.calls().len();
    let done = Done::of(scene.clearing(QUEUES), 0).clean();
    let report = &done.report;
    assert_eq!(report["version"], 1);
    assert!(report["tool"].as_str().is_some_and(|tool| tool.starts_with("aws-cleaner ")));
    assert_eq!(
        (&report["account"]["id"], &report["account"]["arn"]),
        (&json!(scene.account()), &json!(scene.credentials.arn))
    );
    assert_eq!(report["regions"], json!(["us-east-1"]));
    let summary = &report["summary"];
    let number = |key: &str| summary[key].as_u64().unwrap_or_else(|| panic!("{key} in {summary}"));
    assert_eq!((number("found"), number("kept"), number("deleted")), (3, 1, 2));
    let queue = done.resource("SQSQueue", "q-0");
    for key in ["id", "name", "arn", "region", "created_at", "started_at", "finished_at"] {
        assert!(queue[key].is_string(), "{key} in {queue:#}");
    }
    assert_eq!((&queue["verdict"]["action"], &queue["attempts"]), (&json!("delete"), &json!(1)));
    // Of other types' lists that cannot be made here, one part breaks off the others, which nobody counts.
    let made = since(&scene, seen).iter().filter(|call| call.service == "sqs").count();
    let operations = report["api"]["by_operation"].as_object().expect("a table");
    let of_sqs = operations.iter().filter(|(name, _)| name.starts_with("sqs:"));
    let counted: u64 = of_sqs.map(|(_, operation)| operation["calls"].as_u64().expect("a number")).sum();
    assert_eq!(counted, made as u64, "all calls are counted: {operations:#?}");
    let printed = scene.clearing(QUEUES).args(["--format", "json"]).run().expect_code(0).json();
    assert_eq!((&printed["version"], &printed["outcome"]), (&json!(1), &json!("clean")));
}
