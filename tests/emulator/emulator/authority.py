"""IAM says no: to users whose policies do not allow what they call, if `enforce_iam` is on.

Registered keys (`POST /_accounts`) may do everything, and so may sessions of roles; users that a test makes, with keys of
their own, are asked. moto has such a check too, but names actions by the service that signs, and some of its services skip it. What IAM calls an
operation stands here a second time, apart from the tool that is tested.
"""

import fnmatch
import functools
import json

from moto.iam.access_control import CreateAccessKeyFailure, IAMUserAccessKey
from moto.iam.models import Policy

from .refusal import Refused

# Signing names that are no prefixes of actions.
PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag", "cloudcontrolapi": "cloudformation", "iotdata": "iot"}
# Services whose operations and actions differ.
S3 = {
    "HeadBucket": ["ListBucket"],
    "ListBuckets": ["ListAllMyBuckets"],
    "ListObjects": ["ListBucket"],
    "ListObjectsV2": ["ListBucket"],
    "ListObjectVersions": ["ListBucketVersions"],
    "ListMultipartUploads": ["ListBucketMultipartUploads"],
    "DeleteObjects": ["DeleteObject", "DeleteObjectVersion"],
}


# What a transaction does to an item is what must be allowed: the transaction has no action.
IN_TRANSACTION = {"Put": "PutItem", "Delete": "DeleteItem", "Update": "UpdateItem", "ConditionCheck": "ConditionCheckItem"}


def actions(call, request):
    """The actions that must be allowed for a call."""
    service = PREFIXES.get(call.service, call.service)
    names = [call.operation]
    if service == "apigateway":
        names = [call.method]
    elif service == "budgets":
        names = ["ViewBudget" if call.operation.startswith("Describe") else "ModifyBudget"]
    elif service == "cassandra":
        names = ["Drop" if call.operation.startswith("Delete") else "Select"]
    elif call.operation == "TransactWriteItems":
        parts = json.loads(request.body)["TransactItems"]
        names = sorted({IN_TRANSACTION[kind] for part in parts for kind in part})
    elif service == "s3":
        names = S3.get(call.operation, names)
    return [f"{service}:{name}" for name in names]


def check(call, request, known):
    """Refuses a call of a user whom no policy allows it; `known` are the keys that may do everything."""
    if not call.access_key or call.access_key in known or call.access_key.startswith("ASIA"):
        return
    try:
        key = IAMUserAccessKey(call.account, "aws", call.access_key, {})
    except CreateAccessKeyFailure:
        raise Refused("InvalidClientTokenId", "The security token included in the request is invalid.", 403) from None
    rules = statements(tuple(map(document, key.collect_policies())))
    for action in actions(call, request):
        # AWS answers this one whatever is denied.
        if action != "sts:GetCallerIdentity" and not allowed(action, rules):
            call.denied = action
            code = {"ec2": "UnauthorizedOperation", "json": "AccessDeniedException", "rest-json": "AccessDeniedException"}
            reason = f"User: {key.arn} is not authorized to perform: {action} because no identity-based policy allows it"
            raise Refused(code.get(call.protocol, "AccessDenied"), reason, 400 if call.protocol == "json" else 403)


def document(policy):
    """The text of an inline or managed policy."""
    if isinstance(policy, Policy):
        return next(version.document for version in policy.versions if version.is_default)
    return policy["policy_document"]


@functools.lru_cache(64)
def statements(documents):
    """The exact actions and the patterns that are allowed, and those that are denied; IAM does not look at case."""
    rules = {"Allow": (set(), []), "Deny": (set(), [])}
    for text in documents:
        found = json.loads(text)["Statement"]
        for statement in found if isinstance(found, list) else [found]:
            given = statement["Action"]
            for action in given if isinstance(given, list) else [given]:
                exact, patterns = rules[statement["Effect"]]
                patterns.append(action.lower()) if "*" in action else exact.add(action.lower())
    return rules


def allowed(action, rules):
    """Whether something allows an action and nothing denies it."""

    def says(effect):
        exact, patterns = rules[effect]
        return action.lower() in exact or any(fnmatch.fnmatchcase(action.lower(), one) for one in patterns)

    return says("Allow") and not says("Deny")
