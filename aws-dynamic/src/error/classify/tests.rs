use super::*;
use ErrorKind::*;

/// Service, operation, code, message, status, kind. At least one for each row of the table.
const EXAMPLES: &[(&str, &str, &str, &str, u16, ErrorKind)] = &[
    ("sqs", "ListQueues", "NotImplementedByEmulator", "", 501, UnsupportedRegion),
    (
        "securityhub",
        "DescribeHub",
        "InvalidAccessException",
        "Account 1 is not subscribed to AWS Security Hub",
        401,
        UnsupportedRegion,
    ),
    ("macie2", "GetMacieSession", "AccessDeniedException", "Macie is not enabled", 403, UnsupportedRegion),
    ("servicecatalog", "ListTagOptions", "TagOptionNotMigratedException", "", 400, UnsupportedRegion),
    ("organizations", "DescribeOrganization", "AWSOrganizationsNotInUseException", "", 400, Gone),
    (
        "guardduty",
        "DeleteDetector",
        "BadRequestException",
        "The request is rejected because the input detectorId is not owned by the current account.",
        400,
        Gone,
    ),
    ("cloudcontrol", "ListResources", "TypeNotFoundException", "", 400, UnsupportedRegion),
    ("cloudcontrol", "DeleteResource", "ConcurrentOperationException", "", 400, Dependency),
    ("cloudcontrol", "DeleteResource", "ServiceLimitExceededException", "", 400, Throttled),
    ("cloudcontrol", "ListResources", "NetworkFailureException", "", 400, Transient),
    ("cloudcontrol", "ListResources", "InvalidCredentialsException", "", 400, Denied),
    (
        "ec2",
        "DescribeVpcs",
        "OptInRequired",
        "You are not subscribed to this service",
        401,
        UnsupportedRegion,
    ),
    ("shield", "ListProtections", "SubscriptionRequiredException", "", 400, UnsupportedRegion),
    (
        "sns",
        "ListPlatformApplications",
        "InvalidAction",
        "Operation is not supported in this region",
        400,
        UnsupportedRegion,
    ),
    (
        "lambda",
        "ListLayers",
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
        403,
        UnsupportedRegion,
    ),
    (
        "pinpoint",
        "GetApps",
        "ForbiddenException",
        "The service is not available in this region",
        403,
        UnsupportedRegion,
    ),
    (
        "timestream-write",
        "ListDatabases",
        "AccessDeniedException",
        "Only existing Timestream for LiveAnalytics customers can access the service.",
        403,
        UnsupportedRegion,
    ),
    (
        "ec2",
        "ReleaseAddress",
        "AuthFailure",
        "You do not have permission to access the specified resource.",
        400,
        Dependency,
    ),
    (
        "ec2",
        "DetachNetworkInterface",
        "OperationNotPermitted",
        "You are not allowed to manage 'ela-attach' attachments.",
        400,
        Dependency,
    ),
    ("ec2", "DescribeImages", "AuthFailure", "Not authorized for images: [ami-1]", 400, Denied),
    ("ec2", "RunInstances", "AuthFailure.ServiceLinkedRoleCreationNotPermitted", "", 400, Denied),
    (
        "sts",
        "GetCallerIdentity",
        "ExpiredToken",
        "The security token included in the request is expired",
        403,
        Credentials,
    ),
    ("dynamodb", "ListTables", "ExpiredTokenException", "", 400, Credentials),
    ("sqs", "ListQueues", "InvalidClientTokenId", "", 403, Credentials),
    ("ecs", "ListClusters", "UnrecognizedClientException", "", 400, Credentials),
    (
        "ec2",
        "DescribeVpcs",
        "AuthFailure",
        "AWS was not able to validate the provided access credentials",
        401,
        Credentials,
    ),
    ("s3", "ListBuckets", "InvalidAccessKeyId", "", 403, Credentials),
    ("s3", "ListBuckets", "RequestTimeTooSkewed", "", 403, Credentials),
    ("iam", "ListUsers", "RequestExpired", "", 400, Credentials),
    ("iam", "ListUsers", "SignatureDoesNotMatch", "", 403, Credentials),
    (
        "s3",
        "ListBuckets",
        "InvalidToken",
        "The provided token is malformed or otherwise invalid.",
        400,
        Credentials,
    ),
    ("logs", "DescribeLogGroups", "ThrottlingException", "Rate exceeded", 400, Throttled),
    ("iam", "ListRoles", "Throttling", "Rate exceeded", 400, Throttled),
    ("ecs", "DeregisterTaskDefinition", "ThrottledException", "", 400, Throttled),
    ("lambda", "DeleteFunction", "TooManyRequestsException", "", 429, Throttled),
    ("ec2", "DescribeVpcs", "RequestLimitExceeded", "", 503, Throttled),
    ("s3", "DeleteObjects", "SlowDown", "Please reduce your request rate.", 503, Throttled),
    ("route53", "DeleteHostedZone", "PriorRequestNotComplete", "", 400, Throttled),
    ("dynamodb", "Scan", "ProvisionedThroughputExceededException", "", 400, Throttled),
    ("glue", "DeleteTable", "InvalidInputException", "Rate exceeded", 400, Throttled),
    ("s3", "ListObjectsV2", "503", "Slow Down", 503, Throttled),
    ("kinesis", "DeleteStream", "LimitExceededException", "", 400, Throttled),
    ("cloudformation", "CreateStack", "LimitExceededException", "", 400, Unexpected),
    (
        "dynamodb",
        "DeleteTable",
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
        400,
        Protected,
    ),
    (
        "rds",
        "DeleteDBInstance",
        "InvalidParameterCombination",
        "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        400,
        Protected,
    ),
    (
        "cloudformation",
        "DeleteStack",
        "ValidationError",
        "Stack [s] cannot be deleted while TerminationProtection is enabled",
        400,
        Protected,
    ),
    (
        "emr",
        "TerminateJobFlows",
        "ValidationException",
        "Could not shut down one or more job flows since they are termination protected.",
        400,
        Protected,
    ),
    (
        "ec2",
        "TerminateInstances",
        "OperationNotPermitted",
        "The instance 'i-1' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
        400,
        Protected,
    ),
    (
        "elbv2",
        "DeleteLoadBalancer",
        "OperationNotPermitted",
        "Load balancer 'x' cannot be deleted because deletion protection is enabled",
        400,
        Protected,
    ),
    ("cloudtrail", "DeleteEventDataStore", "EventDataStoreTerminationProtectedException", "", 400, Protected),
    ("iam", "DeleteRole", "UnmodifiableEntity", "", 400, Protected),
    ("events", "DeleteRule", "ManagedRuleException", "", 400, Protected),
    (
        "ec2",
        "DeleteSecurityGroup",
        "CannotDelete",
        "the specified group: \"sg-1\" name: \"default\" cannot be deleted by a user",
        400,
        Protected,
    ),
    (
        "ec2",
        "DeleteNetworkAcl",
        "InvalidParameterValue",
        "cannot delete default network ACL acl-1",
        400,
        Protected,
    ),
    (
        "s3",
        "DeleteObject",
        "AccessDenied",
        "Access Denied because object is protected by object lock.",
        403,
        Protected,
    ),
    (
        "s3",
        "DeleteBucket",
        "AccessDenied",
        "Mfa Authentication must be used for this request",
        403,
        Protected,
    ),
    ("backup", "DeleteRecoveryPoint", "InvalidRequestException", "the vault is locked", 400, Protected),
    (
        "secretsmanager",
        "DeleteSecret",
        "InvalidParameterException",
        "You can't delete a secret that is managed by rds",
        400,
        Protected,
    ),
    ("rbin", "DeleteRule", "ConflictException", "The rule is locked", 409, Protected),
    ("kms", "ScheduleKeyDeletion", "KMSInvalidStateException", "arn:… is pending deletion.", 400, Gone),
    (
        "secretsmanager",
        "DeleteSecret",
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was marked for deletion.",
        400,
        Gone,
    ),
    ("ecs", "DeleteService", "ServiceNotActiveException", "", 400, Gone),
    ("ec2", "DetachInternetGateway", "Gateway.NotAttached", "", 400, Gone),
    ("iam", "DeleteRole", "NoSuchEntity", "", 404, Gone),
    ("ec2", "DeleteVpc", "InvalidVpcID.NotFound", "", 400, Gone),
    ("sqs", "DeleteQueue", "AWS.SimpleQueueService.NonExistentQueue", "", 400, Gone),
    ("sqs", "DeleteQueue", "com.amazonaws.sqs#QueueDoesNotExist", "", 400, Gone),
    ("s3", "GetBucketTagging", "NoSuchTagSet", "", 404, Gone),
    ("lambda", "DeleteFunction", "ResourceNotFoundException:http://x/", "", 404, Gone),
    ("waf", "DeleteRule", "WAFNonexistentItemException", "", 400, Gone),
    ("dax", "DeleteCluster", "ClusterNotFoundFault", "", 400, Gone),
    ("cloudformation", "DescribeStacks", "ValidationError", "Stack with id s does not exist", 400, Gone),
    (
        "route53",
        "ChangeResourceRecordSets",
        "InvalidChangeBatch",
        "Tried to delete resource record set [name='a.', type='A'] but it was not found",
        400,
        Gone,
    ),
    ("waf", "DeleteRule", "WAFStaleDataException", "", 400, Transient),
    ("cloudfront", "DeleteDistribution", "PreconditionFailed", "", 412, Transient),
    ("iam", "DeleteRole", "ConcurrentModification", "", 409, Transient),
    ("kms", "ListKeys", "DependencyTimeoutException", "", 500, Transient),
    ("ec2", "DeleteVpc", "DependencyViolation", "", 400, Dependency),
    ("iam", "DeleteRole", "DeleteConflict", "", 409, Dependency),
    ("s3", "DeleteBucket", "BucketNotEmpty", "", 409, Dependency),
    ("rds", "DeleteDBInstance", "InvalidDBInstanceState", "", 400, Dependency),
    ("ecs", "DeleteCluster", "ClusterContainsServicesException", "", 400, Dependency),
    ("ec2", "DeleteVolume", "VolumeInUse", "", 400, Dependency),
    ("route53", "DeleteHostedZone", "HostedZoneNotEmpty", "", 400, Dependency),
    ("wafv2", "DeleteIPSet", "WAFAssociatedItemException", "", 400, Dependency),
    ("cloudfront", "DeleteDistribution", "DistributionNotDisabled", "", 409, Dependency),
    ("lambda", "DeleteFunction", "ResourceConflictException", "", 409, Dependency),
    ("ec2", "ReleaseAddress", "InvalidIPAddress.InUse", "", 400, Dependency),
    (
        "s3",
        "DeleteBucket",
        "OperationAborted",
        "A conflicting conditional operation is currently in progress",
        409,
        Dependency,
    ),
    (
        "events",
        "DeleteRule",
        "ValidationException",
        "Rule can't be deleted since it has targets.",
        400,
        Dependency,
    ),
    (
        "cognito-idp",
        "DeleteUserPool",
        "InvalidParameterException",
        "User pool cannot be deleted. It has a domain configured that should be deleted first.",
        400,
        Dependency,
    ),
    (
        "ec2",
        "DeleteNetworkInterface",
        "InvalidParameterValue",
        "Network interface 'eni-1' is currently in use.",
        400,
        Dependency,
    ),
    (
        "batch",
        "DeleteComputeEnvironment",
        "ClientException",
        "Cannot delete, found existing JobQueue relationship",
        400,
        Dependency,
    ),
    (
        "lambda",
        "DeleteFunction",
        "InvalidParameterValueException",
        "Lambda was unable to delete f because it is a replicated function.",
        400,
        Dependency,
    ),
    ("apigateway", "DeleteStage", "BadRequestException", "whatever", 400, Dependency),
    ("sqs", "DeleteQueue", "AccessDenied", "", 403, Denied),
    ("ec2", "TerminateInstances", "UnauthorizedOperation", "", 403, Denied),
    ("sns", "DeleteTopic", "AuthorizationError", "", 403, Denied),
    ("s3", "ListBuckets", "InternalError", "", 500, Transient),
    ("dynamodb", "ListTables", "InternalServerError", "", 500, Transient),
    ("ec2", "DescribeVpcs", "Unavailable", "", 503, Transient),
    ("sqs", "ListQueues", "ServiceUnavailable", "", 503, Transient),
    ("sqs", "ListQueues", "InternalFailure", "", 500, Transient),
    ("s3", "PutObject", "RequestTimeout", "", 400, Transient),
    ("sqs", "DeleteQueue", "InvalidAddress", "", 400, Invalid),
    ("iam", "DeleteRole", "ValidationError", "", 400, Invalid),
    ("ec2", "DeleteVpc", "MissingParameter", "", 400, Invalid),
    ("dynamodb", "Scan", "SerializationException", "", 400, Invalid),
    ("sqs", "DeleteQueue", "SomethingNew", "", 400, Unexpected),
];

