//! CloudFormation: what keeps a stack, what it takes along, and what it leaves behind.

use serde_json::{Value, json};

use crate::scene::{Done, HERE, Scene};

/// Templates as Python: `create(name, resources, **more)` makes a stack.
const CREATE: &str = r#"
cfn, s3, iam, sqs = client('cloudformation'), client('s3'), client('iam'), client('sqs')
def create(name, resources, outputs=None, **more):
    template = {"Resources": resources}
    if outputs:
        template["Outputs"] = outputs
    return cfn.create_stack(StackName=name, TemplateBody=json.dumps(template), Capabilities=["CAPABILITY_IAM"], **more)
def queue(name=None):
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name} if name else {}}
def bucket(name, **more):
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}, **more}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"Service": "cloudformation.amazonaws.com"}}]})
"#;

fn build(scene: &Scene, code: &str) {
    scene.py(&format!("{CREATE}\n{code}"));
}

/// Names of what is left, by kind.
fn left(scene: &Scene) -> Value {
    scene.py(
        "{'stacks': sorted(s['StackName'] for s in client('cloudformation').describe_stacks()['Stacks']),\n\
         'queues': sorted(q.rsplit('/', 1)[1] for q in client('sqs').list_queues().get('QueueUrls', [])),\n\
         'buckets': sorted(b['Name'].split('-')[0] for b in client('s3').list_buckets()['Buckets']),\n\
         'roles': sorted(r['RoleName'] for r in client('iam').list_roles()['Roles'])}",
    )
}

const NOTHING: &str = r#"{"stacks": [], "queues": [], "buckets": [], "roles": ["account-cleaner"]}"#;

fn nothing() -> Value {
    serde_json::from_str(NOTHING).expect("JSON")
}

const TYPES: [&str; 4] =
    ["--type", "CloudFormationStack,SQSQueue,S3Bucket", "--type", "IAMRole,SSMParameter,LambdaFunction"];

#[test]
fn termination_protection_holds_until_the_setting_says_otherwise() {
    let scene = Scene::new();
    build(&scene, "create('protected', {'Q': queue('inside')}, EnableTerminationProtection=True)");
    let done = scene.clear(4, TYPES.into_iter().chain(["--patience", "2s"]));
    let stack = done.resource("CloudFormationStack", "protected");
    let cause = stack["error"]["message"].as_str().unwrap_or_default();
    assert!(cause.contains("disable_termination_protection"), "{stack:#}");
    assert!(done.run.stdout.contains("disable_termination_protection"), "{}", done.run.stdout);
    let all = left(&scene);
    assert_eq!(
        (&all["stacks"], &all["queues"]),
        (&json!(["protected"]), &json!(["inside"])),
        "with all it owns"
    );

    let lifted = "version: 1\nsettings: { CloudFormationStack: { disable_termination_protection: true } }\n";
    let done = scene.clear_with(0, lifted, &TYPES).clean();
    assert_eq!(done.outcome("CloudFormationStack", "protected"), "deleted");
    assert_eq!(left(&scene), nothing());
}

#[test]
fn a_stack_whose_role_is_gone_needs_a_setting() {
    let scene = Scene::new();
    build(
        &scene,
        "role = iam.create_role(RoleName='deploy', Path='/ci/', AssumeRolePolicyDocument=TRUST)['Role']['Arn']\n\
         create('orphan', {'Q': queue('inside')}, RoleARN=role)\n\
         iam.delete_role(RoleName='deploy')",
    );
    let done = scene.clear(4, TYPES.into_iter().chain(["--patience", "2s"]));
    let stack = done.resource("CloudFormationStack", "orphan");
    let cause = stack["error"]["message"].as_str().unwrap_or_default();
    assert!(cause.contains("recreate_missing_role"), "{stack:#}");
    assert_eq!(left(&scene)["stacks"], json!(["orphan"]));

    let setting = "version: 1\nsettings: { CloudFormationStack: { recreate_missing_role: true } }\n";
    let done = scene.clear_with(0, setting, &TYPES).clean();
    assert_eq!(done.outcome("CloudFormationStack", "orphan"), "deleted");
    assert_eq!(left(&scene), nothing(), "the role that was made again is gone too");
}

#[test]
fn the_role_of_a_stack_goes_after_it() {
    let scene = Scene::moody();
    build(
        &scene,
        "role = iam.create_role(RoleName='deploy', AssumeRolePolicyDocument=TRUST)['Role']['Arn']\n\
         for n in range(2): create(f'app-{n}', {'Q': queue()}, RoleARN=role)",
    );
    scene.clear(0, TYPES).clean();
    assert_eq!(left(&scene), nothing());
    let calls = scene.calls();
    let deleted: Vec<&str> = calls
        .iter()
        .filter(|call| call.operation == "DeleteStack" || call.operation == "DeleteRole")
        .map(|call| call.operation.as_str())
        .collect();
    assert_eq!(deleted, ["DeleteStack", "DeleteStack", "DeleteRole"]);
}

