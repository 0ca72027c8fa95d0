"""Faults and gaps in the shape of every protocol."""

import time
from xml.etree.ElementTree import ParseError

from botocore.exceptions import BotoCoreError

from .harness import check, refuses

# One call per protocol: service, method, code and status of a denial, and of a throttle.
CALLS = [
    ("sqs", "list_queues", ("AccessDeniedException", 400), ("ThrottlingException", 400)),
    ("iam", "list_roles", ("AccessDenied", 403), ("Throttling", 400)),
    ("ec2", "describe_vpcs", ("UnauthorizedOperation", 403), ("RequestLimitExceeded", 503)),
    ("lambda", "list_functions", ("AccessDeniedException", 403), ("TooManyRequestsException", 429)),
    ("s3", "list_buckets", ("AccessDenied", 403), ("SlowDown", 503)),
    ("route53", "list_hosted_zones", ("AccessDenied", 403), ("Throttling", 400)),
    ("cloudwatch", "describe_alarms", ("AccessDeniedException|AccessDenied", 400), ("ThrottlingException|Throttling", 400)),
]


@check
def denied_and_throttled(w):
    """Denials and throttles have the code and status of their protocol, `times` times."""
    for service, method, denied, throttled in CALLS:
        call = getattr(getattr(w, service), method)
        w.faults({"kind": "deny", "times": 1}, {"kind": "throttle", "times": 1})
        for code, status in (denied, throttled):
            error = refuses(code, call)
            got = error["ResponseMetadata"]["HTTPStatusCode"]
            assert got == status or service == "cloudwatch", (service, code, got)
        call()
    w.faults()


@check
def expired_and_internal(w):
    """Expired credentials after some calls, internal errors with and without a body."""
    w.faults({"kind": "expired", "after": 2})
    w.iam.list_roles()
    w.iam.list_users()
    refuses("ExpiredToken", w.iam.list_roles)
    refuses("RequestExpired", w.ec2.describe_vpcs)
    refuses("ExpiredTokenException", w.sqs.list_queues)
    w.faults({"kind": "error500", "times": 1}, {"kind": "error500", "body": False, "times": 1})
    error = refuses("InternalFailure", w.iam.list_roles)
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 500
    refuses("500", w.iam.list_roles)
    w.iam.list_roles()


@check
def broken_connections(w):
    """Hangs, resets, truncations and delays."""
    quick = w.client("sqs", read_timeout=1, connect_timeout=1)
    for rule in ({"kind": "hang"}, {"kind": "reset"}):
        w.faults({**rule, "times": 1})
        try:
            quick.create_queue(QueueName="q")
        except BotoCoreError:
            pass
        else:
            raise AssertionError(f"{rule} had no effect")
    bucket = f"check-{w.account}"
    w.s3.create_bucket(Bucket=bucket)
    w.faults({"kind": "truncate", "operation": "GetBucketLocation", "times": 1})
    try:
        w.s3.get_bucket_location(Bucket=bucket)
    except (BotoCoreError, ParseError):
        pass
    else:
        raise AssertionError("a truncated answer was taken for a whole one")
    w.faults({"kind": "delay", "seconds": 0.2, "times": 1})
    started = time.monotonic()
    quick.list_queues()
    assert time.monotonic() - started >= 0.2
    w.faults()


@check
def matched_by_operation(w):
    """Rules name service, operation and region, as globs."""
    w.faults({"kind": "deny", "service": "s3", "operation": "Delete*"}, {"kind": "deny", "region": "eu-*"})
    name = f"check-{w.account}"
    w.s3.create_bucket(Bucket=name)
    w.s3.put_object(Bucket=name, Key="k", Body=b"x")
    refuses("AccessDenied", w.s3.delete_object, Bucket=name, Key="k")
    refuses("AccessDenied", w.s3.delete_objects, Bucket=name, Delete={"Objects": [{"Key": "k"}]})
    refuses("AccessDenied", w.s3.delete_bucket, Bucket=name)
    refuses("AccessDeniedException", w.client("sqs", region="eu-west-1").list_queues)
    w.sqs.list_queues()
    w.faults({"kind": "deny", "code": "OptInRequired", "status": 403, "message": "not subscribed"})
    refuses("OptInRequired", w.ec2.describe_vpcs)
    w.faults()


@check
def somebody_was_faster(w):
    """A resource that vanishes between list and delete."""
    url = w.sqs.create_queue(QueueName="q")["QueueUrl"]
    w.role("r")
    w.faults({"kind": "gone", "operation": "Delete*"})
    refuses("AWS.SimpleQueueService.NonExistentQueue", w.sqs.delete_queue, QueueUrl=url)
    refuses("NoSuchEntity", w.iam.delete_role, RoleName="r")
    w.faults()
    assert "QueueUrls" not in w.sqs.list_queues()


@check
def stale_lists(w):
    """A list that stays as it was for a number of calls."""
    url = w.sqs.create_queue(QueueName="q")["QueueUrl"]
    w.faults({"kind": "stale", "operation": "ListQueues", "times": 2})
    assert len(w.sqs.list_queues()["QueueUrls"]) == 1
    w.sqs.delete_queue(QueueUrl=url)
    assert len(w.sqs.list_queues()["QueueUrls"]) == 1
    assert len(w.sqs.list_queues()["QueueUrls"]) == 1
    assert "QueueUrls" not in w.sqs.list_queues()
    w.faults()


@check
def unimplemented(w):
    """What moto lacks is a 501 in the protocol of the call, not an HTML page."""
    for call, parameters in (
        (w.cloudtrail.lookup_events, {}),
        (w.iam.simulate_principal_policy, {"PolicySourceArn": "arn:aws:iam::1:role/r-long-enough", "ActionNames": ["s3:x"]}),
        (w.ec2.describe_verified_access_groups, {}),
        (w.cloudcontrol.list_resource_requests, {}),
        (w.client("account").list_regions, {}),
        (getattr(w, "lambda").list_code_signing_configs, {}),
    ):
        error = refuses("NotImplementedByEmulator", call, **parameters)
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 501, error
