"""Compares the dynamic client with botocore: requests, responses, endpoints and signatures.

Inputs and outputs are random values of the models' shapes. Requests are compared with botocore's serializer; responses
are written by moto's serializer and compared with botocore's parser. Differences that are understood are listed in
KNOWN; any other makes the exit code 1. With --golden, verified cases are written for the tests that need no Python.
"""

import argparse
import base64
import collections
import datetime
import http.server
import json
import os
import random
import re
import subprocess
import sys
import threading
import warnings
import xml.etree.ElementTree as ElementTree
from fnmatch import fnmatchcase
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import botocore
import botocore.model
import botocore.parsers
import botocore.serialize
import botocore.session
import moto.core.model
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.core.serialize import SERIALIZERS, SerializationContext
from requests.structures import CaseInsensitiveDict

import models as trimmer

# (what, service, operation, part of the detail, reason): differences that are understood, and fine.
KNOWN = [
    ("request-body", "sdb", "*", "=", "botocore names an empty flat list as the member, we as its element"),
    ("request-body", "*", "*", "(b'', b'<", "an input with no body member set is an empty root element for us"),
    ("request-body", "*", "*", "(b'{}', b'')", "botocore sends {} for a payload structure that is not given"),
    ("response", "dataexchange", "SendApiAsset", "ResponseHeaders", "every header is one of the output's; ours are fewer"),
    ("request-body", "s3", "PutBucketNotification", "", "deprecated: two members share one wire name"),
    ("response", "s3", "GetBucketNotification", "", "deprecated: two members share one wire name, the first wins"),
    ("response", "*", "*", "'' != '<absent>'", "a payload without bytes is empty for botocore, absent for us"),
]

LABELS = ["abc", "a b", "x+y", "é", "arn:aws:x:y/z"]
HEADERS = ["abc", "a-b.c", "x1"]
TEXTS = ["a", "hello world", "x&y=<é>\"'", "a/b", "日本", "1"]
ERRORS = {}


