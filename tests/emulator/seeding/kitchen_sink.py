"""One of everything that is supported, each with the parts that stand in the way of its deletion."""

import json

from . import network, tenants
from .account import POLICY, TRUST
from .reference import archive


def kitchen_sink(account):
    """Fills the account, service by service; what the emulator lacks is not made."""
    vpc = network.reference(account)[0]
    role = account.client("iam").create_role(RoleName="sink-role", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    account.tally("IAMRole")
    for step in (iam, storage, compute, data, events, messages, gateways, identity, edge, operations, analytics):
        step(account, role, vpc)
    tenants.tenants(account, role, vpc)
    more_network(account, vpc)


def iam(account, _role, _vpc):
    """Users with all parts, groups, policies with versions, providers, certificates."""
    iam = account.client("iam")
    policy = iam.create_policy(PolicyName="sink", PolicyDocument=POLICY)["Policy"]["Arn"]
    for _ in range(4):
        iam.create_policy_version(PolicyArn=policy, PolicyDocument=POLICY)
    iam.create_group(GroupName="sink")
    iam.put_group_policy(GroupName="sink", PolicyName="inline", PolicyDocument=POLICY)
    iam.attach_group_policy(GroupName="sink", PolicyArn=policy)
    iam.create_user(UserName="sink", PermissionsBoundary=policy)
    iam.add_user_to_group(UserName="sink", GroupName="sink")
    iam.put_user_policy(UserName="sink", PolicyName="inline", PolicyDocument=POLICY)
    iam.attach_user_policy(UserName="sink", PolicyArn=policy)
    iam.create_access_key(UserName="sink")
    iam.create_login_profile(UserName="sink", Password="Passw0rd!x")
    iam.upload_ssh_public_key(UserName="sink", SSHPublicKeyBody="ssh-rsa AAAAB3NzaC1yc2E sink")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="sink")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="sink", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    iam.create_saml_provider(Name="sink", SAMLMetadataDocument="<EntityDescriptor>" + "x" * 1000)
    iam.create_open_id_connect_provider(Url="https://sink.example.com", ThumbprintList=["0" * 40])
    iam.create_instance_profile(InstanceProfileName="sink")
    iam.add_role_to_instance_profile(InstanceProfileName="sink", RoleName="sink-role")
    iam.attach_role_policy(RoleName="sink-role", PolicyArn=policy)
    for kind in ("IAMPolicy", "IAMGroup", "IAMUser", "IAMSAMLProvider", "IAMOpenIDConnectProvider", "IAMInstanceProfile"):
        account.tally(kind)
    account.tally("IAMUserAccessKey")
    account.tally("IAMVirtualMFADevice")


def storage(account, _role, _vpc):
    """Buckets of every awkward kind, in two regions."""
    s3 = account.client("s3")
    for name in ("versioned", "policied", "uploads"):
        s3.create_bucket(Bucket=f"{name}-{account.id}")
    versioned = f"versioned-{account.id}"
    s3.put_bucket_versioning(Bucket=versioned, VersioningConfiguration={"Status": "Enabled"})
    for key in range(5):
        s3.put_object(Bucket=versioned, Key=f"k{key}", Body=b"1")
        s3.put_object(Bucket=versioned, Key=f"k{key}", Body=b"2")
        s3.delete_object(Bucket=versioned, Key=f"k{key}")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket", "Resource": f"arn:aws:s3:::policied-{account.id}"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket=f"policied-{account.id}", Policy=document)
    s3.create_multipart_upload(Bucket=f"uploads-{account.id}", Key="unfinished")
    far = account.client("s3", "eu-west-1")
    where = {"LocationConstraint": "eu-west-1"}
    far.create_bucket(Bucket=f"far-{account.id}", CreateBucketConfiguration=where)
    far.put_object(Bucket=f"far-{account.id}", Key="k", Body=b"x")
    account.tally("S3Bucket", 4)


def compute(account, role, _vpc):
    """Functions with layers, aliases, versions and sources; repositories with images."""
    lam, ecr, sqs = account.client("lambda"), account.client("ecr"), account.client("sqs")
    layer = lam.publish_layer_version(LayerName="sink", Content={"ZipFile": archive()})
    lam.create_function(
        FunctionName="sink",
        Runtime="python3.12",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": archive()},
        Layers=[layer["LayerVersionArn"]],
        Publish=True,
    )
    lam.create_alias(FunctionName="sink", Name="live", FunctionVersion="1")
    sqs.create_queue(QueueName="sink-source")
    source = f"arn:aws:sqs:{account.region}:{account.id}:sink-source"
    lam.create_event_source_mapping(EventSourceArn=source, FunctionName="sink")
    account.client("logs").create_log_group(logGroupName="/aws/lambda/sink")
    ecr.create_repository(repositoryName="sink")
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json"}
    ecr.put_image(repositoryName="sink", imageManifest=json.dumps(manifest), imageTag="latest")
    for kind in ("LambdaLayer", "LambdaFunction", "LambdaEventSourceMapping", "SQSQueue", "ECRRepository"):
        account.tally(kind)
    account.tally("CloudWatchLogsLogGroup")


