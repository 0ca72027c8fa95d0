//! What stays is emptied: tables, queues, streams and buckets keep their place and lose what they hold.

use serde_json::{Value, json};

use crate::scene::{Done, HERE, Scene, since, wait_until};

/// `stack(name, **more)` makes a stack of a table, a queue, a bucket with versions and a stream; `fill(...)` puts data into things of
/// these names; `counts()` counts what each thing holds.
const WORLD: &str = r#"
cfn, ddb, sqs, s3, kin = (client(name) for name in ['cloudformation', 'dynamodb', 'sqs', 's3', 'kinesis'])
def table(name, tags=None):
    return {'Type': 'AWS::DynamoDB::Table', 'Properties': {
        'TableName': name, 'BillingMode': 'PAY_PER_REQUEST', 'Tags': tags or [],
        'AttributeDefinitions': [{'AttributeName': 'name', 'AttributeType': 'S'}, {'AttributeName': 'size', 'AttributeType': 'N'}],
        'KeySchema': [{'AttributeName': 'name', 'KeyType': 'HASH'}, {'AttributeName': 'size', 'KeyType': 'RANGE'}]}}
def queue(name, tags=None):
    return {'Type': 'AWS::SQS::Queue', 'Properties': {'QueueName': name, 'Tags': tags or []}}
def bucket(name):
    return {'Type': 'AWS::S3::Bucket', 'Properties': {
        'BucketName': f'{name}-{account}', 'VersioningConfiguration': {'Status': 'Enabled'}}}
def resources(name):
    return {'T': table(name), 'Q': queue(name), 'B': bucket(name),
            'K': {'Type': 'AWS::Kinesis::Stream', 'Properties': {'Name': name, 'ShardCount': 2}}}
def stack(name, resources):
    cfn.create_stack(StackName=name, TemplateBody=json.dumps({'Resources': resources}))
def put_items(name, count=300):
    for start in range(0, count, 25):
        ddb.batch_write_item(RequestItems={name: [
            {'PutRequest': {'Item': {'name': {'S': f'n{n % 7}'}, 'size': {'N': str(n)}, 'more': {'S': 'x' * 50}}}}
            for n in range(start, min(start + 25, count))]})
def send(name, count=12):
    url = sqs.get_queue_url(QueueName=name)['QueueUrl']
    for n in range(count):
        sqs.send_message(QueueUrl=url, MessageBody=str(n), DelaySeconds=600 if n == 1 else 0)
    assert sqs.receive_message(QueueUrl=url)['Messages']
def put_objects(name):
    name = f'{name}-{account}'
    for _ in range(2):
        fill(name, 40)
    s3.delete_object(Bucket=name, Key='o/000001')
    s3.create_multipart_upload(Bucket=name, Key='unfinished')
def put_all(name):
    put_items(name); send(name); put_objects(name)
def counts():
    held = {}
    for name in ddb.list_tables()['TableNames']:
        pages = ddb.get_paginator('scan').paginate(TableName=name)
        held['table ' + name] = sum(len(page['Items']) for page in pages)
    for url in sqs.list_queues().get('QueueUrls', []):
        found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['All'])['Attributes']
        held['queue ' + url.rsplit('/', 1)[1]] = sum(int(v) for k, v in found.items() if k.startswith('ApproximateNumber'))
    for one in s3.list_buckets()['Buckets']:
        pages = s3.get_paginator('list_object_versions').paginate(Bucket=one['Name'])
        inside = sum(len(page.get('Versions', [])) + len(page.get('DeleteMarkers', [])) for page in pages)
        inside += len(s3.list_multipart_uploads(Bucket=one['Name']).get('Uploads', []))
        held['bucket ' + one['Name'].rsplit('-', 1)[0]] = inside
    for name in kin.list_streams()['StreamNames']:
        held['stream ' + name] = 0
        for shard in kin.list_shards(StreamName=name)['Shards']:
            at = kin.get_shard_iterator(StreamName=name, ShardId=shard['ShardId'], ShardIteratorType='TRIM_HORIZON')
            held['stream ' + name] += len(kin.get_records(ShardIterator=at['ShardIterator'])['Records'])
    return held
def stacks():
    return {s['StackName']: sorted([r['ResourceType'], r['PhysicalResourceId'], r['ResourceStatus']]
                                   for r in cfn.describe_stack_resources(StackName=s['StackName'])['StackResources'])
            for s in cfn.describe_stacks()['Stacks']}