class Codec:
    """The client under test."""

    def __init__(self, program, bundle, env):
        command = [program] + ([bundle] if bundle else [])
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def ask(self, **question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"fuzz-client: the codec ended on {question}")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Values:
    """Random values of a shape, with what it takes to be accepted by all sides."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def make(self, shape, depth=0, location=None):
        pick, kind = self.random.choice, shape.type_name
        if kind == "structure":
            return self.structure(shape, depth)
        if kind == "list":
            count = pick([1, 2, 2] if location else [0, 1, 2]) if depth < 6 else 0
            made = [self.make(shape.member, depth + 1, location) for _ in range(count)]
            # A list of structures without anything in them is `Name=` in query messages, or nothing; nobody sends one.
            return [item for item in made if not is_hollow(item)]
        if kind == "map":
            keys = [f"k{i}" if location else pick(["a", "b c", "é"]) + str(i) for i in range(pick([1, 2]) if depth < 6 else 0)]
            return {key: self.make(shape.value, depth + 1, location) for key in keys}
        if kind in ("string", "character"):
            return self.text(shape, location)
        if kind == "integer":
            return 200 if location == "statusCode" else self.random.randrange(0, 2**31 - 1)
        if kind == "long":
            return self.random.randrange(0, 2**52)
        if kind in ("float", "double"):
            return pick([0.5, 1.25, 3.0, 100.0])
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind == "timestamp":
            day = datetime.datetime(2024, self.random.randrange(1, 13), self.random.randrange(1, 28), 10, 11, 12)
            return day.replace(tzinfo=datetime.timezone.utc)
        if kind == "blob":
            return b"bytes\x00\xff!"
        raise ValueError(kind)

    def structure(self, shape, depth):
        if getattr(shape, "is_document_type", False):
            return {"k": [1, "x", {"b": True}]}
        members = list(shape.members.items())
        is_union = getattr(shape, "is_tagged_union", False)
        if is_union:
            # Deep down, one that ends there, if there is one: a union must not be empty.
            ends = [item for item in members if item[1].type_name not in ("structure", "list", "map")]
            members = [self.random.choice(ends if ends and depth > 4 else members)] if members else []
        out = {}
        for name, member in members:
            needed = is_union or name in shape.required_members or member.metadata.get("idempotencyToken")
            if member.serialization.get("eventstream"):
                continue
            if depth > 4 and member.type_name in ("structure", "list", "map") and not needed:
                continue
            if not needed and self.random.random() < 0.3:
                continue
            out[name] = self.make(member, depth + 1, member.serialization.get("location"))
        return out

    def text(self, shape, location):
        if getattr(shape, "enum", None):
            return shape.enum[0]
        if shape.serialization.get("jsonvalue"):
            return {"j": 1} if location == "header" else "{}"
        if location in ("header", "headers"):
            return self.random.choice(HEADERS)
        return self.random.choice(LABELS if location == "uri" else TEXTS)


def is_hollow(value):
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else [1]
    return all(isinstance(item, (dict, list)) and is_hollow(item) for item in items)


def to_json(shape, value):
    """A botocore value as the client under test takes it."""
    if value is None:
        return None
    kind = shape.type_name
    if kind == "structure":
        if getattr(shape, "is_document_type", False):
            return value
        return {name: to_json(shape.members[name], item) for name, item in value.items() if name in shape.members}
    if kind == "list":
        return [to_json(shape.member, item) for item in value]
    if kind == "map":
        return {key: to_json(shape.value, item) for key, item in value.items()}
    if kind == "timestamp":
        return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind == "blob":
        value = value.read() if hasattr(value, "read") else value
        return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()
    return value


def plain(value):
    """Without what does not matter: absent or null, 3 or 3.0."""
    if isinstance(value, float) and value == int(value):
        return int(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def first_difference(a, b, path="$"):
    if type(a) is not type(b):
        return f"{path}: {a!r} != {b!r}"
    if isinstance(a, dict):
        for key in sorted(set(a) | set(b)):
            if key not in a or key not in b:
                return f"{path}.{key}: {a.get(key, '<absent>')!r} != {b.get(key, '<absent>')!r}"
            found = first_difference(a[key], b[key], f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(a, list) and len(a) == len(b):
        return next((found for i, pair in enumerate(zip(a, b)) if (found := first_difference(*pair, f"{path}[{i}]"))), None)
    return None if a == b else f"{path}: {a!r} != {b!r}"


def xml(element):
    children = sorted((xml(child) for child in element), key=repr)
    text = (element.text or "").strip()
    try:
        text = str(plain(float(text)))
    except ValueError:
        pass
    return element.tag, sorted(element.attrib.items()), text, children


def body_of(protocol, body):
    if not body:
        return ""
    if protocol in ("query", "ec2"):
        return sorted(parse_qsl(body.decode(), keep_blank_values=True))
    if protocol in ("json", "rest-json"):
        try:
            return plain(json.loads(body))
        except ValueError:
            return body
    if protocol == "rest-xml" and body.lstrip().startswith(b"<"):
        return xml(ElementTree.fromstring(body))
    return body


class Comparison:
    def __init__(self, codec, args):
        self.codec, self.args = codec, args
        self.values = Values(args.seed)
        self.counts = collections.Counter()
        self.unknown, self.known = [], collections.Counter()
        self.golden = collections.defaultdict(list)

    def differ(self, what, service, operation, detail):
        for row in KNOWN:
            if row[0] == what and fnmatchcase(service, row[1]) and fnmatchcase(operation, row[2]) and row[3] in str(detail):
                self.known[row] += 1
                return
        self.unknown.append((what, service, operation, detail))

    def service(self, service, operations):
        model = trimmer.LOADER.load_service_model(service, "service-2")
        protocol = trimmer.metadata(service, model["metadata"])["protocol"]
        if protocol == "smithy-rpc-v2-cbor":
            self.counts["services that speak only CBOR, which the client refuses"] += 1
            return
        model["metadata"]["protocol"] = protocol
        own, moto_model = botocore.model.ServiceModel(model, service), moto.core.model.ServiceModel(model, service)
        tools = (
            botocore.serialize.create_serializer(protocol, False),
            SERIALIZERS.get(protocol),
            botocore.parsers.create_parser(protocol),
        )
        for name in operations:
            for _ in range(self.args.rounds):
                self.request(service, protocol, own.operation_model(name), tools[0])
                if tools[1]:
                    self.response(service, protocol, own.operation_model(name), moto_model.operation_model(name), *tools[1:])

    def request(self, service, protocol, operation, serializer):
        shape = operation.input_shape
        if shape and any(member.serialization.get("eventstream") for member in shape.members.values()):
            return
        try:
            value = self.values.make(shape) if shape else {}
            expected = serializer.serialize_to_request(value, operation)
        except (RecursionError, botocore.exceptions.ParamValidationError, TypeError, ValueError, AttributeError):
            # The oracle cannot write what the model allows (an empty union, say).
            self.counts["requests the oracle refuses"] += 1
            return
        given = to_json(shape, value) if shape else {}
        answer = self.codec.ask(do="request", service=service, operation=operation.name, input=given)
        self.counts[f"requests {protocol}"] += 1
        if "error" in answer:
            return self.differ("request-refused", service, operation.name, (answer["error"], given))
        got, fine = answer["ok"], True
        for what, detail in self.request_differences(protocol, expected, got):
            fine = False
            self.differ(what, service, operation.name, detail)
        if fine:
            case = {"service": service, "operation": operation.name, "input": given, "request": got}
            self.keep("requests", protocol, case)

    def request_differences(self, protocol, expected, got):
        body = expected["body"]
        body = urlencode(body, doseq=True) if isinstance(body, dict) else body
        body = body.encode() if isinstance(body, str) else body
        body = body.read() if hasattr(body, "read") else body
        query = expected["query_string"]
        if isinstance(query, dict):
            pairs = [(key, str(item)) for key, value in query.items() for item in (value if isinstance(value, list) else [value])]
        else:
            pairs = parse_qsl(query, keep_blank_values=True)
        path, uri = urlsplit(expected["url_path"]), urlsplit(got["uri"])
        pairs += parse_qsl(path.query, keep_blank_values=True)
        # A whole number of a float type is the same number with `.0` and without.
        pairs = [(key, re.sub(r"^(-?\d+)\.0$", r"\1", text)) for key, text in pairs]
        wanted = (expected["method"], unquote(path.path) or "/", sorted(pairs))
        line = (got["method"], unquote(uri.path) or "/", sorted(parse_qsl(uri.query, keep_blank_values=True)))
        if wanted != line:
            yield "request-line", (wanted, line)
        own = base64.b64decode(got["body"])
        if body_of(protocol, body) != body_of(protocol, own):
            yield "request-body", (body[:400], own[:400])
        headers = {name.lower(): value.replace(", ", ",") for name, value in got["headers"].items()}
        for name, value in expected["headers"].items():
            name = name.lower()
            if name == "x-amzn-query-mode" or name == "content-type" and protocol in ("query", "ec2"):
                continue
            if headers.get(name) != str(value).replace(", ", ","):
                yield "request-header", (name, value, headers.get(name))

    def response(self, service, protocol, operation, moto_operation, serializer, parser):
        shape = operation.output_shape
        if not shape or any(member.serialization.get("eventstream") for member in shape.members.values()):
            return
        try:
            value = self.values.make(shape)
            answer = serializer(operation_model=moto_operation, context=SerializationContext("req-1")).serialize(value)
            body = answer["body"] or b""
            body = body.read() if hasattr(body, "read") else body
            body = body.encode() if isinstance(body, str) else bytes(body)
            headers = {name: str(item) for name, item in answer["headers"].items()}
            message = {"status_code": answer["status_code"], "headers": CaseInsensitiveDict(headers), "body": body, "context": {}}
            expected = parser.parse(message, shape)
        except Exception as error:
            self.counts["responses the oracle refuses"] += 1
            ERRORS.setdefault(type(error).__name__, (service, operation.name, str(error)[:200]))
            return
        expected.pop("ResponseMetadata", None)
        expected = plain(to_json(shape, expected))
        encoded = base64.b64encode(body).decode()
        question = {"status": answer["status_code"], "headers": headers, "body": encoded}
        got = self.codec.ask(do="response", service=service, operation=operation.name, **question)
        self.counts[f"responses {protocol}"] += 1
        if "error" in got or "output" not in got["ok"]:
            return self.differ("response-refused", service, operation.name, (got, body[:300]))
        output = got["ok"]["output"]
        found = first_difference(expected, plain(output))
        if found:
            return self.differ("response", service, operation.name, (found, body[:600]))
        case = {"service": service, "operation": operation.name, "response": question, "output": output}
        self.keep("responses", protocol, case)

    def keep(self, side, protocol, case):
        if len(json.dumps(case)) < 6000:
            self.golden[f"{side}-{protocol}"].append(case)

    def endpoints(self, services):
        data = trimmer.LOADER.load_data("partitions")
        partitions = [item for item in data["partitions"] if item["id"] in trimmer.PARTITIONS]
        for service in services:
            meta = trimmer.LOADER.load_service_model(service, "service-2")["metadata"]
            rules = trimmer.LOADER.load_service_model(service, "endpoint-rule-set-1")
            provider = trimmer.EndpointProvider(rules, data)
            for region in (name for item in partitions for name in item["regions"] if not name.endswith("-global")):
                expected = trimmer.resolve(provider, rules, service, region, meta.get("signingName", meta["endpointPrefix"]))
                if expected:
                    self.counts["endpoints"] += 1
                    got = self.codec.ask(do="endpoint", service=service, region=region)
                    if got.get("ok") != list(expected):
                        self.differ("endpoint", service, region, (expected, got))


class Stub(http.server.BaseHTTPRequestHandler):
    """Answers everything with success, and keeps the request."""

    protocol_version = "HTTP/1.1"
    seen = []

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        Stub.seen.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = answer

    def log_message(self, *args):
        pass


SIGNED = [
    ("sqs", "ListQueues", {}),
    ("iam", "ListUsers", {}),
    ("ec2", "DescribeVpcs", {"Filters": [{"Name": "tag:a b", "Values": ["é/+"]}]}),
    ("ec2", "DescribeRegions", {"Filters": [{"Name": "a b", "Values": ["é/+"]}]}),
    ("lambda", "DeleteFunction", {"FunctionName": "arn:aws:lambda:eu-west-1:1:function:a b"}),
    ("lambda", "ListTags", {"Resource": "arn:aws:lambda:eu-west-1:1:function:f"}),
    ("apigateway", "GetTags", {"resourceArn": "arn:aws:apigateway:eu-west-1::/restapis/x y"}),
    ("apigateway", "DeleteRestApi", {"restApiId": "a b/é"}),
    ("s3", "DeleteObject", {"Bucket": "bkt", "Key": "a b/é+~*()!'/x//y"}),
    ("s3", "ListObjectsV2", {"Bucket": "bkt", "Prefix": "a b/é+", "Delimiter": "/"}),
    ("s3", "DeleteObjects", {"Bucket": "b", "Delete": {"Objects": [{"Key": "k"}]}}),
    ("route53", "ListHostedZones", {}),
    ("route53", "DeleteHostedZone", {"Id": "/hostedzone/Z1"}),
    ("cloudfront", "DeleteDistribution", {"Id": "E1", "IfMatch": "x"}),
    ("efs", "DescribeFileSystems", {"CreationToken": "a+b c"}),
    ("opensearch", "DeleteDomain", {"DomainName": "d"}),
    ("iot", "DeleteThing", {"thingName": "a:b c/d"}),
    ("kafka", "DeleteCluster", {"ClusterArn": "arn:aws:kafka:eu-west-1:1:cluster/n/u-1", "CurrentVersion": "K"}),
    ("scheduler", "DeleteSchedule", {"Name": "a b", "GroupName": "g/h"}),
]


def signatures(comparison, program, env, operations):
    """Every signature, computed again by botocore."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_address[1]}"
    keys = ("AKIDEXAMPLE", "wJalrXUtnFEMI", "tok/en+=")
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    codec = Codec(program, None, {**env, **dict(zip(names, keys)), "AWS_ENDPOINT_URL": f"http://{host}"})
    for service, operation, value in SIGNED:
        if operation not in operations.get(service, ()):
            continue
        Stub.seen.clear()
        answer = codec.ask(do="call", service=service, operation=operation, region="eu-west-1", input=value)
        comparison.counts["signatures"] += 1
        if not Stub.seen:
            comparison.differ("signature", service, operation, answer)
            continue
        method, path, headers, body = Stub.seen[0]
        fields = dict(part.strip().split("=", 1) for part in headers["authorization"].split(" ", 1)[1].split(","))
        scope = fields["Credential"].split("/")
        signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(Credentials(*keys), scope[3], scope[2])
        signed = {name: headers[name] for name in fields["SignedHeaders"].split(";")}
        request = AWSRequest(method, f"http://{host}{path}", data=body, headers=signed)
        request.context.update(timestamp=headers["x-amz-date"], signing={}, payload_signing_enabled=True)
        canonical = signer.canonical_request(request)
        if signer.signature(signer.string_to_sign(request, canonical), request) != fields["Signature"]:
            comparison.differ("signature", service, operation, canonical)
    codec.close()
    server.shutdown()