def data(account, role, _vpc):
    """Tables with streams, backups and indexes; streams with consumers; delivery streams."""
    dynamodb, kinesis, firehose = (account.client(s) for s in ("dynamodb", "kinesis", "firehose"))
    dynamodb.create_table(
        TableName="sink",
        AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    dynamodb.create_backup(TableName="sink", BackupName="sink")
    kinesis.create_stream(StreamName="sink", ShardCount=1)
    arn = kinesis.describe_stream(StreamName="sink")["StreamDescription"]["StreamARN"]
    kinesis.register_stream_consumer(StreamARN=arn, ConsumerName="sink")
    firehose.create_delivery_stream(
        DeliveryStreamName="sink",
        ExtendedS3DestinationConfiguration={"RoleARN": role, "BucketARN": f"arn:aws:s3:::uploads-{account.id}"},
    )
    for kind in ("DynamoDBTable", "DynamoDBBackup", "KinesisStream", "FirehoseDeliveryStream"):
        account.tally(kind)


def events(account, role, _vpc):
    """Buses, rules, archives, connections, schedules, pipes, state machines."""
    events, scheduler, pipes, states = (account.client(s) for s in ("events", "scheduler", "pipes", "stepfunctions"))
    queue = f"arn:aws:sqs:{account.region}:{account.id}:sink-source"
    bus = events.create_event_bus(Name="sink")["EventBusArn"]
    events.put_rule(Name="sink", EventBusName="sink", EventPattern='{"source":["x"]}')
    events.put_targets(Rule="sink", EventBusName="sink", Targets=[{"Id": "t", "Arn": queue}])
    events.create_archive(ArchiveName="sink", EventSourceArn=bus)
    connection = events.create_connection(
        Name="sink",
        AuthorizationType="API_KEY",
        AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "k", "ApiKeyValue": "v"}},
    )["ConnectionArn"]
    events.create_api_destination(
        Name="sink", ConnectionArn=connection, InvocationEndpoint="https://sink.example.com", HttpMethod="GET"
    )
    scheduler.create_schedule_group(Name="sink")
    for name, more in (("sink", {"GroupName": "sink"}), ("plain", {})):
        scheduler.create_schedule(
            Name=name,
            ScheduleExpression="rate(1 day)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": queue, "RoleArn": role},
            **more,
        )
    pipes.create_pipe(Name="sink", RoleArn=role, Source=queue, Target=bus)
    definition = json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}})
    states.create_state_machine(name="sink", definition=definition, roleArn=role)
    states.create_activity(name="sink")
    for kind in (
        "CloudWatchEventsBuses",
        "CloudWatchEventsRule",
        "CloudWatchEventsArchive",
        "CloudWatchEventsConnection",
        "CloudWatchEventsAPIDestination",
        "EventBridgeSchedulerScheduleGroup",
        "Pipe",
        "SFNStateMachine",
        "SFNActivity",
    ):
        account.tally(kind)
    account.tally("EventBridgeSchedulerSchedule", 2)


def messages(account, _role, _vpc):
    """Topics with subscriptions, also pending ones; platform applications; queues in another region; mail."""
    sns, ses = account.client("sns"), account.client("ses")
    topic = sns.create_topic(Name="sink.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    account.client("sqs").create_queue(QueueName="sink.fifo", Attributes={"FifoQueue": "true"})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{account.region}:{account.id}:sink.fifo")
    sns.create_platform_application(Name="sink", Platform="GCM", Attributes={"PlatformCredential": "x"})
    account.client("sqs", "eu-west-1").create_queue(QueueName="far")
    ses.verify_email_identity(EmailAddress="sink@example.com")
    ses.create_template(Template={"TemplateName": "sink", "SubjectPart": "s", "TextPart": "t"})
    ses.create_configuration_set(ConfigurationSet={"Name": "sink"})
    ses.create_receipt_rule_set(RuleSetName="sink")
    account.tally("SQSQueue", 2)
    for kind in (
        "SNSTopic",
        "SNSSubscription",
        "SNSPlatformApplication",
        "SESIdentity",
        "SESTemplate",
        "SESConfigurationSet",
        "SESReceiptRuleSet",
    ):
        account.tally(kind)