"#;

/// Two stacks of the same kinds, and loose things, all with data; `base` has a nested stack.
const BUILD: &str = r#"
s3.create_bucket(Bucket=f'templates-{account}')
s3.put_object(Bucket=f'templates-{account}', Key='inner.json', Body=json.dumps({'Resources': {'Q': queue('deep')}}))
inner = {'Type': 'AWS::CloudFormation::Stack', 'Properties': {
    'TemplateURL': f'https://s3.amazonaws.com/templates-{account}/inner.json'}}
stack('base', {**resources('base'), 'Inner': inner, 'Kept': queue('kept', [{'Key': 'aws-cleaner:keep', 'Value': ''}])})
stack('other', resources('other'))
sqs.create_queue(QueueName='loose')
ddb.create_table(TableName='loose', **{k: v for k, v in table('loose')['Properties'].items() if k not in ('TableName', 'Tags')})
s3.create_bucket(Bucket=f'loose-{account}')
for name in ['base', 'other']: put_all(name)
put_items('loose', 30); put_objects('loose')
for name in ['loose', 'deep', 'kept']: send(name)
"#;

impl Scene {
    /// Runs Python in this world.
    fn world(&self, code: &str) -> Value {
        self.py(&format!("{WORLD}\n{code}"))
    }

    /// Prepares `reset-data --yes` of this account, with a report.
    pub(crate) fn resetting<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> cleaner_tests::Cli {
        let fixed = ["reset-data", "--yes", "--account", self.account(), "--report", "report.json"];
        self.cli(fixed).args(HERE).args(arguments)
    }
}

/// Operations that would take away more than data.
fn is_beyond_data(operation: &str) -> bool {
    let deletes = operation.starts_with("Delete") && !operation.starts_with("DeleteObject");
    deletes
        || ["Create", "Update", "Put", "Set", "Tag", "Untag"].iter().any(|verb| operation.starts_with(verb))
}

#[test]
fn a_stack_is_emptied_and_stays_and_so_does_everything_else() {
    let scene = Scene::new();
    scene.world(BUILD);
    let (before, stacks) = (scene.world("counts()"), scene.world("stacks()"));
    for name in
        ["table base", "queue base", "queue deep", "bucket base", "table other", "queue kept", "bucket loose"]
    {
        assert!(before[name].as_u64() > Some(10), "{name}: {before:#}");
    }

    let seen = scene.calls().len();
    let dry = scene.cli(["reset-data", "--stack", "base", "--dry-run", "--report", "report.json"]).args(HERE);
    let dry = Done::of(dry, 0);
    assert_eq!(dry.report["outcome"], "dry_run");
    assert_eq!(dry.report["summary"]["planned"], 5, "{:#}", dry.report["summary"]);
    assert!(dry.run.stdout.contains("EMPTY") && dry.run.stdout.contains("5 to empty"), "{}", dry.run.stdout);
    assert_eq!(scene.world("counts()"), before);

    let reset = scene.resetting(["--stack", "base", "--events", "events.ndjson"]);
    let done = Done::of(reset, 0);
    assert_eq!((&done.report["outcome"], &done.report["task"]), (&json!("clean"), &json!("reset_data")));
    let mut wanted = before.clone();
    for name in ["table base", "queue base", "queue deep", "bucket base"] {
        wanted[name] = json!(0);
    }
    assert_eq!(scene.world("counts()"), wanted, "base is empty, and nobody else lost anything");
    assert_eq!(scene.world("stacks()"), stacks, "everything is where it was");
    let ours = since(&scene, seen);
    let ours = ours.iter().filter(|call| !call.operation.starts_with("List"));
    let beyond: Vec<&str> =
        ours.map(|call| call.operation.as_str()).filter(|operation| is_beyond_data(operation)).collect();
    assert!(beyond.is_empty(), "{beyond:?}");
    let summary = &done.report["summary"];
    assert_eq!((&summary["emptied"], &summary["deleted"]), (&json!(5), &json!(0)), "{summary:#}");
    for (type_name, name) in
        [("DynamoDBTable", "base"), ("SQSQueue", "base"), ("SQSQueue", "deep"), ("KinesisStream", "base")]
    {
        let one = done.resource(type_name, name);
        assert_eq!(
            (&one["outcome"], &one["verdict"]["action"]),
            (&json!("emptied"), &json!("empty")),
            "{one:#}"
        );
    }
    assert_eq!(done.resource("SQSQueue", "kept")["verdict"]["rule"], "built-in:keep-tag");
    assert_eq!(done.resource("SQSQueue", "loose")["outcome"], "kept");
    assert!(
        done.run.stdout.contains("EMPTIED") && done.run.stdout.contains("5 emptied"),
        "{}",
        done.run.stdout
    );

    // The events tell all of it.
    let events = done.run.read("events.ndjson");
    let (cli, _) = scene.cli([] as [&str; 0]).file("events.ndjson", &events);
    let told = cli.args(["report", "events.ndjson", "--format", "json"]).run().expect_code(0).json();
    for key in ["task", "outcome", "summary", "lists", "warnings"] {
        assert_eq!(told[key], done.report[key], "{key}");
    }
    let resources = |report: &Value| {
        let mut all = report["resources"].as_array().expect("a list").clone();
        for one in &mut all {
            // An event comes a moment after what it tells.
            let times = [one["started_at"].take(), one["finished_at"].take()];
            one["is_timed"] = times.iter().all(Value::is_string).into();
        }
        all
    };
    assert_eq!(resources(&told), resources(&done.report));
    let (cli, _) = scene.clearing(HERE).file("events.ndjson", &events);
    let run = cli.args(["--resume", "events.ndjson"]).run().expect_code(3);
    assert!(run.stderr.contains("emptied resources"), "{}", run.stderr);

    let again = Done::of(scene.resetting(["--stack", "base"]), 0);
    assert_eq!((&again.report["outcome"], &again.report["summary"]["emptied"]), (&json!("clean"), &json!(5)));
    // AWS takes one purge of a queue in 60 seconds.
    let attempts = |type_name| again.resource(type_name, "base")["attempts"].as_u64();
    assert!(attempts("SQSQueue") > Some(1) && attempts("DynamoDBTable") == Some(1));
    assert_eq!(scene.world("counts()"), wanted);
}