#[test]
fn importers_go_before_exporters() {
    let scene = Scene::moody();
    build(
        &scene,
        "export = lambda name: {'Q': {'Value': {'Ref': 'Q'}, 'Export': {'Name': name}}}\n\
         use = lambda name: {'P': {'Type': 'AWS::SSM::Parameter', 'Properties': {\n\
         \x20   'Type': 'String', 'Name': f'uses-{name}', 'Value': {'Fn::ImportValue': name}}}}\n\
         create('a-base', {'Q': queue()}, export('base'))\n\
         create('b-middle', {'Q': queue(), **use('base')}, export('middle'))\n\
         create('c-top', use('middle'))",
    );
    let done = scene.clear(0, TYPES).clean();
    assert_eq!(left(&scene), nothing());
    let attempts: u64 = ["a-base", "b-middle", "c-top"]
        .iter()
        .map(|name| done.resource("CloudFormationStack", name)["attempts"].as_u64().expect("a number"))
        .sum();
    assert_eq!(attempts, 3, "each was deleted once, in the right order");
}

#[test]
fn a_stack_in_the_middle_of_an_update_is_waited_for() {
    let scene = Scene::moody();
    build(&scene, "create('busy-app', {'Q': queue()})");
    let done = scene.clear(0, TYPES).clean();
    assert_eq!(done.outcome("CloudFormationStack", "busy-app"), "deleted");
    assert_eq!(left(&scene), nothing());
}

#[test]
fn buckets_of_stacks_are_emptied_first() {
    let scene = Scene::new();
    build(
        &scene,
        "create('site', {'B': bucket(f'site-{account}'), 'Q': queue()})\n\
         s3.put_bucket_versioning(Bucket=f'site-{account}', VersioningConfiguration={'Status': 'Enabled'})\n\
         fill(f'site-{account}', 1200)\n\
         s3.delete_object(Bucket=f'site-{account}', Key='o/000001')",
    );
    let done = scene.clear(0, TYPES).clean();
    assert_eq!(done.resource("CloudFormationStack", "site")["attempts"], 1, "it did not fail once");
    assert_eq!(done.resource("S3Bucket", &format!("site-{}", scene.account()))["stack"], "site");
    assert_eq!(left(&scene), nothing());
    assert!(
        !scene.calls().iter().any(|call| call.operation == "DeleteBucket"),
        "the stack takes its bucket along"
    );
}

#[test]
fn what_a_stack_leaves_behind_is_deleted_after_it() {
    let scene = Scene::new();
    build(
        &scene,
        "create('data', {'B': bucket(f'retained-{account}', DeletionPolicy='Retain'), 'Q': queue()})\n\
         s3.put_object(Bucket=f'retained-{account}', Key='k', Body=b'x')",
    );
    let done = scene.clear(0, TYPES).clean();
    assert_eq!(done.outcome("S3Bucket", &format!("retained-{}", scene.account())), "deleted");
    assert_eq!(left(&scene), nothing());
}

#[test]
fn nested_stacks_go_with_their_root() {
    let scene = Scene::new();
    build(
        &scene,
        "s3.create_bucket(Bucket=f'templates-{account}')\n\
         inner = {'Resources': {'Q': queue(), 'B': bucket(f'inner-{account}')}}\n\
         s3.put_object(Bucket=f'templates-{account}', Key='inner.json', Body=json.dumps(inner))\n\
         create('root', {'Inner': {'Type': 'AWS::CloudFormation::Stack', 'Properties': {\n\
         \x20   'TemplateURL': f'https://s3.amazonaws.com/templates-{account}/inner.json'}}})\n\
         s3.put_object(Bucket=f'inner-{account}', Key='k', Body=b'x')",
    );
    let done = scene.clear(0, TYPES).clean();
    assert_eq!(done.outcome("CloudFormationStack", "root"), "deleted");
    assert_eq!(left(&scene), nothing());
}

