//! The CloudFormation templates: they make what the tool makes, give what it needs and no more, and it never deletes them.

use std::fs;

use cleaner_tests::{Credentials, tree};
use serde_json::{Value, json};

use crate::scene::Scene;

/// Reads a template in Python: `!Ref` is a parameter's default or a name, other functions are what they are given.
const READ: &str = r"
import re, yaml
class Reader(yaml.SafeLoader):
    pass
def given(reader, name, node):
    kinds = {yaml.ScalarNode: reader.construct_scalar, yaml.SequenceNode: lambda n: reader.construct_sequence(n, deep=True)}
    value = kinds[type(node)](node)
    return {'Ref': value} if name == 'Ref' else {'Sub': value} if name == 'Sub' else value
Reader.add_multi_constructor('!', given)
template = yaml.load(open(PATH).read(), Reader)
defaults = {name: one.get('Default') for name, one in template['Parameters'].items()}
def value(of):
    if isinstance(of, dict) and list(of) == ['Ref']:
        return defaults.get(of['Ref'], of['Ref'])
    if isinstance(of, dict) and list(of) == ['Sub']:
        known = {**defaults, 'AWS::Partition': 'aws', 'AWS::Region': region, 'AWS::AccountId': account}
        return re.sub(r'\$\{([^}]+)\}', lambda found: str(known.get(found[1], found[1])), of['Sub'])
    if isinstance(of, dict):
        return {key: value(one) for key, one in of.items()}
    return [value(one) for one in of] if isinstance(of, list) else of
def properties(name):
    return value(template['Resources'][name]['Properties'])
";

fn path(name: &str) -> String {
    tree::root().join("deploy").join(name).display().to_string()
}

/// The value of an expression about a template.
fn about(scene: &Scene, template: &str, expression: &str) -> Value {
    scene.py(&format!("PATH = {:?}{READ}\n{expression}", path(template)))
}

/// Makes a stack of a template.
fn deploy(scene: &Scene, template: &str, stack: &str, parameters: &Value) {
    scene.py(&format!(
        "client('cloudformation').create_stack(StackName='{stack}', TemplateBody=open({:?}).read(),\n\
         \x20   Parameters=[{{'ParameterKey': k, 'ParameterValue': v}} for k, v in json.loads(r'''{parameters}''').items()]) and None",
        path(template)
    ));
}

/// A new user of the account with one policy and nothing else.
fn user(scene: &Scene, name: &str, policy: &Value) -> Scene {
    scene.py(&format!("client('iam').create_user(UserName='{name}') and None"));
    put(scene, name, policy);
    let key = scene.py(&format!(
        "key = client('iam').create_access_key(UserName='{name}')['AccessKey']\n[key['AccessKeyId'], key['SecretAccessKey']]"
    ));
    let text = |place: usize| key[place].as_str().expect("a text").to_owned();
    let credentials = Credentials {
        access_key: text(0),
        secret: text(1),
        arn: format!("arn:aws:iam::{}:user/{name}", scene.account()),
        ..scene.credentials.clone()
    };
    Scene { emulator: scene.emulator, credentials }
}

/// Gives a user another policy.
fn put(scene: &Scene, name: &str, policy: &Value) {
    scene.py(&format!(
        "client('iam').put_user_policy(UserName='{name}', PolicyName='p', PolicyDocument=r'''{policy}''') and None"
    ));
}

#[test]
fn the_templates_table_is_the_one_that_init_makes() {
    let scene = Scene::new();
    drop(scene.cli(["pool", "init"]).run().expect_code(0));
    // What a table has beyond this would be told here, too: as a key that the other side lacks.
    let made = scene.py(
        "db = client('dynamodb')\n\
         table = db.describe_table(TableName='aws-cleaner-pool')['Table']\n\
         ttl = db.describe_time_to_live(TableName='aws-cleaner-pool')['TimeToLiveDescription']\n\
         made = {name: table[name] for name in ('TableName', 'KeySchema', 'AttributeDefinitions')}\n\
         made['BillingMode'] = table['BillingModeSummary']['BillingMode']\n\
         made['TimeToLiveSpecification'] = {'AttributeName': ttl['AttributeName'], 'Enabled': ttl['TimeToLiveStatus'] == 'ENABLED'}\n\
         made['Tags'] = db.list_tags_of_resource(ResourceArn=table['TableArn'])['Tags']\n\
         more = {'GlobalSecondaryIndexes', 'LocalSecondaryIndexes', 'StreamSpecification', 'SSEDescription', 'TableClassSummary'}\n\
         made.update({name: table[name] for name in more if table.get(name)})\n\
         made.update({'DeletionProtectionEnabled': True} if table.get('DeletionProtectionEnabled') else {})\n\
         made",
    );
    assert_eq!(about(&scene, "pool-workers.yaml", "properties('Table')"), made);
}