#[test]
fn rules_choose_and_what_cannot_be_emptied_is_a_leftover() {
    let scene = Scene::new();
    scene.world(
        "for name in ['jobs-1', 'jobs-2', 'other']: sqs.create_queue(QueueName=name); send(name)\n\
         sqs.tag_queue(QueueUrl=sqs.get_queue_url(QueueName='jobs-2')['QueueUrl'], Tags={'aws-cleaner:keep': ''})\n\
         kin.create_stream(StreamName='log', ShardCount=1)\n\
         kin.put_record(StreamName='log', Data=b'x', PartitionKey='p')",
    );
    let rules = "version: 1\nfilters: { deny: [{ name: \"jobs-*\" }] }\n\
                 reset_data: [{ type: SQSQueue, name: \"jobs-*\" }, { name: nowhere }]\n";
    let (cli, _) = scene.resetting([]).file("aws-cleaner.yaml", rules);
    let done = Done::of(cli, 0);
    assert_eq!(done.report["outcome"], "clean");
    let held = scene.world("counts()");
    assert_eq!(
        (&held["queue jobs-1"], &held["queue jobs-2"], &held["queue other"]),
        (&json!(0), &json!(12), &json!(12)),
        "a rule about deletion protects no data, a keep tag does"
    );
    let warnings = done.report["warnings"].to_string();
    assert!(
        warnings.contains("reset_data[1] aws-cleaner.yaml:3") && !warnings.contains("reset_data[0]"),
        "{warnings}"
    );

    let rules = "version: 1\nreset_data: [{ type: KinesisStream }, { name: other }]\n";
    let (cli, _) = scene.resetting([]).file("aws-cleaner.yaml", rules);
    let done = Done::of(cli, 4);
    assert_eq!(done.resource("KinesisStream", "log")["outcome"], "failed");
    let cause = done.resource("KinesisStream", "log")["error"]["message"].to_string();
    assert!(
        cause.contains("24 h") && done.run.stdout.contains("not emptied: 1"),
        "{cause}\n{}",
        done.run.stdout
    );
    let held = scene.world("counts()");
    assert_eq!((&held["stream log"], &held["queue other"]), (&json!(1), &json!(0)));
}

