//! The error table: which code and message means what. The first row that fits decides.

use super::ErrorKind::{self, *};

/// One row. Patterns are alternatives separated by `|`; `*` stands for any text, and case does not count.
/// `message` alternatives are texts that the message contains.
pub(super) struct Row {
    pub(super) service: &'static str,
    pub(super) operation: &'static str,
    pub(super) code: &'static str,
    pub(super) message: &'static str,
    pub(super) kind: ErrorKind,
}

const fn code(code: &'static str, kind: ErrorKind) -> Row {
    Row { service: "*", operation: "*", code, message: "", kind }
}

const fn message(code: &'static str, message: &'static str, kind: ErrorKind) -> Row {
    Row { service: "*", operation: "*", code, message, kind }
}

const fn of(service: &'static str, code: &'static str, message: &'static str, kind: ErrorKind) -> Row {
    Row { service, operation: "*", code, message, kind }
}

const fn op(
    service: &'static str,
    operation: &'static str,
    code: &'static str,
    message: &'static str,
    kind: ErrorKind,
) -> Row {
    Row { service, operation, code, message, kind }
}

/// Codes under which services report nearly anything; the message has to tell.
const VAGUE: &str = "Validation*|InvalidParameter*|InvalidRequest*|InvalidInput*|InvalidArgument*|InvalidOperation*|\
                     BadRequest*|ClientException|InvalidChangeBatch|InvalidArgs*|GeneralServiceException*|HandlerFailure*";

/// Operations that cannot run into a quota on the number of things: a "limit" there is one on the pace.
const NO_QUOTA: &str = "Delete*|List*|Describe*|Get*|BatchGet*|BatchDelete*|Deregister*|Disassociate*|Detach*|Remove*|\
                        Stop*|Terminate*|Release*|Cancel*|Untag*";

