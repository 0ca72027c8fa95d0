"""S3 and CloudWatch Logs."""

import re
from urllib.parse import unquote

from ..refusal import Refused, after, before
from .registry import rules_for

# Answered by every region for every bucket.
ANYWHERE = {"GetBucketLocation", "CreateBucket", "ListBuckets"}


def check_bucket_region(call, _request):
    """Refuses a request for a bucket of another region, as AWS does; moto serves it from anywhere."""
    from moto.s3.models import s3_backends

    name = unquote(call.path.lstrip("/").split("/", 1)[0])
    if not name or call.path.startswith("/v20180820/") or call.operation in ANYWHERE:
        return
    bucket = s3_backends[call.account]["aws"].buckets.get(name)
    if bucket is None or not call.region or bucket.region_name == call.region:
        return
    raise WrongRegion(name, bucket.region_name)


class WrongRegion(Refused):
    """A 301 that names the right region, in the header that SDKs read."""

    def __init__(self, bucket, region):
        super().__init__(
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. "
            "Please send all future requests to this endpoint.",
            301,
            Bucket=bucket,
            Endpoint=f"{bucket}.s3.{region}.amazonaws.com",
        )
        self.headers = [("x-amz-bucket-region", region)]


@rules_for("s3")
def buckets(_settings):
    """A bucket goes when it is empty and has no access points."""
    from moto.s3.models import S3Backend

    @before(S3Backend, "delete_bucket")
    def _delete(self, bucket_name):
        bucket = self.get_bucket(bucket_name)
        if bucket.keys:
            # moto answers None, which its CloudFormation takes for success.
            raise Refused(
                "BucketNotEmpty", "The bucket you tried to delete is not empty", 409, BucketName=bucket_name
            )
        from moto.s3control.models import s3control_backends

        points = s3control_backends[self.account_id]["aws"].access_points.get(self.account_id, {})
        if any(point.bucket == bucket_name for point in points.values()):
            raise Refused(
                "BucketHasAccessPointsAttached",
                "The bucket you tried to delete has access points attached",
                409,
                BucketName=bucket_name,
            )


@rules_for("logs")
def log_groups(settings):
    """Log groups that come back once, when a test asks for it."""
    from moto.logs.models import LogsBackend

    @after(LogsBackend, "delete_log_group")
    def _deleted(self, _result, log_group_name):
        settings.log_group_deleted(self, re.sub(r"^arn:.*:log-group:|:\*$", "", log_group_name))

    @before(LogsBackend, "describe_log_groups")
    def _listed(self, *_args, **_kwargs):
        for name in settings.due_log_groups(self):
            if name not in self.groups:
                self.create_log_group(name, {})