#[test]
fn each_example_is_of_its_kind() {
    for (service, operation, code, message, status, kind) in EXAMPLES {
        let found = classify(service, operation, Some(code), message, Some(*status));
        assert_eq!(found, *kind, "{service}:{operation} {code} {message}");
    }
}

#[test]
fn each_row_decides_some_example() {
    let mut used = vec![false; ROWS.len()];
    for (service, operation, code, message, ..) in EXAMPLES {
        if let Some(at) = ROWS.iter().position(|row| fits(row, service, operation, bare_code(code), message))
        {
            used[at] = true;
        }
    }
    for (row, used) in ROWS.iter().zip(used) {
        assert!(
            used,
            "no example is decided by {} {} {} {}",
            row.service, row.operation, row.code, row.message
        );
    }
}

#[test]
fn without_a_code_the_status_decides() {
    let page = format!("{NOT_AWS}: <html>");
    for (operation, message, status, kind) in [
        ("ListQueues", "", 429, Throttled),
        ("ListQueues", "", 403, Denied),
        ("HeadBucket", "", 404, Gone),
        ("DeleteApp", page.as_str(), 404, UnsupportedRegion),
        ("DeleteApp", page.as_str(), 401, Unexpected),
        ("DeleteApp", page.as_str(), 403, Unexpected),
        ("DeleteApp", page.as_str(), 429, Throttled),
        ("DeleteApp", "", 401, Credentials),
        ("DeleteApp", "", 404, Unexpected),
        ("DeleteApp", page.as_str(), 500, Unexpected),
        ("DeleteApp", "", 500, Transient),
        ("DeleteApp", page.as_str(), 501, UnsupportedRegion),
        ("DeleteApp", page.as_str(), 502, Transient),
        ("DeleteApp", "", 503, Transient),
        ("DeleteApp", "", 409, Dependency),
        ("DeleteApp", "", 400, Unexpected),
    ] {
        assert_eq!(
            classify("sqs", operation, None, message, Some(status)),
            kind,
            "{operation} {status} {message}"
        );
    }
    assert_eq!(classify("sqs", "ListQueues", None, "", None), Unexpected);
}

#[test]
fn an_unknown_code_is_judged_by_its_status() {
    assert_eq!(classify("x", "DeleteX", Some("XGoneAway"), "", Some(404)), Gone);
    assert_eq!(classify("x", "DeleteX", Some("Odd"), "", Some(500)), Transient);
    assert_eq!(classify("x", "DeleteX", Some("Odd"), "", Some(403)), Denied);
}
