"""The reference account, scaled: what benchmarks and the demo clear.

At scale 1: 20 stacks, 200 functions with their log groups and about 220 roles, 20 REST APIs, 10 event buses, 30 tables,
5 streams, 40 queues and topics, 25 buckets, 2 VPCs with NAT gateways. About half of it is owned by the stacks.
"""

import io
import json
import zipfile

from . import network
from .account import POLICY, TRUST

FUNCTIONS_PER_STACK = 5


def archive():
    """The smallest function there is."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("index.py", "def handler(event, context):\n    return 1\n")
    return buffer.getvalue()


def reference(account, scale):
    """Fills the account."""

    def count(full, least=1):
        return max(least, round(full * scale))

    number = count(20, least=3)
    # First, in order: its VPC ids are what functions use.
    vpcs = network.reference(account)
    account.at_once(
        lambda: stacks(account, number),
        lambda: functions(account, count(100), vpcs[0]),
        lambda: plain_roles(account, count(20)),
        lambda: rest_apis(account, count(20)),
        lambda: tables(account, count(10)),
        lambda: streams(account, count(5)),
        lambda: buckets(account, count(5, least=3), count(10_500)),
    )
    # These point to functions and queues.
    account.at_once(
        lambda: messaging(account, count(20)),
        lambda: buses(account, count(10)),
    )


def stack_template(index, number):
    """A stack of a small application; the last but one exports, the last imports."""
    trust = json.loads(TRUST)
    resources = {
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {
                "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        },
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
        "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
    }
    for n in range(FUNCTIONS_PER_STACK):
        resources[f"Role{n}"] = {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": trust,
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
                "Policies": [{"PolicyName": "inline", "PolicyDocument": json.loads(POLICY)}],
            },
        }
        resources[f"Function{n}"] = {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": [f"Role{n}", "Arn"]},
                "Code": {"ZipFile": "def handler(event, context): return 1"},
            },
        }
        resources[f"Logs{n}"] = {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": {"Fn::Sub": f"/aws/lambda/${{Function{n}}}"}},
        }
    template = {"Resources": resources}
    if index == number - 2:
        template["Outputs"] = {"Queue": {"Value": {"Ref": "Queue"}, "Export": {"Name": "reference-queue"}}}
    if index == number - 1:
        resources["Parameter"] = {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "reference-queue"}},
        }
    return json.dumps(template)


def stacks(account, number):
    """Stacks; a few of their buckets hold objects, so that they can't be deleted as they are."""
    cloudformation, s3 = account.client("cloudformation"), account.client("s3")
    # One after the other: the last imports what the last but one exports.
    for index in range(number):
        name = f"app-{index:02d}"
        cloudformation.create_stack(
            StackName=name, TemplateBody=stack_template(index, number), Capabilities=["CAPABILITY_IAM"]
        )
        if index % 4 == 0:
            found = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Bucket")
            bucket = found["StackResourceDetail"]["PhysicalResourceId"]
            for key in ("a", "b", "c/d"):
                s3.put_object(Bucket=bucket, Key=key, Body=b"x")
            account.tally("S3Object", 3)
    account.tally("CloudFormationStack", number)
    each = {
        "IAMRole": FUNCTIONS_PER_STACK,
        "LambdaFunction": FUNCTIONS_PER_STACK,
        "CloudWatchLogsLogGroup": FUNCTIONS_PER_STACK,
        "DynamoDBTable": 1,
        "SQSQueue": 1,
        "SNSTopic": 1,
        "S3Bucket": 1,
    }
    for kind, per_stack in each.items():
        account.tally(kind, per_stack * number)
    account.tally("SSMParameter")


def functions(account, number, vpc):
    """Functions with role, log group and, for some, an event source; the first runs in a VPC."""
    iam, logs, lam, sqs = (account.client(s) for s in ("iam", "logs", "lambda", "sqs"))
    code = archive()

    def one(index):
        name = f"worker-{index:03d}"
        role = iam.create_role(RoleName=f"{name}-role", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        iam.attach_role_policy(
            RoleName=f"{name}-role", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
        )
        iam.put_role_policy(RoleName=f"{name}-role", PolicyName="inline", PolicyDocument=POLICY)
        inside = {"SubnetIds": [vpc["private"]], "SecurityGroupIds": [vpc["group"]]} if index == 0 else {}
        lam.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="index.handler",
            Role=role,
            Code={"ZipFile": code},
            VpcConfig=inside,
            Tags={"app": "reference"},
        )
        logs.create_log_group(logGroupName=f"/aws/lambda/{name}")
        logs.create_log_stream(logGroupName=f"/aws/lambda/{name}", logStreamName="today")
        if index % 10 == 0:
            url = sqs.create_queue(QueueName=f"{name}-jobs")["QueueUrl"]
            arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            lam.create_event_source_mapping(EventSourceArn=arn, FunctionName=name)
            account.tally("SQSQueue")
            account.tally("LambdaEventSourceMapping")

    account.each(one, range(number))
    for kind in ("IAMRole", "LambdaFunction", "CloudWatchLogsLogGroup"):
        account.tally(kind, number)