def gateways(account, _role, _vpc):
    """REST, HTTP and GraphQL APIs with keys, plans, domains and links."""
    rest, http, graph = account.client("apigateway"), account.client("apigatewayv2"), account.client("appsync")
    api = rest.create_rest_api(name="sink")["id"]
    root = rest.get_resources(restApiId=api)["items"][0]["id"]
    rest.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    rest.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    rest.create_deployment(restApiId=api, stageName="live")
    plan = rest.create_usage_plan(name="sink", apiStages=[{"apiId": api, "stage": "live"}])["id"]
    key = rest.create_api_key(name="sink")["id"]
    rest.create_usage_plan_key(usagePlanId=plan, keyId=key, keyType="API_KEY")
    rest.create_domain_name(domainName="sink.example.com", certificateName="sink")
    rest.create_base_path_mapping(domainName="sink.example.com", restApiId=api, stage="live")
    for protocol in ("HTTP", "WEBSOCKET"):
        more = {"RouteSelectionExpression": "$request.body.action"} if protocol == "WEBSOCKET" else {}
        http.create_api(Name=f"sink-{protocol}", ProtocolType=protocol, **more)
    graph.create_graphql_api(name="sink", authenticationType="API_KEY")
    for kind in (
        "APIGatewayRestAPI",
        "APIGatewayUsagePlan",
        "APIGatewayAPIKey",
        "APIGatewayDomainName",
        "AppSyncGraphqlAPI",
    ):
        account.tally(kind)
    account.tally("APIGatewayV2API", 2)


def identity(account, role, _vpc):
    """User pools with clients and a domain, identity pools, keys with aliases, secrets, parameters, documents."""
    cognito, kms, ssm = account.client("cognito-idp"), account.client("kms"), account.client("ssm")
    pool = cognito.create_user_pool(PoolName="sink")["UserPool"]["Id"]
    cognito.create_user_pool_client(UserPoolId=pool, ClientName="sink")
    cognito.create_user_pool_domain(UserPoolId=pool, Domain=f"sink-{account.id}")
    cognito.create_group(GroupName="sink", UserPoolId=pool)
    account.client("cognito-identity").create_identity_pool(
        IdentityPoolName="sink", AllowUnauthenticatedIdentities=False
    )
    key = kms.create_key(Description="sink")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/sink", TargetKeyId=key)
    account.client("secretsmanager").create_secret(Name="sink", SecretString="x")
    ssm.put_parameter(Name="/sink/a", Value="1", Type="String")
    ssm.put_parameter(Name="/sink/b", Value="1", Type="SecureString")
    content = {"schemaVersion": "2.2", "mainSteps": [{"action": "aws:runShellScript", "name": "s", "inputs": {"runCommand": ["true"]}}]}
    ssm.create_document(Name="sink-document", Content=json.dumps(content), DocumentType="Command", DocumentFormat="JSON")
    ssm.create_maintenance_window(
        Name="sink", Schedule="rate(7 days)", Duration=2, Cutoff=1, AllowUnassociatedTargets=True
    )
    ssm.create_patch_baseline(Name="sink-baseline")
    for kind in (
        "CognitoUserPool",
        "CognitoIdentityPool",
        "KMSKey",
        "KMSAlias",
        "SecretsManagerSecret",
        "SSMDocument",
        "SSMMaintenanceWindow",
        "SSMPatchBaseline",
    ):
        account.tally(kind)
    account.tally("SSMParameter", 2)