#[test]
fn nothing_is_emptied_that_was_not_chosen_or_not_confirmed() {
    let scene = Scene::new();
    scene.world("sqs.create_queue(QueueName='q'); send('q')");
    let run = scene.resetting([]).run().expect_code(2);
    assert!(run.stderr.contains("--stack") && run.stderr.contains("reset_data"), "{}", run.stderr);
    let run = scene.resetting(["--stack", "a*"]).run().expect_code(2);
    assert!(run.stderr.contains("`a*`"), "{}", run.stderr);
    let run = scene.resetting(["--stack", "base", "--type", "IAMRole"]).run().expect_code(2);
    assert!(run.stderr.contains("SQSQueue"), "{}", run.stderr);
    scene.cli(["reset-data", "--stack", "base"]).run().expect_code(3);
    scene.cli(["reset-data", "--stack", "base", "--yes", "--account", "999999999999"]).run().expect_code(3);
    let done = Done::of(scene.resetting(["--stack", "nowhere"]), 0);
    assert!(
        done.report["warnings"].to_string().contains("no stack nowhere"),
        "{:#}",
        done.report["warnings"]
    );
    let own = "service = \"sqs\"\n[SQSQueue]\nlist = \"ListQueues\"\nitems = \"QueueUrls[]\"\nid = \"value\"\n\
               delete = { call = \"DeleteQueue\", with = { QueueUrl = \"{id}\" } }\n";
    let (cli, _) = scene.resetting(["--stack", "nowhere", "--catalog", "own.toml"]).file("own.toml", own);
    let warnings = Done::of(cli, 0).report["warnings"].to_string();
    assert!(warnings.contains("nothing of type SQSQueue is emptied"), "{warnings}");
    assert_eq!(scene.world("counts()")["queue q"], 12);
    assert!(scene.calls().iter().all(|call| call.operation != "PurgeQueue"));
}

#[test]
fn what_may_not_be_written_or_listed_is_said() {
    let scene = Scene::new();
    scene.world("stack('base', resources('base')); put_items('base', 30); send('base')");
    scene.faults(&json!([{ "service": "dynamodb", "operation": "BatchWriteItem", "kind": "deny" }]));
    let done = Done::of(scene.resetting(["--stack", "base"]), 4);
    let table = done.resource("DynamoDBTable", "base");
    assert_eq!(
        (&table["outcome"], &table["error"]["kind"]),
        (&json!("failed"), &json!("denied")),
        "{table:#}"
    );
    assert_eq!(done.outcome("SQSQueue", "base"), "emptied");
    assert_eq!(scene.world("counts()")["table base"], 30);

    // Whose stack nobody knows is not emptied.
    scene.faults(&json!([{ "service": "cloudformation", "kind": "deny" }]));
    let done = Done::of(scene.resetting(["--stack", "base"]), 5);
    assert_eq!(done.report["outcome"], "incomplete");
    assert_eq!(done.report["summary"]["emptied"], 0);
    scene.faults(&json!([]));
    assert_eq!(scene.world("counts()")["table base"], 30);
}

#[test]
fn a_run_that_was_cut_short_is_told_and_done_again() {
    let scene = Scene::new();
    scene.world("stack('base', resources('base')); put_items('base', 200); send('base')");
    scene.faults(
        &json!([{ "service": "dynamodb", "operation": "BatchWriteItem", "kind": "hang", "after": 2 }]),
    );
    let running = scene.resetting(["--stack", "base", "--events", "events.ndjson"]).spawn();
    wait_until("some hang", || {
        scene.calls().iter().any(|call| call.operation == "BatchWriteItem" && call.fault.is_some())
    });
    running.signal("KILL");
    let events = running.wait().read("events.ndjson");
    scene.faults(&json!([]));
    let left = scene.world("counts()")["table base"].as_u64().expect("a number");
    assert!((1..200).contains(&left), "{left} items are left");

    let (cli, _) = scene.cli([] as [&str; 0]).file("events.ndjson", &events);
    let told = cli.args(["report", "events.ndjson", "--format", "json"]).run().expect_code(0).json();
    assert_eq!((&told["outcome"], &told["task"]), (&json!("interrupted"), &json!("reset_data")));
    let resources = told["resources"].as_array().expect("a list");
    let table = resources.iter().find(|one| one["type"] == "DynamoDBTable").expect("it was found");
    assert_eq!((&table["outcome"], &table["attempts"]), (&json!("pending"), &json!(1)), "{table:#}");

    let only = ["--stack", "base", "--type", "DynamoDBTable,S3Bucket"];
    let done = Done::of(scene.resetting(only), 0);
    assert_eq!(done.report["summary"]["emptied"], 2, "{:#}", done.report["summary"]);
    assert_eq!(scene.world("counts()")["table base"], 0);
}
