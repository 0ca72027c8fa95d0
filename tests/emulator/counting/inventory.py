"""What was found: left over, or kept for a reason."""

import datetime
import threading

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

KEEP = "aws-cleaner:keep"
KEEP_UNTIL = "aws-cleaner:keep-until"


def kept_by_tags(tags):
    """The reason that tags give to keep something, if they do; `tags` is a map."""
    if KEEP in tags:
        return f"tag {KEEP}"
    until = tags.get(KEEP_UNTIL)
    if until is not None:
        try:
            if datetime.date.fromisoformat(until[:10]) >= datetime.date.today():
                return f"tag {KEEP_UNTIL}={until}"
        except ValueError:
            # A date that can't be read keeps the resource.
            return f"tag {KEEP_UNTIL}={until} (unreadable)"
    return None


def tag_map(tags):
    """Tags in any of AWS's shapes as a map."""
    if isinstance(tags, dict):
        return tags
    return {tag.get("Key", tag.get("TagKey")): tag.get("Value", tag.get("TagValue")) for tag in tags or []}


class Inventory:
    """All findings of one count."""

    def __init__(self, url):
        self.url = url
        self.lock = threading.RLock()
        self.left = {}
        self.kept = {}
        self.unsupported = set()
        self.kept_arns = set()
        self.session = boto3.session.Session()
        self.clients = {}
        self.here = threading.local()
        identity = self.client("sts", "us-east-1").get_caller_identity()
        self.account = identity["Account"]
        self.caller = identity["Arn"]

    def client(self, service, region):
        """A client for the calls that this thread makes next.

        Making a client costs more than the calls it makes here, and all regions are behind one address. So there is
        one client per service, and the region is put in when a request is signed. S3 has rules of its own.
        """
        key = (service, region) if service == "s3" else service
        self.here.region = region
        with self.lock:
            if key not in self.clients:
                client = self.session.client(
                    service,
                    region_name=region,
                    endpoint_url=self.url,
                    config=Config(retries={"max_attempts": 2}, inject_host_prefix=False),
                )
                if service != "s3":
                    client.meta.events.register("before-sign", self.sign_for_region)
                self.clients[key] = client
            return self.clients[key]

    def sign_for_region(self, request, **_):
        """Signs for the region that this thread is counting."""
        request.context["signing"] = {**request.context.get("signing", {}), "region": self.here.region}

    def found(self, kind, name, region, reason=None):
        """Notes one resource."""
        reason = reason or self.kept_by_arn(name)
        with self.lock:
            if reason:
                self.kept.setdefault(kind, []).append({"id": name, "region": region, "reason": reason})
            else:
                self.left.setdefault(kind, []).append({"id": name, "region": region})

    def kept_by_arn(self, name):
        """The reason the tagging API gives to keep something."""
        last = name.rsplit("/", 1)[-1]
        for arn, reason in self.kept_arns:
            if arn == name or arn.endswith((":" + last, "/" + last)):
                return reason
        return None

    def pages(self, service, region, method, key, **parameters):
        """All items of a list call; nothing, and a note, where the emulator lacks it."""
        client = self.client(service, region)
        try:
            if client.can_paginate(method):
                for page in client.get_paginator(method).paginate(**parameters):
                    yield from page.get(key) or []
            else:
                yield from getattr(client, method)(**parameters).get(key) or []
        except ClientError as error:
            if error.response["Error"]["Code"] != "NotImplementedByEmulator":
                raise
            with self.lock:
                self.unsupported.add(f"{service}:{method}")

    def learn_tags(self, region):
        """Asks the tagging API which resources of a region are tagged to be kept."""
        for tagged in self.pages("resourcegroupstaggingapi", region, "get_resources", "ResourceTagMappingList"):
            reason = kept_by_tags(tag_map(tagged["Tags"]))
            if reason:
                with self.lock:
                    self.kept_arns.add((tagged["ResourceARN"], reason))