def plain_roles(account, number):
    """Roles with customer managed policies in several versions, and instance profiles."""
    iam = account.client("iam")

    def one(index):
        name = f"service-{index:03d}"
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)
        policy = iam.create_policy(PolicyName=f"{name}-policy", PolicyDocument=POLICY)["Policy"]["Arn"]
        for _ in range(2):
            iam.create_policy_version(PolicyArn=policy, PolicyDocument=POLICY)
        iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        if index % 4 == 0:
            iam.create_instance_profile(InstanceProfileName=name)
            iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=name)
            account.tally("IAMInstanceProfile")

    account.each(one, range(number))
    account.tally("IAMRole", number)
    account.tally("IAMPolicy", number)


def rest_apis(account, number):
    """REST APIs with a deployed stage, the first one in a usage plan with a key."""
    gateway = account.client("apigateway")

    def one(index):
        api = gateway.create_rest_api(name=f"api-{index:02d}")["id"]
        root = gateway.get_resources(restApiId=api)["items"][0]["id"]
        gateway.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
        gateway.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
        gateway.create_deployment(restApiId=api, stageName="live")
        if index == 0:
            plan = gateway.create_usage_plan(name="plan", apiStages=[{"apiId": api, "stage": "live"}])["id"]
            key = gateway.create_api_key(name="key", enabled=True)["id"]
            gateway.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
            account.tally("APIGatewayUsagePlan")
            account.tally("APIGatewayAPIKey")

    account.each(one, range(number))
    account.tally("APIGatewayRestAPI", number)


def buses(account, number):
    """Custom event buses with two rules and targets each, and rules on the default bus."""
    events = account.client("events")
    target = f"arn:aws:sqs:{account.region}:{account.id}:target"

    def one(index):
        name = f"bus-{index:02d}"
        events.create_event_bus(Name=name)
        for n in range(2):
            events.put_rule(Name=f"rule-{n}", EventBusName=name, EventPattern='{"source":["app"]}')
            events.put_targets(Rule=f"rule-{n}", EventBusName=name, Targets=[{"Id": "t", "Arn": target}])
        events.put_rule(Name=f"nightly-{index}", ScheduleExpression="rate(1 day)")
        events.put_targets(Rule=f"nightly-{index}", Targets=[{"Id": "t", "Arn": target}])

    account.each(one, range(number))
    account.tally("CloudWatchEventsBuses", number)
    account.tally("CloudWatchEventsRule", 3 * number)


def tables(account, number):
    """Tables with some items."""
    dynamodb = account.client("dynamodb")

    def one(index):
        name = f"table-{index:02d}"
        dynamodb.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        dynamodb.put_item(TableName=name, Item={"k": {"S": "1"}})

    account.each(one, range(number))
    account.tally("DynamoDBTable", number)


def streams(account, number):
    """Kinesis streams."""
    kinesis = account.client("kinesis")
    account.each(lambda n: kinesis.create_stream(StreamName=f"stream-{n}", ShardCount=1), range(number))
    account.tally("KinesisStream", number)


def messaging(account, number):
    """Queues and topics, each topic with its queue subscribed."""
    sqs, sns = account.client("sqs"), account.client("sns")

    def one(index):
        sqs.create_queue(QueueName=f"inbox-{index:02d}")
        topic = sns.create_topic(Name=f"news-{index:02d}")["TopicArn"]
        endpoint = f"arn:aws:sqs:{account.region}:{account.id}:inbox-{index:02d}"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=endpoint)

    account.each(one, range(number))
    for kind in ("SQSQueue", "SNSTopic", "SNSSubscription"):
        account.tally(kind, number)


def buckets(account, number, objects):
    """Buckets: one with many objects, one versioned with delete markers, some empty."""
    s3 = account.client("s3")
    names = [f"data-{index:02d}-{account.id}" for index in range(number)]
    account.each(lambda name: s3.create_bucket(Bucket=name), names)
    account.tally("S3Bucket", number)
    account.put_objects(names[0], objects)
    s3.put_bucket_versioning(Bucket=names[1], VersioningConfiguration={"Status": "Enabled"})
    for key in range(10):
        for _ in range(3):
            s3.put_object(Bucket=names[1], Key=f"v{key}", Body=b"x")
        s3.delete_object(Bucket=names[1], Key=f"v{key}")
    account.tally("S3Object", 30)
    s3.put_object(Bucket=names[2], Key="one", Body=b"x")
    s3.create_multipart_upload(Bucket=names[2], Key="unfinished")
    account.tally("S3Object")