#[test]
fn what_the_templates_make_is_kept() {
    let scene = Scene::of(&json!({ "roles": ["somebody"] }));
    let network = scene.py(
        "ec2 = client('ec2')\n\
         vpc = ec2.describe_vpcs()['Vpcs'][0]['VpcId']\n\
         {'vpc': vpc, 'subnet': ec2.describe_subnets(Filters=[{'Name': 'vpc-id', 'Values': [vpc]}])['Subnets'][0]['SubnetId']}",
    );
    deploy(
        &scene,
        "pool-workers.yaml",
        "workers",
        &json!({ "Image": "aws-cleaner:1", "VpcId": network["vpc"], "SubnetIds": network["subnet"] }),
    );
    let trusted = "arn:aws:iam::999999999999:role/aws-cleaner-worker";
    deploy(
        &scene,
        "member-role.yaml",
        "member",
        &json!({ "PoolAccountId": "999999999999", "TrustedRoles": trusted }),
    );
    let done = scene.clear(0, ["--patience", "10s"]).clean();
    // Roles that somebody made go, so it is not that all of them stay.
    assert_eq!(done.outcome("IAMRole", "somebody"), "deleted");
    for (kind, name, rule) in [
        ("CloudFormationStack", "workers", "built-in:owns-kept"),
        ("CloudFormationStack", "member", "built-in:owns-kept"),
        ("DynamoDBTable", "aws-cleaner-pool", "built-in:keep-tag"),
        ("CloudWatchLogsLogGroup", "/workers/workers", "built-in:keep-tag"),
        ("IAMRole", "aws-cleaner-worker", "built-in:keep-tag"),
        ("IAMRole", "aws-cleaner-member", "built-in:keep-tag"),
    ] {
        assert_eq!((done.outcome(kind, name), done.rule(kind, name)), ("kept", rule), "{kind} {name}");
    }
    let left = scene.py(
        "ecs = client('ecs')\nlen(ecs.list_clusters()['clusterArns'] + ecs.list_task_definitions()['taskDefinitionArns'])",
    );
    assert_eq!(left, 2, "the cluster and the task");
}

#[test]
fn whatever_can_have_tags_has_the_keep_tag() {
    let scene = Scene::new();
    let untagged = |template| {
        about(
            &scene,
            template,
            "sorted(name for name in template['Resources']
                    if not any(tag['Key'] == 'aws-cleaner:keep' for tag in properties(name).get('Tags', [])))",
        )
    };
    // Schedules have no tags.
    assert_eq!(untagged("pool-workers.yaml"), json!(["CleanSchedule", "ReapSchedule"]));
    assert_eq!(untagged("member-role.yaml"), json!([]));
}

#[test]
fn a_member_role_outlives_the_clearing_that_it_does_even_without_its_tag() {
    let scene = Scene::of(&json!({ "identity": "role/aws-cleaner-member" }));
    let template = fs::read_to_string(path("member-role.yaml")).expect("it is there");
    assert!(template.contains("Default: aws-cleaner-member\n"));
    let done = scene.clear(0, ["--type", "IAMRole"]).clean();
    assert_eq!(done.rule("IAMRole", "aws-cleaner-member"), "built-in:caller");
}

/// What is denied to a user without one of its actions, while it runs what cannot do well then.
fn denied_without(
    home: &Scene,
    user: &Scene,
    policy: &Value,
    action: &str,
    arguments: &[&str],
) -> Vec<String> {
    let name = user.credentials.arn.rsplit('/').next().expect("a name");
    let mut less = policy.clone();
    for statement in less["Statement"].as_array_mut().expect("a list") {
        if let Some(actions) = statement["Action"].as_array_mut() {
            actions.retain(|one| one != action);
        }
    }
    put(home, name, &less);
    let seen = home.calls().len();
    let run = user.cli(arguments.iter().copied()).run();
    assert_ne!(run.code, Some(0), "{name} without {action}: {}", run.stderr);
    put(home, name, policy);
    let mut denied: Vec<String> =
        home.calls().split_off(seen).into_iter().filter_map(|call| call.denied).collect();
    denied.dedup();
    denied
}

#[test]
fn workers_and_tests_may_what_they_need_and_no_more() {
    let home = Scene::strict(&json!({}));
    let target = Scene::strict(&json!({ "roles": ["aws-cleaner-member"] }));
    let role = "arn:aws:iam::{account}:role/aws-cleaner-member";
    drop(home.cli(["pool", "init"]).run().expect_code(0));
    drop(home.cli(["pool", "add", target.account(), "--role", role]).run().expect_code(0));

    let work = ["pool", "clean", "--once", "--region", "us-east-1", "--type", "SQSQueue"];
    let policy =
        about(&home, "pool-workers.yaml", "properties('WorkerRole')['Policies'][0]['PolicyDocument']");
    let table = format!("arn:aws:dynamodb:us-east-1:{}:table/aws-cleaner-pool", home.account());
    assert_eq!(policy["Statement"][0]["Resource"], json!(table));
    assert_eq!(policy["Statement"][1]["Resource"], json!("arn:aws:iam::*:role/aws-cleaner-member"));
    let worker = user(&home, "worker", &policy);
    for action in ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"] {
        assert_eq!(denied_without(&home, &worker, &policy, action, &work), [action]);
    }
    drop(worker.cli(work).run().expect_code(0));

    let take = ["run", "--wait", "1m", "--", "true"];
    let policy = documented("dynamodb:");
    let holder = user(&home, "holder", &policy);
    for action in ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"] {
        assert_eq!(denied_without(&home, &holder, &policy, action, &take), [action]);
    }
    drop(holder.cli(take).run().expect_code(0));
    // Nothing is free now: who waits draws a ticket, and takes it back.
    let give_up = ["pool", "acquire", "--wait", "1s"];
    for action in ["dynamodb:UpdateItem", "dynamodb:DeleteItem"] {
        assert_eq!(denied_without(&home, &holder, &policy, action, &give_up), [action]);
    }
}

/// The policy of the recipes that allows this.
fn documented(action: &str) -> Value {
    let recipes = fs::read_to_string(tree::root().join("docs/ci.md")).expect("it is there");
    recipes
        .split("```json\n")
        .filter_map(|block| serde_json::from_str::<Value>(block.split("```").next()?).ok())
        .find(|block| block.to_string().contains(action))
        .expect("a policy")
}
