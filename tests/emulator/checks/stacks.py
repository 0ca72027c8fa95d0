"""CloudFormation."""

import json

from .harness import ALLOW, check, post, refuses

EMPTY = {"Type": "AWS::SQS::Queue", "Properties": {}}


def template(resources, outputs=None):
    """A template as text."""
    return json.dumps({"Resources": resources, **({"Outputs": outputs} if outputs else {})})


@check
def stack_resources_go(w):
    """Deleting a stack deletes what it made, and later looks create nothing anew."""
    cfn = w.cloudformation
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    body = template(
        {
            "Queue": EMPTY,
            "Topic": {"Type": "AWS::SNS::Topic", "Properties": {}},
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}},
            "Table": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "AttributeDefinitions": [{"AttributeName": "k", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "k", "KeyType": "HASH"}],
                    "BillingMode": "PAY_PER_REQUEST",
                },
            },
            "Role": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": trust,
                    "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
                    "Policies": [{"PolicyName": "i", "PolicyDocument": json.loads(ALLOW)}],
                },
            },
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Runtime": "python3.12",
                    "Handler": "index.handler",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Code": {"ZipFile": "def handler(e, c): pass"},
                },
            },
            "Logs": {
                "Type": "AWS::Logs::LogGroup",
                "Properties": {"LogGroupName": {"Fn::Sub": "/aws/lambda/${Function}"}},
            },
        }
    )
    stack = cfn.create_stack(StackName="s", TemplateBody=body, Capabilities=["CAPABILITY_IAM"])["StackId"]
    assert cfn.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    details = w.iam.get_account_authorization_details(Filter=["Role"])["RoleDetailList"]
    assert len(details) == 2 and all(role["AssumeRolePolicyDocument"] for role in details), details
    summaries = cfn.list_stack_resources(StackName="s")["StackResourceSummaries"]
    assert len(summaries) == 7 and all(s["PhysicalResourceId"] for s in summaries), summaries
    cfn.delete_stack(StackName="s")
    gone = cfn.describe_stacks(StackName=stack)["Stacks"][0]
    assert gone["StackStatus"] == "DELETE_COMPLETE", gone
    refuses("ValidationError", cfn.describe_stacks, StackName="s")
    after = cfn.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    assert {s["ResourceStatus"] for s in after} == {"DELETE_COMPLETE"}, after
    assert len(cfn.describe_stack_resources(StackName=stack)["StackResources"]) == 7
    assert "QueueUrls" not in w.sqs.list_queues()
    assert w.sns.list_topics()["Topics"] == []
    assert w.s3.list_buckets()["Buckets"] == []
    assert w.dynamodb.list_tables()["TableNames"] == []
    assert [r["RoleName"] for r in w.iam.list_roles()["Roles"]] == ["account-cleaner"]
    assert getattr(w, "lambda").list_functions()["Functions"] == []
    assert w.logs.describe_log_groups()["logGroups"] == []
    cfn.delete_stack(StackName="s")


@check
def termination_protection(w):
    """A protected stack stays until the protection is taken off."""
    cfn = w.cloudformation
    cfn.create_stack(StackName="p", TemplateBody=template({"Q": EMPTY}), EnableTerminationProtection=True)
    assert cfn.describe_stacks(StackName="p")["Stacks"][0]["EnableTerminationProtection"]
    error = refuses("ValidationError", cfn.delete_stack, StackName="p")
    assert "TerminationProtection is enabled" in error["Error"]["Message"], error
    cfn.update_termination_protection(StackName="p", EnableTerminationProtection=False)
    cfn.delete_stack(StackName="p")
    assert cfn.describe_stacks()["Stacks"] == []


@check
def export_in_use(w):
    """An exporting stack stays while another imports from it."""
    cfn = w.cloudformation
    cfn.create_stack(
        StackName="exporter",
        TemplateBody=template({"Q": EMPTY}, {"O": {"Value": {"Ref": "Q"}, "Export": {"Name": "shared-queue"}}}),
    )
    refuses("ValidationError", cfn.list_imports, ExportName="shared-queue")
    user = {
        "Type": "AWS::SSM::Parameter",
        "Properties": {"Type": "String", "Value": {"Fn::ImportValue": "shared-queue"}},
    }
    cfn.create_stack(StackName="importer", TemplateBody=template({"P": user}))
    exports = cfn.list_exports()["Exports"]
    assert [e["Name"] for e in exports] == ["shared-queue"] and exports[0]["ExportingStackId"], exports
    assert cfn.list_imports(ExportName="shared-queue")["Imports"] == ["importer"]
    error = refuses("ValidationError", cfn.delete_stack, StackName="exporter")
    assert "in use by importer" in error["Error"]["Message"], error
    cfn.delete_stack(StackName="importer")
    cfn.delete_stack(StackName="exporter")
    assert cfn.list_exports()["Exports"] == []


