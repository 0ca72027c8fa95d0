"""Cloud Control: a store of its own, for types that moto has not. What is made elsewhere does not show here.

Identifiers and what lists need come from AWS's resource schemas, as cfn-lint ships them. Deletions take a few looks, are refused
while another resource names the one that is to go, and fail late where a tag says so:

    emulator:fail = CODE    fails with this HandlerErrorCode
"""

import functools
import importlib.util
import json
import os
import uuid

from .refusal import Refused
from .server import Reply

DATA = os.path.join(os.path.dirname(importlib.util.find_spec("cfnlint").origin), "data", "schemas")
# How many resources a page holds.
PAGE = 2
# How often a deletion is looked at before it is over.
LOOKS = 2
FAIL = "emulator:fail"


@functools.cache
def hashes():
    """Where the schemas of types are, by name."""
    with open(os.path.join(DATA, "providers", "us-east-1.json"), encoding="utf-8") as file:
        return json.load(file)


@functools.cache
def schema(type_):
    """The schema of a type."""
    digest = hashes().get(type_)
    if digest is None:
        raise Refused("TypeNotFoundException", f"The type '{type_}' cannot be found.")
    with open(os.path.join(DATA, "resources", f"{digest}.json"), encoding="utf-8") as file:
        return json.load(file)


def handler(type_, name):
    """What the schema says of a handler."""
    found = schema(type_).get("handlers", {}).get(name)
    if found is None:
        raise Refused("UnsupportedActionException", f"Resource type {type_} does not support {name.upper()} action")
    return found


def identifiers(type_):
    """The properties that identify a resource of a type."""
    return [path.removeprefix("/properties/") for path in schema(type_)["primaryIdentifier"]]


def texts(value):
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