def edge(account, _role, _vpc):
    """Zones with records, certificates, distributions that are on, firewalls that cite sets."""
    route53, acm, front, waf = (account.client(s) for s in ("route53", "acm", "cloudfront", "wafv2"))
    zone = route53.create_hosted_zone(Name="sink.example", CallerReference="sink")["HostedZone"]["Id"]
    changes = [
        {
            "Action": "CREATE",
            "ResourceRecordSet": {
                "Name": f"{name}.sink.example",
                "Type": "A",
                "TTL": 60,
                "ResourceRecords": [{"Value": "192.0.2.1"}],
            },
        }
        for name in ("a", "b", r"\052")
    ]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    route53.create_health_check(
        CallerReference="sink",
        HealthCheckConfig={"Type": "TCP", "IPAddress": "192.0.2.1", "Port": 80},
    )
    acm.request_certificate(DomainName="sink.example.com")
    control = front.create_origin_access_control(
        OriginAccessControlConfig={
            "Name": "sink",
            "SigningProtocol": "sigv4",
            "SigningBehavior": "always",
            "OriginAccessControlOriginType": "s3",
        }
    )["OriginAccessControl"]["Id"]
    key = front.create_public_key(
        PublicKeyConfig={"CallerReference": "sink", "Name": "sink", "EncodedKey": "-----BEGIN PUBLIC KEY-----"}
    )["PublicKey"]["Id"]
    signers = front.create_key_group(KeyGroupConfig={"Name": "sink", "Items": [key]})["KeyGroup"]["Id"]
    function = front.create_function(
        Name="sink",
        FunctionConfig={"Comment": "", "Runtime": "cloudfront-js-2.0"},
        FunctionCode=b"function handler(event) { return event.request; }",
    )["FunctionSummary"]["FunctionMetadata"]["FunctionARN"]
    front.create_distribution(
        DistributionConfig={
            "CallerReference": "sink",
            "Comment": "",
            "Enabled": True,
            "Origins": {
                "Quantity": 1,
                "Items": [
                    {
                        "Id": "o",
                        "DomainName": f"uploads-{account.id}.s3.amazonaws.com",
                        "OriginAccessControlId": control,
                        "S3OriginConfig": {"OriginAccessIdentity": ""},
                    }
                ],
            },
            "DefaultCacheBehavior": {
                "TargetOriginId": "o",
                "ViewerProtocolPolicy": "allow-all",
                "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
                "MinTTL": 0,
                "TrustedKeyGroups": {"Enabled": True, "Quantity": 1, "Items": [signers]},
                "FunctionAssociations": {
                    "Quantity": 1,
                    "Items": [{"FunctionARN": function, "EventType": "viewer-request"}],
                },
            },
        }
    )
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    for scope in ("REGIONAL", "CLOUDFRONT"):
        cited = waf.create_ip_set(Name="sink", Scope=scope, IPAddressVersion="IPV4", Addresses=[])["Summary"]["ARN"]
        rule = {
            "Name": "r",
            "Priority": 1,
            "Statement": {"IPSetReferenceStatement": {"ARN": cited}},
            "Action": {"Block": {}},
            "VisibilityConfig": seen,
        }
        waf.create_web_acl(
            Name="sink", Scope=scope, DefaultAction={"Allow": {}}, VisibilityConfig=seen, Rules=[rule]
        )
    for kind in (
        "Route53HostedZone",
        "Route53HealthCheck",
        "ACMCertificate",
        "CloudFrontOriginAccessControl",
        "CloudFrontPublicKey",
        "CloudFrontKeyGroup",
        "CloudFrontFunction",
        "CloudFrontDistribution",
    ):
        account.tally(kind)
    account.tally("Route53ResourceRecordSet", 3)
    account.tally("WAFv2IPSet", 2)
    account.tally("WAFv2WebACL", 2)