pub(super) const ROWS: &[Row] = &[
    // ---- What an emulator lacks is a fact about the emulator, not about AWS.
    code("NotImplementedByEmulator", UnsupportedRegion),
    // ---- Services that say "not here" in their own words, under codes that mean something else elsewhere.
    of("securityhub", "InvalidAccess*", "not subscribed", UnsupportedRegion),
    of("macie2", "AccessDenied*", "not enabled", UnsupportedRegion),
    of("servicecatalog", "TagOptionNotMigrated*", "", UnsupportedRegion),
    of("organizations", "AWSOrganizationsNotInUse*", "", Gone),
    of("guardduty", "BadRequest*", "is not owned by the current account", Gone),
    // ---- Cloud Control: codes of its own, and those that its handlers report.
    of("cloudcontrol", "UnsupportedAction*|TypeNotFound*", "", UnsupportedRegion),
    of("cloudcontrol", "ConcurrentOperation*", "", Dependency),
    of("cloudcontrol", "ServiceLimitExceeded*", "", Throttled),
    of("cloudcontrol", "NotStabilized*|NetworkFailure*|HandlerInternalFailure*", "", Transient),
    of("cloudcontrol", "InvalidCredentials*", "", Denied),
    // ---- Not in this region, or not for this account.
    code(
        "OptInRequired|SubscriptionRequired*|RegionDisabled*|*UnsupportedRegion*|*RegionNotSupported*",
        UnsupportedRegion,
    ),
    // Every request is signed: AWS's gateway says "missing authentication token" of a route that it does not have.
    code("InvalidAction|UnknownOperation*|UnknownEndpoint*|MissingAuthenticationToken*", UnsupportedRegion),
    message(
        "*",
        "not supported in this region|not available in this region|not supported in the region|\
                  is not supported in region|region is not supported|not enabled in this region|\
                  not available in the region|is not available in region|not yet available in",
        UnsupportedRegion,
    ),
    message(
        "*",
        "no longer available to new customers|not open to new customers|only existing timestream|\
                  is no longer open|has been discontinued|no longer supported for new|end of support",
        UnsupportedRegion,
    ),
    // ---- EC2 uses AuthFailure for things that belong to another service, which takes them along when it goes.
    of("ec2", "AuthFailure", "permission to access the specified resource", Dependency),
    of("ec2", "OperationNotPermitted", "not allowed to manage", Dependency),
    of("ec2", "AuthFailure*", "not authorized", Denied),
    of("ec2", "AuthFailure.*", "", Denied),
    // ---- Credentials.
    code(
        "ExpiredToken*|*TokenExpired*|TokenRefreshRequired|RequestExpired|InvalidClientTokenId|UnrecognizedClient*|\
          AuthFailure|SignatureDoesNotMatch|InvalidSignature*|InvalidAccessKeyId|\
          IncompleteSignature*|RequestTimeTooSkewed|RequestInTheFuture|InvalidSecurity|NotSignedUp",
        Credentials,
    ),
    of("s3|s3control", "InvalidToken", "", Credentials),
    // ---- The pace.
    code(
        "*Throttl*|TooManyRequests*|RequestLimitExceeded*|SlowDown*|PriorRequestNotComplete|\
          ProvisionedThroughputExceeded*|BandwidthLimitExceeded|EC2ThrottledException|*RateExceeded*|\
          RequestRateTooLarge*",
        Throttled,
    ),
    message("*", "rate exceeded|request rate|too many requests|reduce your request rate", Throttled),
    of("s3", "503", "", Throttled),
    op("*", NO_QUOTA, "LimitExceeded*|*ConcurrentOperationLimit*|*OperationLimitExceeded*", "", Throttled),
    // ---- Protection, before "invalid": most services report it as a wrong parameter.
    message(
        "*",
        "deletion protection|deletionprotection|delete protection|deleteprotection|termination protection|\
                  terminationprotection|termination protected|protected against deletion|deregistration protection|\
                  cannot delete protected|protected by object lock|disableapitermination|disableapistop",
        Protected,
    ),
    code("*DeletionProtect*|*TerminationProtect*|SnapshotLocked|UnmodifiableEntity*|ManagedRule*", Protected),
    of("ec2", "CannotDelete", "", Protected),
    of(
        "ec2",
        "InvalidParameterValue|InvalidGroup*|InvalidNetworkAcl*",
        "cannot be deleted by a user|cannot delete default",
        Protected,
    ),
    of("s3", "AccessDenied", "object lock|mfa authentication", Protected),
    of("backup", "InvalidRequest*|InvalidParameter*|AccessDenied*", "vault lock|locked", Protected),
    of("secretsmanager", "Invalid*", "managed by", Protected),
    of("rbin", "Conflict*", "lock", Protected),
    // ---- Known to be over, or ending, under a code that says "state".
    of("kms", "KMSInvalidState*", "pending deletion", Gone),
    of(
        "secretsmanager",
        "InvalidRequest*",
        "marked for deletion|scheduled for deletion|marked deleted",
        Gone,
    ),
    of("ecs", "ServiceNotActive*|ClusterNotActive*", "", Gone),
    of("ec2", "Gateway.NotAttached|InvalidAMIID.Unavailable", "", Gone),
    // ---- Gone.
    code(
        "*NotFound*|NoSuch*|*.NoSuch*|*DoesNotExist*|*NonExist*|*NotExist*|UnknownResource*|*AlreadyDeleted*|\
          *NoLongerExists*",
        Gone,
    ),
    message(
        VAGUE,
        "does not exist|doesn't exist|do not exist|not found|could not be found|cannot be found|\
                    no application named|no longer exists|unable to find",
        Gone,
    ),
    // ---- Changed under our hands: ask again, then try again.
    code(
        "Concurrent*|*Concurrent*Exception|OptimisticLock*|PreconditionFailed|*StaleData*|*OptimisticLock*|\
          InvalidIfMatchVersion|TransactionConflict*|TransactionInProgress*|DependencyTimeout*|*InternalDependency*",
        Transient,
    ),
    // ---- Something else first.
    code(
        "DependencyViolation|DeleteConflict*|*InUse*|*NotEmpty*|*NonEmpty*|Invalid*State*|*StillAttached*|*InvalidState*|\
          IncorrectState*|IncorrectInstanceState*|*Conflict*|*HasDependen*|*DependentService*|*Dependency*|*InProgress*|\
          *NotDisabled*|*StillReferenced*|*Referenced*|*Associated*|ClusterContains*|OperationAborted*|\
          *NotReady*|*ResourceLocked*|InvalidAddress.Locked|CannotDelete*|*HasActive*|*HasInstances*|*NotStable*|\
          ResourceContention*|*BeingModified*|*IllegalDelete*|ResourcePrecondition*|InvalidVPCNetworkState*|*Pending*",
        Dependency,
    ),
    message(
        VAGUE,
        "in use|still has|still have|still contains|still attached|must be deleted|should be deleted first|\
                    must be removed|must be empty|not empty|must first|is associated with|are associated with|being used|\
                    currently being|in progress|is referenced|has dependent|has targets|has active|has existing|\
                    relationship|must be disabled|being modified|being deleted|being created|being updated|\
                    is not in a valid state|current state|is in state|in the state|is attached|pointing to|depends on|\
                    remove all|delete all|detach all|disassociate",
        Dependency,
    ),
    of("lambda", "InvalidParameterValue*", "replicated function", Dependency),
    op("apigateway", "Delete*", "BadRequest*", "", Dependency),
    // ---- Not allowed.
    code(
        "AccessDenied*|*AccessDenied*|Unauthorized*|NotAuthorized*|AuthorizationError*|Forbidden*|AllAccessDisabled|\
          AccountProblem|*InsufficientPermission*|*InsufficientPrivilege*|OperationNotPermitted*|*NotPermitted*|\
          InvalidAccess*|OperationDisabled*|*OptOut*",
        Denied,
    ),
    // ---- AWS's own trouble.
    code(
        "Internal*|*InternalError*|*InternalServer*|*InternalFailure*|*InternalService*|*Unavailable*|RequestTimeout*|\
          *Timeout*|ServerException|ServerError|ServiceFailure*|ServiceError|*ServerErrorException|\
          *InternalException",
        Transient,
    ),
    // ---- Our own fault.
    code(
        "Validation*|*Validation*|Malformed*|Missing*|Invalid*|Serialization*|BadRequest*|UnsupportedOperation*|\
          UnknownParameter*|*NotSupported*|ClientException|Unsupported*|*ParamValidation*|MethodNotAllowed",
        Invalid,
    ),
];