#[test]
fn a_kept_stack_keeps_all_it_owns() {
    let scene = Scene::new();
    build(
        &scene,
        "role = {'Type': 'AWS::IAM::Role', 'Properties': {'RoleName': 'baseline-role', 'AssumeRolePolicyDocument': json.loads(TRUST)}}\n\
         create('baseline-net', {'Q': queue('baseline-queue'), 'R': role, 'B': bucket(f'baseline-{account}')})\n\
         create('app', {'Q': queue('app-queue')})\n\
         sqs.create_queue(QueueName='loose')\n\
         s3.put_object(Bucket=f'baseline-{account}', Key='k', Body=b'x')",
    );
    let rules = "version: 1\nfilters: { deny: [{ stack: 'baseline-*' }] }\n";
    let done = scene.clear_with(0, rules, &TYPES).clean();
    let expected = json!({
        "stacks": ["baseline-net"], "queues": ["baseline-queue"], "buckets": ["baseline"],
        "roles": ["account-cleaner", "baseline-role"],
    });
    assert_eq!(left(&scene), expected);
    for (kind, name) in [
        ("CloudFormationStack", "baseline-net"),
        ("SQSQueue", "baseline-queue"),
        ("IAMRole", "baseline-role"),
    ] {
        assert_eq!(done.outcome(kind, name), "kept", "{kind}");
        assert!(done.rule(kind, name).contains("aws-cleaner.yaml:2"), "{kind}: {}", done.rule(kind, name));
    }
    let object = "client('s3').get_object(Bucket=f'baseline-{account}', Key='k')['ContentLength']";
    assert_eq!(scene.py(object), 1, "the bucket of a kept stack is not emptied");
}

#[test]
fn a_stack_stays_with_what_is_excluded() {
    let scene = Scene::new();
    build(
        &scene,
        "create('data', {'Q': queue('data-queue'), 'B': bucket(f'data-{account}')})\n\
         create('app', {'Q': queue('app-queue')})",
    );
    let done = scene.clear(0, TYPES.into_iter().chain(["--exclude-type", "S3Bucket"])).clean();
    let all = left(&scene);
    assert_eq!(all["stacks"], json!(["data"]), "it would take the bucket along");
    assert_eq!(all["queues"], json!(["data-queue"]));
    assert_eq!(all["buckets"], json!(["data"]));
    assert_eq!(done.rule("CloudFormationStack", "data"), "built-in:owns-excluded");

    scene.clear(0, TYPES).clean();
    assert_eq!(left(&scene), nothing());
}

#[test]
fn a_stack_stays_for_a_member_whose_type_was_not_chosen() {
    let scene = Scene::new();
    build(
        &scene,
        "tags = [{'Key': 'aws-cleaner:keep', 'Value': ''}]\n\
         create('data', {'B': {'Type': 'AWS::S3::Bucket', 'Properties': {'BucketName': f'data-{account}', 'Tags': tags}}})\n\
         create('app', {'Q': queue('app-queue')})",
    );
    let done = scene.clear(0, ["--type", "CloudFormationStack"]).clean();
    let all = left(&scene);
    assert_eq!((&all["stacks"], &all["buckets"]), (&json!(["data"]), &json!(["data"])));
    assert_eq!(all["queues"], json!([]), "what nothing keeps goes along with its stack");
    assert_eq!(done.rule("CloudFormationStack", "data"), "built-in:owns-kept");
}

#[test]
fn a_stack_of_another_region_keeps_its_global_members() {
    let scene = Scene::new();
    scene.py(
        "trust = {'Version': '2012-10-17', 'Statement': []}\n\
         role = {'Type': 'AWS::IAM::Role', 'Properties': {'RoleName': 'far-role', 'AssumeRolePolicyDocument': trust}}\n\
         client('cloudformation', 'eu-west-1').create_stack(StackName='far', Capabilities=['CAPABILITY_NAMED_IAM'],\n\
         \x20   TemplateBody=json.dumps({'Resources': {'R': role}}))",
    );
    let done = Done::of(scene.clearing(HERE), 0);
    assert_eq!(
        done.outcome("IAMRole", "far-role"),
        "kept",
        "its stack is in a region that was not asked for"
    );
    Done::of(scene.clearing(["--type", "CloudFormationStack,IAMRole"]), 0).clean();
    assert_eq!(
        scene.py("[r['RoleName'] for r in client('iam').list_roles()['Roles']]"),
        json!(["account-cleaner"])
    );
}

/// Two stacks of the same kinds of things, and some that belong to none.
const TWINS: &str = r#"
# Names of buckets are the whole world's.
own = client("sts").get_caller_identity()["Account"]
def twin(name, **more):
    create(name, {
        "Q": queue(f"{name}-queue"), "B": bucket(f"{name}-{own}"),
        "P": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Name": f"{name}-parameter", "Value": "x"}},
        "R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": f"{name}-role", "AssumeRolePolicyDocument": json.loads(TRUST)}},
    }, **more)
    s3.put_object(Bucket=f"{name}-{own}", Key="data", Body=b"x")