@check
def delete_failed(w):
    """A bucket with objects makes the deletion fail; retained or emptied, it succeeds."""
    cfn = w.cloudformation
    names = {}
    for stack in ("retained", "emptied", "forced"):
        names[stack] = f"{stack}-{w.account}"
        bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": names[stack]}}
        cfn.create_stack(StackName=stack, TemplateBody=template({"B": bucket, "Q": EMPTY}))
        w.s3.put_object(Bucket=names[stack], Key="k", Body=b"x")
        if stack == "retained":
            refuses("ValidationError", cfn.delete_stack, StackName=stack, RetainResources=["B"])
        cfn.delete_stack(StackName=stack)
        found = cfn.describe_stacks(StackName=stack)["Stacks"][0]
        assert found["StackStatus"] == "DELETE_FAILED", found
        assert "[B]" in found["StackStatusReason"], found
        states = {
            s["LogicalResourceId"]: s["ResourceStatus"]
            for s in cfn.list_stack_resources(StackName=stack)["StackResourceSummaries"]
        }
        assert states == {"B": "DELETE_FAILED", "Q": "DELETE_COMPLETE"}, states
    cfn.delete_stack(StackName="retained", RetainResources=["B"])
    w.s3.delete_object(Bucket=names["emptied"], Key="k")
    cfn.delete_stack(StackName="emptied")
    cfn.delete_stack(StackName="forced", DeletionMode="FORCE_DELETE_STACK")
    assert cfn.describe_stacks()["Stacks"] == []
    left = {b["Name"] for b in w.s3.list_buckets()["Buckets"]}
    assert left == {names["retained"], names["forced"]}, left


@check
def foreign_policy(w):
    """A policy that the stack did not give its role makes the deletion fail."""
    trust = {"Version": "2012-10-17", "Statement": []}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": "stack-role", "AssumeRolePolicyDocument": trust},
    }
    w.cloudformation.create_stack(StackName="r", TemplateBody=template({"R": role}))
    w.iam.put_role_policy(RoleName="stack-role", PolicyName="foreign", PolicyDocument=ALLOW)
    w.cloudformation.delete_stack(StackName="r")
    assert w.cloudformation.describe_stacks(StackName="r")["Stacks"][0]["StackStatus"] == "DELETE_FAILED"
    w.iam.delete_role_policy(RoleName="stack-role", PolicyName="foreign")
    w.cloudformation.delete_stack(StackName="r")
    assert w.cloudformation.describe_stacks()["Stacks"] == []


@check
def missing_stack_role(w):
    """A stack whose service role is gone can't be deleted without another one."""
    arn = w.role("deployer")
    w.cloudformation.create_stack(StackName="m", TemplateBody=template({"Q": EMPTY}), RoleARN=arn)
    w.iam.delete_role(RoleName="deployer")
    error = refuses("ValidationError", w.cloudformation.delete_stack, StackName="m")
    assert "is invalid or cannot be assumed" in error["Error"]["Message"], error
    w.cloudformation.delete_stack(StackName="m", RoleARN=w.role("other"))
    assert w.cloudformation.describe_stacks()["Stacks"] == []


@check
def retain_policy(w):
    """A resource with DeletionPolicy Retain outlives its stack."""
    kept = {"Type": "AWS::SQS::Queue", "DeletionPolicy": "Retain", "Properties": {"QueueName": "kept"}}
    stack = w.cloudformation.create_stack(StackName="k", TemplateBody=template({"K": kept, "Q": EMPTY}))["StackId"]
    w.cloudformation.delete_stack(StackName="k")
    assert len(w.sqs.list_queues()["QueueUrls"]) == 1
    states = {
        s["LogicalResourceId"]: s["ResourceStatus"]
        for s in w.cloudformation.list_stack_resources(StackName=stack)["StackResourceSummaries"]
    }
    assert states == {"K": "DELETE_SKIPPED", "Q": "DELETE_COMPLETE"}, states


@check
def slow_deletion(w):
    """With the setting on, a deletion takes a number of looks."""
    post(w.url, "/_settings", {"stack_delete_polls": 2})
    try:
        w.cloudformation.create_stack(StackName="slow", TemplateBody=template({"Q": EMPTY}))
        w.cloudformation.delete_stack(StackName="slow")
        states = [w.cloudformation.describe_stacks()["Stacks"] for _ in range(3)]
        assert [len(s) for s in states] == [1, 1, 0], states
        assert states[0][0]["StackStatus"] == "DELETE_IN_PROGRESS"
        assert "QueueUrls" not in w.sqs.list_queues()
    finally:
        post(w.url, "/_settings", {"stack_delete_polls": 0})


@check
def stack_set(w):
    """A stack set goes after its instances."""
    cfn = w.cloudformation
    cfn.create_stack_set(StackSetName="set", TemplateBody=template({"Q": EMPTY}))
    cfn.create_stack_instances(StackSetName="set", Accounts=[w.account], Regions=["us-east-1"])
    refuses("StackSetNotEmptyException", cfn.delete_stack_set, StackSetName="set")
    cfn.delete_stack_instances(StackSetName="set", Accounts=[w.account], Regions=["us-east-1"], RetainStacks=False)
    cfn.delete_stack_set(StackSetName="set")
