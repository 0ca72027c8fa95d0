"""What the checks share: an account, its clients, and the assertion that AWS says no."""

import json
import os
import urllib.error
import urllib.request

for _name in [n for n in os.environ if n.startswith("AWS_")]:
    del os.environ[_name]
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

import boto3  # noqa: E402 - reads the environment
from botocore.config import Config  # noqa: E402
from botocore.exceptions import ClientError  # noqa: E402

CHECKS = []
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})


def check(function):
    """Registers a check."""
    CHECKS.append(function)
    return function


def post(url, path, value):
    """Calls an admin endpoint; raises for anything but 200."""
    request = urllib.request.Request(url + path, data=json.dumps(value).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=30) as response:
        return json.load(response)


class World:
    """A fresh account and its clients."""

    def __init__(self, url, region="us-east-1", **account):
        self.url = url
        self.region = region
        self.credentials = post(url, "/_accounts", account)
        self.account = self.credentials["account"]

    def client(self, service, region=None, credentials=None, **config):
        """A client without retries."""
        given = credentials or self.credentials
        client = boto3.client(
            service,
            region_name=region or self.region,
            endpoint_url=self.url,
            aws_access_key_id=given["access_key"],
            aws_secret_access_key=given["secret"],
            aws_session_token=given.get("token"),
            config=Config(
                retries={"max_attempts": 0},
                inject_host_prefix=False,
                **{"read_timeout": 20, **config},
            ),
        )

        def without_account(request, **_):
            request.url = request.url.replace(f"//{self.account}.", "//")

        # The rules of S3 control put the account before the host, which loopback can't resolve.
        client.meta.events.register("before-send.s3-control", without_account)
        return client

    def __getattr__(self, service):
        """`world.s3` is the S3 client; underscores stand for dashes."""
        client = self.client(service.replace("_", "-"))
        setattr(self, service, client)
        return client

    def faults(self, *rules):
        """Sets the fault rules, limited to this account."""
        post(self.url, "/_faults", [{"account": self.account, **rule} for rule in rules])

    def vpc(self, cidr="10.7.0.0/16"):
        """A VPC with a subnet; returns both ids."""
        vpc = self.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
        subnet = self.ec2.create_subnet(VpcId=vpc, CidrBlock=cidr.replace("/16", "/24"))["Subnet"]["SubnetId"]
        return vpc, subnet

    def role(self, name, **more):
        """A role; returns its ARN."""
        return self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)["Role"]["Arn"]


def refuses(code, call, **parameters):
    """Asserts that a call fails with one of the codes (`A|B`), and returns the error."""
    try:
        call(**parameters)
    except ClientError as error:
        got = error.response["Error"]["Code"]
        assert got in code.split("|"), f"expected {code}, got {got}: {error}"
        return error.response
    raise AssertionError(f"{call.__name__}({parameters}) was not refused; expected {code}")