def operations(account, _role, _vpc):
    """Alarms, dashboards, log destinations and policies; stacks that fail at first, in two regions."""
    watch, logs = account.client("cloudwatch"), account.client("logs")
    for number in range(3):
        watch.put_metric_alarm(
            AlarmName=f"sink-{number}",
            Namespace="n",
            MetricName="m",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="GreaterThanThreshold",
        )
    watch.put_dashboard(DashboardName="sink", DashboardBody='{"widgets":[]}')
    logs.create_log_group(logGroupName="sink")
    logs.put_metric_filter(
        logGroupName="sink",
        filterName="f",
        filterPattern="x",
        metricTransformations=[{"metricName": "m", "metricNamespace": "n", "metricValue": "1"}],
    )
    logs.put_resource_policy(policyName="sink", policyDocument=POLICY)
    xray = account.client("xray")
    xray.create_group(GroupName="sink", FilterExpression='service("x")')
    xray.create_sampling_rule(
        SamplingRule={
            "RuleName": "sink",
            "ResourceARN": "*",
            "Priority": 1,
            "FixedRate": 0.1,
            "ReservoirSize": 1,
            "ServiceName": "*",
            "ServiceType": "*",
            "Host": "*",
            "HTTPMethod": "*",
            "URLPath": "*",
            "Version": 1,
        }
    )
    bucket = f"stack-{account.id}"
    template = {
        "Resources": {
            "Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}},
            "Queue": {"Type": "AWS::SQS::Queue", "Properties": {}},
        }
    }
    stacks = account.client("cloudformation")
    stacks.create_stack(StackName="sink-with-objects", TemplateBody=json.dumps(template))
    account.client("s3").put_object(Bucket=bucket, Key="k", Body=b"x")
    queue = {"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {}}}}
    account.client("cloudformation", "eu-west-1").create_stack(StackName="sink-far", TemplateBody=json.dumps(queue))
    account.tally("XRayGroup")
    account.tally("XRaySamplingRule")
    account.tally("CloudWatchAlarm", 3)
    account.tally("CloudWatchDashboard")
    account.tally("CloudWatchLogsLogGroup")
    account.tally("CloudWatchLogsResourcePolicy")
    account.tally("CloudFormationStack", 2)
    account.tally("S3Bucket")
    account.tally("SQSQueue", 2)


def analytics(account, role, vpc):
    """Work groups with queries, databases with tables, jobs, crawlers, registries."""
    athena, glue = account.client("athena"), account.client("glue")
    athena.create_work_group(Name="sink", Configuration={})
    athena.create_named_query(Name="sink", Database="sink", QueryString="select 1", WorkGroup="sink")
    athena.create_data_catalog(Name="sink", Type="GLUE", Parameters={"catalog-id": account.id})
    glue.create_database(DatabaseInput={"Name": "sink"})
    glue.create_table(DatabaseName="sink", TableInput={"Name": "sink"})
    glue.create_job(Name="sink", Role=role, Command={"Name": "glueetl"})
    glue.create_crawler(Name="sink", Role=role, DatabaseName="sink", Targets={"S3Targets": []})
    glue.create_registry(RegistryName="sink")
    glue.create_workflow(Name="sink")
    glue.create_trigger(Name="sink", Type="ON_DEMAND", Actions=[{"JobName": "sink"}], WorkflowName="sink")
    glue.create_connection(
        ConnectionInput={
            "Name": "sink",
            "ConnectionType": "NETWORK",
            "ConnectionProperties": {},
            "PhysicalConnectionRequirements": {"SubnetId": vpc["private"], "SecurityGroupIdList": [vpc["group"]]},
        }
    )
    glue.create_security_configuration(
        Name="sink", EncryptionConfiguration={"S3Encryption": [{"S3EncryptionMode": "SSE-S3"}]}
    )
    glue.create_dev_endpoint(EndpointName="sink", RoleArn=role)
    for kind in (
        "AthenaWorkGroup",
        "AthenaNamedQuery",
        "AthenaDataCatalog",
        "GlueDatabase",
        "GlueJob",
        "GlueCrawler",
        "GlueRegistry",
        "GlueTrigger",
        "GlueWorkflow",
        "GlueConnection",
        "GlueSecurityConfiguration",
        "GlueDevEndpoint",
    ):
        account.tally(kind)


def more_network(account, vpc):
    """What the reference network lacks: gateways of all kinds, peering, snapshots, images, flow logs."""
    ec2 = account.client("ec2")
    other = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    ec2.create_egress_only_internet_gateway(VpcId=other)
    ec2.create_vpc_peering_connection(VpcId=vpc["vpc"], PeerVpcId=other)
    virtual = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpcId=other, VpnGatewayId=virtual)
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="198.51.100.7", BgpAsn=65000)
    ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=customer["CustomerGateway"]["CustomerGatewayId"],
        VpnGatewayId=virtual,
    )
    transit = ec2.create_transit_gateway()["TransitGateway"]["TransitGatewayId"]
    ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=transit, VpcId=vpc["vpc"], SubnetIds=[vpc["private"]]
    )
    volume = ec2.create_volume(AvailabilityZone=f"{account.region}a", Size=1)["VolumeId"]
    ec2.create_snapshot(VolumeId=volume)
    options = ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name", "Values": ["sink.example"]}])
    ec2.associate_dhcp_options(DhcpOptionsId=options["DhcpOptions"]["DhcpOptionsId"], VpcId=other)
    instance = ec2.describe_instances(Filters=[{"Name": "vpc-id", "Values": [vpc["vpc"]]}])
    name = instance["Reservations"][0]["Instances"][0]["InstanceId"]
    ec2.create_image(InstanceId=name, Name="sink")
    far = account.client("ec2", "eu-west-1")
    far.create_vpc(CidrBlock="10.98.0.0/16")
    for kind in (
        "EC2EgressOnlyInternetGateway",
        "EC2VPCPeeringConnection",
        "EC2VPNGateway",
        "EC2CustomerGateway",
        "EC2VPNConnection",
        "EC2TGW",
        "EC2TGWAttachment",
        "EC2Volume",
        "EC2Snapshot",
        "EC2DHCPOption",
        "EC2Image",
    ):
        account.tally(kind)
    account.tally("EC2VPC", 2)