def write_golden(folder, golden, per_file):
    os.makedirs(folder, exist_ok=True)
    for name in os.listdir(folder):
        if name.endswith(".json"):
            os.remove(os.path.join(folder, name))
    for name, cases in sorted(golden.items()):
        # Spread over services: one case per operation, then every n-th.
        unique = list({(case["service"], case["operation"]): case for case in cases}.values())
        step = max(1, len(unique) // per_file)
        with open(os.path.join(folder, f"{name}.json"), "w") as file:
            lines = (json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in unique[::step][:per_file])
            file.write("[\n" + ",\n".join(lines) + "\n]\n")


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codec", required=True, help="the client under test: the example `codec`, built")
    parser.add_argument("--bundle", help="other models than the packed ones")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--golden", help="folder to write verified cases to")
    parser.add_argument("service", nargs="*", help="only these")
    args = parser.parse_args()
    env = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    nowhere = os.devnull
    env.update(AWS_EC2_METADATA_DISABLED="true", AWS_CONFIG_FILE=nowhere, AWS_SHARED_CREDENTIALS_FILE=nowhere)
    codec = Codec(args.codec, args.bundle, env)
    operations = codec.ask(do="operations")["ok"]
    chosen = [name for name in sorted(operations) if not args.service or name in args.service]
    comparison = Comparison(codec, args)
    for service in chosen:
        comparison.service(service, operations[service])
    if not args.bundle:
        comparison.endpoints(chosen)
    codec.close()
    signatures(comparison, args.codec, env, {name: operations[name] for name in chosen})
    for what, count in sorted(comparison.counts.items()):
        print(f"{count:8} {what}")
    for kind, example in sorted(ERRORS.items()):
        print(f"         oracle: {kind}, such as {example}")
    for row, count in sorted(comparison.known.items()):
        print(f"{count:8} known: {row[0]} {row[1]}:{row[2]}: {row[4]}")
    shown = collections.Counter()
    for what, service, operation, detail in comparison.unknown:
        shown[what] += 1
        if shown[what] <= 20:
            print(f"DIFFERENT {what} {service}:{operation}: {str(detail)[:900]}")
    print(f"{len(comparison.unknown)} unexplained differences")
    if args.golden:
        write_golden(args.golden, comparison.golden, 40)
    sys.exit(1 if comparison.unknown else 0)


if __name__ == "__main__":
    main()
