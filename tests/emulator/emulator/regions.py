"""Regions: 17 are on in every account, others only after an opt-in. moto serves all of them, with other facts."""

from .refusal import Refused
from .rules.registry import rules_for

ALWAYS = (
    "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 eu-central-1 "
    "eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 us-west-2"
).split()
OPT_IN = (
    "af-south-1 ap-east-1 ap-east-2 ap-south-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 "
    "ap-southeast-7 ca-west-1 eu-central-2 eu-south-1 eu-south-2 il-central-1 me-central-1 me-south-1 mx-central-1"
).split()
# How a service says that it does not know the key, which is what a region that is off says.
STRANGER = {
    "json": ("UnrecognizedClientException", 400),
    "cbor": ("UnrecognizedClientException", 400),
    "query": ("InvalidClientTokenId", 403),
    "ec2": ("AuthFailure", 401),
    "rest-json": ("UnrecognizedClientException", 403),
    "rest-xml": ("InvalidClientTokenId", 403),
}


def check(call, opted_in):
    """Refuses a call to a region that the account has not switched on."""
    if call.region in ALWAYS or call.region in ("", "aws-global") or call.region in opted_in:
        return
    code, status = ("InvalidAccessKeyId", 403) if call.service == "s3" else STRANGER[call.protocol]
    raise Refused(code, "The security token included in the request is invalid.", status)


def install(accounts):
    """Makes `DescribeRegions` tell the truth about the account."""

    @rules_for("ec2")
    def describe_regions(_settings):
        from moto.core.responses import ActionResult
        from moto.ec2.responses import EC2Response

        def answer(self):
            opted_in = accounts.opted_in(self.current_account)
            states = dict.fromkeys(ALWAYS, "opt-in-not-required")
            states.update({name: "opted-in" if name in opted_in else "not-opted-in" for name in OPT_IN})
            names = self._get_param("RegionNames", [])
            unknown = [name for name in names if name not in states]
            if unknown:
                raise Refused("InvalidParameterValue", f"Invalid region names: {', '.join(unknown)}")
            every = self._get_bool_param("AllRegions") or False
            shown = {name for name, state in states.items() if every or state != "not-opted-in"} | set(names)
            for wanted in self._get_param("Filters", []):
                of = {"opt-in-status": states.get, "region-name": str}.get(wanted["Name"])
                if of is None:
                    raise NotImplementedError(f"filter {wanted['Name']} of DescribeRegions")
                shown = {name for name in shown if of(name) in wanted["Values"]}
            return ActionResult(
                {
                    "Regions": [
                        {
                            "RegionName": name,
                            "Endpoint": f"ec2.{name}.amazonaws.com",
                            "OptInStatus": states[name],
                        }
                        for name in sorted(shown)
                        if not names or name in names
                    ]
                }
            )

        EC2Response.describe_regions = answer
