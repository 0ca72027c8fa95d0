"""S3 and log groups."""

import time

from .harness import check, post, refuses


@check
def bucket_not_empty(w):
    """A bucket goes without objects, versions, markers and access points."""
    s3 = w.s3
    name = f"check-{w.account}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    refuses("BucketNotEmpty", s3.delete_bucket, Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket=name, Key="a", Body=b"y")
    s3.delete_object(Bucket=name, Key="a")
    assert "Contents" not in s3.list_objects_v2(Bucket=name)
    refuses("BucketNotEmpty", s3.delete_bucket, Bucket=name)
    found = s3.list_object_versions(Bucket=name)
    entries = [
        {"Key": v["Key"], "VersionId": v["VersionId"]} for v in found["Versions"] + found["DeleteMarkers"]
    ]
    assert len(entries) == 3, entries
    s3.delete_objects(Bucket=name, Delete={"Objects": entries})
    w.s3control.create_access_point(AccountId=w.account, Name="point", Bucket=name)
    refuses("BucketHasAccessPointsAttached", s3.delete_bucket, Bucket=name)
    w.s3control.delete_access_point(AccountId=w.account, Name="point")
    s3.delete_bucket(Bucket=name)
    refuses("NoSuchBucket", s3.delete_bucket, Bucket=name)


@check
def object_lock(w):
    """A locked version stays; with governance bypassed it goes."""
    s3 = w.s3
    name = f"lock-{w.account}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    until = "2099-01-01T00:00:00Z"
    version = s3.put_object(
        Bucket=name, Key="a", Body=b"x", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until
    )["VersionId"]
    refuses("AccessDenied", s3.delete_object, Bucket=name, Key="a", VersionId=version)
    s3.delete_object(Bucket=name, Key="a", VersionId=version, BypassGovernanceRetention=True)
    s3.delete_bucket(Bucket=name)


@check
def bucket_region(w):
    """A bucket answers in its region only, and elsewhere says where that is."""
    name = f"region-{w.account}"
    home = w.client("s3", region="eu-west-1")
    home.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert w.s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-west-1"
    # boto3 follows the redirect when it knows the region; a client without that must be told.
    raw = w.client("s3", region="eu-central-1")
    raw.meta.events.unregister("needs-retry.s3")
    bucket = [b for b in w.s3.list_buckets(MaxBuckets=10)["Buckets"] if b["Name"] == name][0]
    assert bucket["BucketRegion"] == "eu-west-1", bucket
    import urllib.error
    import urllib.request

    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("GET", f"{w.url}/{name}?versions")
    SigV4Auth(Credentials(w.credentials["access_key"], w.credentials["secret"]), "s3", "us-west-2").add_auth(request)

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_args, **_kwargs):
            return None

    opener = urllib.request.build_opener(NoRedirect)
    try:
        opener.open(urllib.request.Request(request.url, headers=dict(request.headers)))
        raise AssertionError("a request to the wrong region was answered")
    except urllib.error.HTTPError as error:
        assert error.code == 301 and error.headers["x-amz-bucket-region"] == "eu-west-1", error
    assert "Contents" not in home.list_objects_v2(Bucket=name)


@check
def bucket_pages(w):
    """ListBuckets pages and filters by region."""
    for number in range(5):
        w.s3.create_bucket(Bucket=f"page-{number}-{w.account}")
    first = w.s3.list_buckets(MaxBuckets=2)
    assert len(first["Buckets"]) == 2 and first["ContinuationToken"]
    pages = w.s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2})
    assert sum(len(page["Buckets"]) for page in pages) == 5
    assert w.s3.list_buckets(BucketRegion="eu-west-1")["Buckets"] == []


@check
def log_group_comes_back(w):
    """A log group named in the settings comes back once after its deletion."""
    post(w.url, "/_settings", {"recreate_log_groups": ["/aws/lambda/late-*"], "recreate_after": 0})
    try:
        for name in ("/aws/lambda/late-1", "/aws/lambda/other"):
            w.logs.create_log_group(logGroupName=name)
            w.logs.delete_log_group(logGroupName=name)
        deadline = time.monotonic() + 5
        found = []
        while not found and time.monotonic() < deadline:
            found = [g["logGroupName"] for g in w.logs.describe_log_groups()["logGroups"]]
        assert found == ["/aws/lambda/late-1"], found
        w.logs.delete_log_group(logGroupName="/aws/lambda/late-1")
        assert w.logs.describe_log_groups()["logGroups"] == []
    finally:
        post(w.url, "/_settings", {"recreate_log_groups": []})
