"""The account being filled: clients, threads, and a tally of what was made."""

import http.client
import ipaddress
import json
import os
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com", "ec2.amazonaws.com"]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
)


def refuse_real_aws(url):
    """Ends the program unless the address is one of this machine: these scripts never meet AWS."""
    host = urlsplit(url).hostname or ""
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if not local:
        raise SystemExit(f"{url} is not an address of this machine; refused.")


class Account:
    """The account behind the credentials in the environment."""

    def __init__(self, url, region="us-east-1", threads=8):
        refuse_real_aws(url)
        self.url = url
        self.region = region
        self.threads = threads
        self.made = Counter()
        self.lock = threading.Lock()
        self.clients = {}
        self.local = threading.local()
        identity = self.client("sts").get_caller_identity()
        self.id = identity["Account"]
        self.caller = identity["Arn"]

    def client(self, service, region=None):
        """A client, made once."""
        key = (service, region or self.region)
        with self.lock:
            if key not in self.clients:
                self.clients[key] = boto3.client(
                    service,
                    region_name=key[1],
                    endpoint_url=self.url,
                    config=Config(
                        retries={"max_attempts": 2},
                        inject_host_prefix=False,
                        max_pool_connections=self.threads,
                        read_timeout=120,
                    ),
                )
        return self.clients[key]

    def tally(self, kind, number=1):
        """Counts what was made."""
        with self.lock:
            self.made[kind] += number

    def each(self, work, items):
        """Runs `work(item)` for all items in threads; the results in order, the first error raised."""
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(work, items))

    def at_once(self, *steps):
        """Runs functions without arguments in threads."""
        return self.each(lambda step: step(), steps)

    def put_objects(self, bucket, count, prefix="o"):
        """Writes many small objects with bare HTTP: boto3 would need minutes for what the emulator does in seconds."""
        day = time.strftime("%Y%m%d")
        headers = {
            "Authorization": (
                f"AWS4-HMAC-SHA256 Credential={os.environ['AWS_ACCESS_KEY_ID']}/{day}/{self.region}/s3/aws4_request, "
                "SignedHeaders=host, Signature=none"
            )
        }
        host = urlsplit(self.url).netloc

        def some(numbers):
            connection = http.client.HTTPConnection(host, timeout=120)
            for number in numbers:
                connection.request("PUT", f"/{bucket}/{prefix}/{number:06d}", body=b"x", headers=headers)
                response = connection.getresponse()
                response.read()
                if response.status != 200:
                    raise RuntimeError(f"put of object {number}: status {response.status}")
            connection.close()

        parts = 4
        self.each(some, [range(start, count, parts) for start in range(parts)])
        self.tally("S3Object", count)