twin("app")
twin("base", Tags=[{"Key": "env", "Value": "base"}])
sqs.create_queue(QueueName="loose-queue")
s3.create_bucket(Bucket=f"loose-{own}")
client("ssm").put_parameter(Name="loose-parameter", Value="x", Type="String")
"#;

/// All names that begin with one of these.
fn of(names: &[&str]) -> Value {
    let with = |suffix: &str| names.iter().map(|name| format!("{name}{suffix}")).collect::<Vec<_>>();
    let of_stacks: Vec<&str> = names.iter().copied().filter(|name| *name != "loose").collect();
    let roles: Vec<String> = ["account-cleaner".to_owned()]
        .into_iter()
        .chain(of_stacks.iter().map(|name| format!("{name}-role")))
        .collect();
    json!({ "stacks": of_stacks, "queues": with("-queue"), "buckets": names, "roles": sorted(roles) })
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn a_stack_kept_by_its_tag_stays_with_all_it_owns_and_its_twin_goes() {
    let scene = Scene::new();
    build(&scene, TWINS);
    let rules = "version: 1\nfilters: { deny: [{ stack_tag: { env: base } }] }\n";
    scene.clear_with(0, rules, &TYPES).clean();
    assert_eq!(left(&scene), of(&["base"]));
}

#[test]
fn one_stack_is_cleared_and_nothing_else() {
    let scene = Scene::new();
    build(&scene, TWINS);
    let shown = scene.cli(["plan", "--stack", "app"]).args(HERE).args(TYPES).run().expect_code(0);
    assert!(shown.stdout.contains("app-queue") || shown.stdout.contains("SQSQueue"), "{}", shown.stdout);
    // By its name, and by its ARN as well.
    let listed = scene.cli(["plan", "--stack", "app", "--format", "json"]).args(HERE).args(TYPES).run();
    let plan: Value = serde_json::from_str(&listed.expect_code(0).stdout).expect("a plan");
    let stack =
        plan["entries"].as_array().and_then(|all| all.iter().find(|one| one["resource"]["name"] == "app"));
    let arn = stack.expect("the stack")["resource"]["id"].as_str().expect("its ARN");
    let done = scene.clear(0, TYPES.into_iter().chain(["--stack", "app", "--stack", arn])).clean();
    assert!(!done.report["warnings"].to_string().contains("no stack"), "{}", done.report["warnings"]);
    assert_eq!(done.outcome("SQSQueue", "app-queue"), "deleted");
    assert_eq!(done.rule("SQSQueue", "loose-queue"), "built-in:outside");
    assert_eq!(left(&scene), of(&["base", "loose"]));
    // Again: nothing is left to do, and that is said.
    let again = scene.clear(0, TYPES.into_iter().chain(["--stack", "app"])).clean();
    assert_eq!(again.count("deleted"), 0);
    assert!(again.report["warnings"].to_string().contains("no stack app"), "{}", again.report["warnings"]);
    assert_eq!(left(&scene), of(&["base", "loose"]));
}

#[test]
fn what_a_stack_left_behind_goes_with_its_name() {
    let scene = Scene::new();
    build(
        &scene,
        "create('app', {'Q': {**queue('app-queue'), 'DeletionPolicy': 'Retain'}, 'P': queue('app-other')})\n\
         create('base', {'Q': queue('base-queue')})\n\
         url = sqs.get_queue_url(QueueName='app-queue')['QueueUrl']\n\
         sqs.tag_queue(QueueUrl=url, Tags={'aws:cloudformation:stack-name': 'app'})\n\
         cfn.delete_stack(StackName='app')",
    );
    assert_eq!(left(&scene)["queues"], json!(["app-queue", "base-queue"]));
    scene.clear(0, TYPES.into_iter().chain(["--stack", "app"])).clean();
    let all = left(&scene);
    assert_eq!((&all["stacks"], &all["queues"]), (&json!(["base"]), &json!(["base-queue"])));
}

#[test]
fn a_stack_of_another_account_or_region_is_a_mistake() {
    let scene = Scene::new();
    let arn =
        |region: &str, account: &str| format!("arn:aws:cloudformation:{region}:{account}:stack/app/0a1b");
    for (stack, said) in [
        (arn("us-east-1", "111122223333"), "is of another account"),
        (arn("eu-west-1", scene.account()), "is in a region that is not part of this run"),
        ("app*".to_owned(), "Patterns are for rules"),
    ] {
        let run = scene.clearing(HERE).args(["--stack", &stack]).run().expect_code(2);
        assert!(run.stderr.contains(said), "{stack}: {}", run.stderr);
    }
}
