"""Small parts of AWS that moto lacks altogether, as far as listing and deleting needs them: X-Ray groups and rules."""

import json
import time

from . import cloudcontrol, deletions
from .refusal import Refused
from .server import Reply


class XRay:
    """X-Ray: every region has a group and a sampling rule named Default, which stay."""

    def __init__(self, call):
        prefix = f"arn:aws:xray:{call.region}:{call.account}"
        self.prefix = prefix
        self.groups = {"Default": {"GroupName": "Default", "GroupARN": f"{prefix}:group/Default"}}
        rule = {
            "RuleName": "Default",
            "RuleARN": f"{prefix}:sampling-rule/Default",
            "Priority": 10000,
            "FixedRate": 0.05,
        }
        self.rules = {"Default": rule}
        self.tags = {}

    def pick(self, items, name, arn, key):
        """Finds by name or ARN."""
        for item in items.values():
            if name and item[key] == name or arn and arn in item.values():
                return item
        raise Refused("InvalidRequestException", f"{name or arn} was not found", 400)

    def create_group(self, given):
        name = given["GroupName"]
        if name in self.groups:
            raise Refused("InvalidRequestException", f"group {name} already exists")
        arn = f"{self.prefix}:group/{name}/{len(self.groups):08d}"
        group = {"GroupName": name, "GroupARN": arn, "FilterExpression": given.get("FilterExpression", "")}
        self.groups[name] = group
        self.tags[arn] = given.get("Tags") or []
        return {"Group": group}

    def get_groups(self, _given):
        return {"Groups": list(self.groups.values())}

    def get_group(self, given):
        return {"Group": self.pick(self.groups, given.get("GroupName"), given.get("GroupARN"), "GroupName")}

    def delete_group(self, given):
        group = self.pick(self.groups, given.get("GroupName"), given.get("GroupARN"), "GroupName")
        if group["GroupName"] == "Default":
            raise Refused("InvalidRequestException", "The default group cannot be deleted")
        self.groups.pop(group["GroupName"])
        return {}

    def create_sampling_rule(self, given):
        rule = given["SamplingRule"]
        name = rule["RuleName"]
        if name in self.rules:
            raise Refused("InvalidRequestException", f"sampling rule {name} already exists")
        rule["RuleARN"] = f"{self.prefix}:sampling-rule/{name}"
        self.rules[name] = rule
        self.tags[rule["RuleARN"]] = given.get("Tags") or []
        return {"SamplingRuleRecord": {"SamplingRule": rule, "CreatedAt": time.time()}}

    def get_sampling_rules(self, _given):
        return {"SamplingRuleRecords": [{"SamplingRule": rule} for rule in self.rules.values()]}

    def delete_sampling_rule(self, given):
        rule = self.pick(self.rules, given.get("RuleName"), given.get("RuleARN"), "RuleName")
        if rule["RuleName"] == "Default":
            raise Refused("InvalidRequestException", "The default sampling rule cannot be deleted")
        self.rules.pop(rule["RuleName"])
        return {"SamplingRuleRecord": {"SamplingRule": rule}}

    def list_tags_for_resource(self, given):
        return {"Tags": self.tags.get(given["ResourceARN"], [])}


def xml(operation, members):
    """The body of an answer of the query protocol."""
    return f"<{operation}Response><{operation}Result>{members}</{operation}Result></{operation}Response>"


def page(name):
    """The body of a list of CloudFront with nothing on it."""
    return f'<{name} xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><MaxItems>100</MaxItems><Quantity>0</Quantity></{name}>'


# Resources, and parts of them, that nothing here can create: there are none.
EMPTY = {
    ("iam", "ListServiceSpecificCredentials"): xml("ListServiceSpecificCredentials", "<ServiceSpecificCredentials/>"),
    ("iam", "ListMFADeviceTags"): xml("ListMFADeviceTags", "<Tags/><IsTruncated>false</IsTruncated>"),
    ("cognito-identity", "GetIdentityPoolRoles"): json.dumps({"Roles": {}}),
    ("glue", "GetClassifiers"): json.dumps({"Classifiers": []}),
    ("config", "DescribeRemediationConfigurations"): json.dumps({"RemediationConfigurations": []}),
    ("ses", "ListReceiptFilters"): xml("ListReceiptFilters", "<Filters/>"),
    ("cloudfront", "ListCloudFrontOriginAccessIdentities"): page("CloudFrontOriginAccessIdentityList"),
    ("cloudfront", "ListCachePolicies"): page("CachePolicyList"),
    ("cloudfront", "ListOriginRequestPolicies"): page("OriginRequestPolicyList"),
    ("cloudfront", "ListResponseHeadersPolicies"): page("ResponseHeadersPolicyList"),
}

OPERATIONS = {
    ("xray", "CreateGroup"): XRay.create_group,
    ("xray", "GetGroups"): XRay.get_groups,
    ("xray", "GetGroup"): XRay.get_group,
    ("xray", "DeleteGroup"): XRay.delete_group,
    ("xray", "CreateSamplingRule"): XRay.create_sampling_rule,
    ("xray", "GetSamplingRules"): XRay.get_sampling_rules,
    ("xray", "DeleteSamplingRule"): XRay.delete_sampling_rule,
    ("xray", "ListTagsForResource"): XRay.list_tags_for_resource,
}


class Gaps:
    """What is emulated here, per account and region."""

    def __init__(self):
        self.states = {}

    def clear(self):
        """Forgets everything."""
        self.states.clear()

    def answer(self, call, request):
        """The reply, if this is one of ours."""
        deleted = deletions.answer(call, request)
        if deleted is not None:
            return deleted
        controlled = cloudcontrol.answer(self.states, call, request)
        if controlled is not None:
            return controlled
        operation = OPERATIONS.get((call.service, call.operation))
        if operation is None:
            empty = EMPTY.get((call.service, call.operation))
            kind = "text/xml" if empty and empty.startswith("<") else "application/x-amz-json-1.1"
            return Reply(200, [("Content-Type", kind)], empty.encode()) if empty else None
        state = self.states.setdefault((call.account, call.region), XRay(call))
        given = json.loads(request.body) if request.body else {}
        body = json.dumps(operation(state, given)).encode()
        return Reply(200, [("Content-Type", "application/json")], body)
