"""Services with regions, as a table: kind, service, call, key of the list, key of the id, extra parameters."""

from . import network, tenants
from .inventory import kept_by_tags, tag_map

PLAIN = [
    ("LambdaFunction", "lambda", "list_functions", "Functions", "FunctionName"),
    ("LambdaLayer", "lambda", "list_layers", "Layers", "LayerName"),
    ("LambdaEventSourceMapping", "lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    ("DynamoDBBackup", "dynamodb", "list_backups", "BackupSummaries", "BackupArn"),
    ("CloudWatchLogsLogGroup", "logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("CloudWatchLogsDestination", "logs", "describe_destinations", "destinations", "destinationName"),
    ("CloudWatchLogsResourcePolicy", "logs", "describe_resource_policies", "resourcePolicies", "policyName"),
    ("CloudWatchDashboard", "cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("CloudWatchInsightRule", "cloudwatch", "describe_insight_rules", "InsightRules", "Name"),
    ("APIGatewayRestAPI", "apigateway", "get_rest_apis", "items", "id"),
    ("APIGatewayAPIKey", "apigateway", "get_api_keys", "items", "id"),
    ("APIGatewayUsagePlan", "apigateway", "get_usage_plans", "items", "id"),
    ("APIGatewayDomainName", "apigateway", "get_domain_names", "items", "domainName"),
    ("APIGatewayVpcLink", "apigateway", "get_vpc_links", "items", "id"),
    ("APIGatewayV2API", "apigatewayv2", "get_apis", "Items", "ApiId"),
    ("APIGatewayV2DomainName", "apigatewayv2", "get_domain_names", "Items", "DomainName"),
    ("APIGatewayV2VpcLink", "apigatewayv2", "get_vpc_links", "Items", "VpcLinkId"),
    ("CloudWatchEventsArchive", "events", "list_archives", "Archives", "ArchiveName"),
    ("CloudWatchEventsConnection", "events", "list_connections", "Connections", "Name"),
    ("CloudWatchEventsAPIDestination", "events", "list_api_destinations", "ApiDestinations", "Name"),
    ("EventBridgeSchedulerSchedule", "scheduler", "list_schedules", "Schedules", "Name"),
    ("Pipe", "pipes", "list_pipes", "Pipes", "Name"),
    ("SNSTopic", "sns", "list_topics", "Topics", "TopicArn"),
    ("SNSSubscription", "sns", "list_subscriptions", "Subscriptions", "SubscriptionArn"),
    (
        "SNSPlatformApplication",
        "sns",
        "list_platform_applications",
        "PlatformApplications",
        "PlatformApplicationArn",
    ),
    ("SFNStateMachine", "stepfunctions", "list_state_machines", "stateMachines", "stateMachineArn"),
    ("SFNActivity", "stepfunctions", "list_activities", "activities", "activityArn"),
    ("KinesisStream", "kinesis", "list_streams", "StreamNames", None),
    ("FirehoseDeliveryStream", "firehose", "list_delivery_streams", "DeliveryStreamNames", None),
    ("CognitoUserPool", "cognito-idp", "list_user_pools", "UserPools", "Id", {"MaxResults": 60}),
    (
        "CognitoIdentityPool",
        "cognito-identity",
        "list_identity_pools",
        "IdentityPools",
        "IdentityPoolId",
        {"MaxResults": 60},
    ),
    ("SSMParameter", "ssm", "describe_parameters", "Parameters", "Name"),
    (
        "SSMDocument",
        "ssm",
        "list_documents",
        "DocumentIdentifiers",
        "Name",
        {"Filters": [{"Key": "Owner", "Values": ["Self"]}]},
    ),
    ("SSMMaintenanceWindow", "ssm", "describe_maintenance_windows", "WindowIdentities", "WindowId"),
    ("ECRRepository", "ecr", "describe_repositories", "repositories", "repositoryName"),
    ("AppSyncGraphqlAPI", "appsync", "list_graphql_apis", "graphqlApis", "apiId"),
    ("ACMCertificate", "acm", "list_certificates", "CertificateSummaryList", "CertificateArn"),
    ("SESIdentity", "ses", "list_identities", "Identities", None),
    ("SESTemplate", "ses", "list_templates", "TemplatesMetadata", "Name"),
    ("SESConfigurationSet", "ses", "list_configuration_sets", "ConfigurationSets", "Name"),
    ("SESReceiptRuleSet", "ses", "list_receipt_rule_sets", "RuleSets", "Name"),
    ("GlueDatabase", "glue", "get_databases", "DatabaseList", "Name"),
    ("GlueCrawler", "glue", "list_crawlers", "CrawlerNames", None),
    ("GlueJob", "glue", "list_jobs", "JobNames", None),
    ("GlueTrigger", "glue", "list_triggers", "TriggerNames", None),
    ("GlueWorkflow", "glue", "list_workflows", "Workflows", None),
    ("GlueConnection", "glue", "get_connections", "ConnectionList", "Name"),
    ("GlueSecurityConfiguration", "glue", "get_security_configurations", "SecurityConfigurations", "Name"),
    ("GlueDevEndpoint", "glue", "get_dev_endpoints", "DevEndpoints", "EndpointName"),
    ("GlueRegistry", "glue", "list_registries", "Registries", "RegistryName"),
    ("GlueSession", "glue", "list_sessions", "Ids", None),
]


def count(inventory, region, is_home):
    """Counts everything in one region."""
    # Reasons first.
    inventory.learn_tags(region)
    for entry in PLAIN:
        kind, service, method, key, name = entry[:5]
        parameters = entry[5] if len(entry) > 5 else {}
        for item in inventory.pages(service, region, method, key, **parameters):
            inventory.found(kind, item[name] if name else item, region)
    for special in (stacks, tables, queues, events, schedules, keys, secrets, work_groups, xray, baselines, alarms):
        special(inventory, region)
    web_acls(inventory, region, ["REGIONAL", "CLOUDFRONT"] if is_home else ["REGIONAL"])
    tenants.count(inventory, region)
    network.count(inventory, region)


def stacks(inv, region):
    """Stacks; deleted ones are not described."""
    for stack in inv.pages("cloudformation", region, "describe_stacks", "Stacks"):
        reason = kept_by_tags(tag_map(stack.get("Tags")))
        if stack.get("EnableTerminationProtection"):
            reason = "termination protection"
        inv.found("CloudFormationStack", stack["StackName"], region, reason)
        if reason:
            for resource in inv.pages(
                "cloudformation", region, "list_stack_resources", "StackResourceSummaries", StackName=stack["StackName"]
            ):
                name = resource.get("PhysicalResourceId")
                if name:
                    with inv.lock:
                        inv.kept_arns.add((f"/{name.rsplit('/', 1)[-1]}", f"owned by kept stack {stack['StackName']}"))
    for group in inv.pages("cloudformation", region, "list_stack_sets", "Summaries"):
        if group["Status"] == "ACTIVE":
            inv.found("CloudFormationStackSet", group["StackSetName"], region)


def tables(inv, region):
    """Tables; protected ones stay."""
    client = inv.client("dynamodb", region)
    for name in inv.pages("dynamodb", region, "list_tables", "TableNames"):
        table = client.describe_table(TableName=name)["Table"]
        inv.found("DynamoDBTable", name, region, "deletion protection" if table.get("DeletionProtectionEnabled") else None)


def queues(inv, region):
    """Queues: without a page size AWS gives one page only."""
    pages = inv.client("sqs", region).get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
    for page in pages:
        for url in page.get("QueueUrls", []):
            inv.found("SQSQueue", url, region)


def events(inv, region):
    """Buses and rules; the default bus and managed rules stay."""
    for bus in inv.pages("events", region, "list_event_buses", "EventBuses"):
        name = bus["Name"]
        inv.found("CloudWatchEventsBuses", name, region, "default" if name == "default" else None)
        for rule in inv.pages("events", region, "list_rules", "Rules", EventBusName=name):
            managed = f"managed by {rule['ManagedBy']}" if rule.get("ManagedBy") else None
            inv.found("CloudWatchEventsRule", f"{name}/{rule['Name']}", region, managed)


def schedules(inv, region):
    """Schedule groups; the default one stays."""
    for group in inv.pages("scheduler", region, "list_schedule_groups", "ScheduleGroups"):
        name = group["Name"]
        inv.found("EventBridgeSchedulerScheduleGroup", name, region, "default" if name == "default" else None)


def keys(inv, region):
    """Customer keys that are not going already, and their aliases."""
    client = inv.client("kms", region)
    for key in inv.pages("kms", region, "list_keys", "Keys"):
        about = client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if about["KeyState"] in ("PendingDeletion", "PendingReplicaDeletion"):
            continue
        aws = "managed by AWS" if about.get("KeyManager") == "AWS" else None
        inv.found("KMSKey", key["KeyId"], region, aws)
    for alias in inv.pages("kms", region, "list_aliases", "Aliases"):
        aws = "managed by AWS" if alias["AliasName"].startswith("alias/aws/") else None
        inv.found("KMSAlias", alias["AliasName"], region, aws)


def secrets(inv, region):
    """Secrets that are not going already."""
    for secret in inv.pages("secretsmanager", region, "list_secrets", "SecretList"):
        if not secret.get("DeletedDate"):
            service = f"managed by {secret['OwningService']}" if secret.get("OwningService") else None
            inv.found("SecretsManagerSecret", secret["Name"], region, service)


def work_groups(inv, region):
    """Athena: the primary group and AWS's catalog stay."""
    for group in inv.pages("athena", region, "list_work_groups", "WorkGroups"):
        name = group["Name"]
        inv.found("AthenaWorkGroup", name, region, "default" if name == "primary" else None)
        for query in inv.pages("athena", region, "list_named_queries", "NamedQueryIds", WorkGroup=name):
            inv.found("AthenaNamedQuery", query, region)
    for catalog in inv.pages("athena", region, "list_data_catalogs", "DataCatalogsSummary"):
        name = catalog["CatalogName"]
        inv.found("AthenaDataCatalog", name, region, "default" if name == "AwsDataCatalog" else None)


def xray(inv, region):
    """X-Ray: the default group and rule stay."""
    for group in inv.pages("xray", region, "get_groups", "Groups"):
        inv.found("XRayGroup", group["GroupName"], region, "default" if group["GroupName"] == "Default" else None)
    for record in inv.pages("xray", region, "get_sampling_rules", "SamplingRuleRecords"):
        name = record["SamplingRule"]["RuleName"]
        inv.found("XRaySamplingRule", name, region, "default" if name == "Default" else None)


def baselines(inv, region):
    """Patch baselines of the account itself."""
    own = [{"Key": "OWNER", "Values": ["Self"]}]
    for baseline in inv.pages("ssm", region, "describe_patch_baselines", "BaselineIdentities", Filters=own):
        reason = "default" if baseline.get("DefaultBaseline") or baseline["BaselineName"].startswith("AWS-") else None
        inv.found("SSMPatchBaseline", baseline["BaselineId"], region, reason)


def alarms(inv, region):
    """Metric and composite alarms."""
    for key in ("MetricAlarms", "CompositeAlarms"):
        for alarm in inv.pages(
            "cloudwatch", region, "describe_alarms", key, AlarmTypes=["MetricAlarm", "CompositeAlarm"]
        ):
            inv.found("CloudWatchAlarm", alarm["AlarmName"], region)


def web_acls(inv, region, scopes):
    """WAF, per scope."""
    for scope in scopes:
        for kind, method, key in (
            ("WAFv2WebACL", "list_web_acls", "WebACLs"),
            ("WAFv2IPSet", "list_ip_sets", "IPSets"),
            ("WAFv2RegexPatternSet", "list_regex_pattern_sets", "RegexPatternSets"),
            ("WAFv2RuleGroup", "list_rule_groups", "RuleGroups"),
        ):
            for item in inv.pages("wafv2", region, method, key, Scope=scope):
                inv.found(kind, f"{scope}/{item['Name']}", region)