class CloudControl:
    """The resources and requests of an account in a region."""

    def __init__(self, call):
        self.account, self.region = call.account, call.region
        self.resources = {}
        self.requests = {}
        self.by_client_token = {}

    def pick(self, given):
        """The properties of a resource."""
        type_, identifier = given["TypeName"], given["Identifier"]
        schema(type_)
        found = self.resources.get(type_, {}).get(identifier)
        if found is None:
            raise Refused("ResourceNotFoundException", f"Resource of type '{type_}' with identifier '{identifier}' was not found.")
        return found

    def create_resource(self, given):
        """Makes a resource at once; parts of the identifier that nobody gave are made up."""
        type_ = given["TypeName"]
        properties = json.loads(given["DesiredState"])
        service, word = type_.split("::")[1].lower(), type_.rsplit("::", 1)[1].lower()
        number = f"{len(self.resources.get(type_, {})):08x}"
        read_only = [path.removeprefix("/properties/") for path in schema(type_).get("readOnlyProperties", [])]
        for name in identifiers(type_):
            arn = f"arn:aws:{service}:{self.region}:{self.account}:{word}/{number}"
            properties.setdefault(name, arn if name.lower().endswith("arn") else f"{word}-{number}")
        if "Arn" in read_only:
            properties.setdefault("Arn", f"arn:aws:{service}:{self.region}:{self.account}:{word}/{number}")
        identifier = "|".join(properties[name] for name in identifiers(type_))
        self.resources.setdefault(type_, {})[identifier] = properties
        return self.event({"TypeName": type_, "Identifier": identifier, "Operation": "CREATE", "OperationStatus": "SUCCESS"})

    def list_resources(self, given):
        """Shows identifiers alone, as the lists of many types do."""
        type_ = given["TypeName"]
        needed = handler(type_, "list").get("handlerSchema", {}).get("required", [])
        model = json.loads(given.get("ResourceModel") or "{}")
        missing = [name for name in needed if name not in model]
        if missing:
            raise Refused("InvalidRequestException", f"Missing or invalid ResourceModel property. Required property: {missing}")
        shown = [
            {"Identifier": identifier, "Properties": json.dumps({name: properties[name] for name in identifiers(type_)})}
            for identifier, properties in sorted(self.resources.get(type_, {}).items())
            if all(properties.get(name) == model[name] for name in needed)
        ]
        start = int(given.get("NextToken") or 0)
        page = {"TypeName": type_, "ResourceDescriptions": shown[start : start + PAGE]}
        if len(shown) > start + PAGE:
            page["NextToken"] = str(start + PAGE)
        return page

    def get_resource(self, given):
        """Shows all of a resource."""
        found = self.pick(given)
        described = {"Identifier": given["Identifier"], "Properties": json.dumps(found)}
        return {"TypeName": given["TypeName"], "ResourceDescription": described}

    def delete_resource(self, given):
        """Begins a deletion. The same client token means the same request, whatever became of it."""
        client_token = given.get("ClientToken")
        if client_token in self.by_client_token:
            return self.event(self.requests[self.by_client_token[client_token]])
        type_, identifier = given["TypeName"], given["Identifier"]
        handler(type_, "delete")
        self.pick(given)
        for request in self.requests.values():
            if (request["TypeName"], request["Identifier"]) == (type_, identifier) and request["OperationStatus"] == "IN_PROGRESS":
                raise Refused("ConcurrentOperationException", "Another operation on the resource is in progress")
        request = {
            "TypeName": type_,
            "Identifier": identifier,
            "Operation": "DELETE",
            "OperationStatus": "IN_PROGRESS",
            "RequestToken": str(uuid.uuid4()),
            "looks": LOOKS,
        }
        self.requests[request["RequestToken"]] = request
        if client_token:
            self.by_client_token[client_token] = request["RequestToken"]
        return self.event(request)

    def get_resource_request_status(self, given):
        """Looks at a request, which brings it nearer to its end."""
        request = self.requests.get(given["RequestToken"])
        if request is None:
            raise Refused("RequestTokenNotFoundException", f"Request token {given['RequestToken']} was not found.")
        if request["OperationStatus"] == "IN_PROGRESS":
            if request["looks"] > 0:
                request["looks"] -= 1
            else:
                self.end(request)
        return self.event(request)

    def end(self, request):
        """Carries a deletion out, or fails it."""
        type_, identifier = request["TypeName"], request["Identifier"]
        found = self.resources[type_][identifier]
        tags = found.get("Tags") or []
        code = next((tag["Value"] for tag in tags if isinstance(tag, dict) and tag.get("Key") == FAIL), None)
        user = self.user_of(type_, identifier)
        if code:
            self.fail(request, code, "The handler of this type had no luck.")
        elif user:
            self.fail(request, "ResourceConflict", f"{identifier} is in use by {user}")
        else:
            del self.resources[type_][identifier]
            request["OperationStatus"] = "SUCCESS"

    def fail(self, request, code, message):
        """Ends a request without success."""
        request.update({"OperationStatus": "FAILED", "ErrorCode": code, "StatusMessage": message})

    def user_of(self, type_, identifier):
        """Another resource that names this one, by its whole identifier or its ARN."""
        own = {identifier, self.resources[type_][identifier].get("Arn", identifier)}
        for other_type, resources in self.resources.items():
            for other, properties in resources.items():
                if (other_type, other) != (type_, identifier) and own & set(texts(properties)):
                    return other
        return None

    @staticmethod
    def event(request):
        """A request as AWS shows it."""
        return {"ProgressEvent": {key: value for key, value in request.items() if key != "looks"}}


OPERATIONS = {
    "CreateResource": CloudControl.create_resource,
    "DeleteResource": CloudControl.delete_resource,
    "GetResource": CloudControl.get_resource,
    "GetResourceRequestStatus": CloudControl.get_resource_request_status,
    "ListResources": CloudControl.list_resources,
}


def answer(states, call, request):
    """The reply, if this is a call of Cloud Control; `states` are those of accounts and regions."""
    operation = OPERATIONS.get(call.operation) if call.service == "cloudcontrolapi" else None
    if operation is None:
        return None
    state = states.setdefault((call.account, call.region, "cloudcontrol"), CloudControl(call))
    body = json.dumps(operation(state, json.loads(request.body))).encode()
    return Reply(200, [("Content-Type", "application/x-amz-json-1.0")], body)
