"""Reads from a request which service, region and operation it is for, and writes errors in its protocol."""

import json
import re
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from moto.core.routing import NotFound, get_service_router

SCOPE = re.compile(r"Credential=([^/,\s]+)/(\d{8})/([^/]*)/([^/]*)/aws4_request")
TARGET_PATH = re.compile(r"^/service/([^/]+)/operation/([^/?]+)")

# Signing names whose REST operations live in botocore models of another name.
REST_MODELS = {
    "access-analyzer": ["accessanalyzer"],
    "airflow": ["mwaa"],
    "apigateway": ["apigatewayv2", "apigateway"],
    "app-integrations": ["appintegrations"],
    "appconfig": ["appconfig", "appconfigdata"],
    "aps": ["amp"],
    "awsssoportal": ["sso"],
    "bedrock": ["bedrock", "bedrock-agent", "bedrock-data-automation"],
    "bedrock-agentcore": ["bedrock-agentcore-control"],
    "cases": ["connectcases"],
    "chime": ["chime-sdk-identity", "chime-sdk-media-pipelines", "chime-sdk-voice"],
    "cleanrooms-ml": ["cleanroomsml"],
    "codeguru-profiler": ["codeguruprofiler"],
    "connect-campaigns": ["connectcampaigns", "connectcampaignsv2"],
    "elasticfilesystem": ["efs"],
    "es": ["opensearch", "es"],
    "geo": ["location"],
    "greengrass": ["greengrassv2", "greengrass"],
    "iotdata": ["iot-data"],
    "ivs": ["ivs", "ivs-realtime"],
    "launchwizard": ["launch-wizard"],
    "lex": ["lexv2-models", "lex-models"],
    "mobiletargeting": ["pinpoint"],
    "notifications-contacts": ["notificationscontacts"],
    "profile": ["customer-profiles"],
    "refactor-spaces": ["migration-hub-refactor-spaces"],
    "s3": ["s3", "s3control"],
    "s3-outposts": ["s3outposts"],
    "servicecatalog": ["servicecatalog-appregistry"],
    "ses": ["sesv2", "pinpoint-email"],
    "sso-oauth": ["sso-oidc"],
    "wisdom": ["qconnect"],
}
REST_XML = {"s3", "route53", "cloudfront"}


@dataclass
class Call:
    """One AWS call, as far as it can be known without running it."""

    service: str
    region: str
    operation: str
    protocol: str
    access_key: str
    method: str
    path: str
    account: str = ""
    # The action that IAM did not allow.
    denied: str = ""


def identify(request, environ, make_request):
    """Says what a request asks for; never fails: what can't be read is an empty word."""
    scope = SCOPE.search(request.header("authorization"))
    access_key, region, service = (scope[1], scope[3], scope[4]) if scope else ("", "", "")
    path = request.target.split("?", 1)[0]
    call = Call(service, region, "", "", access_key, request.method, path)
    target = request.header("x-amz-target")
    content_type = request.header("content-type")
    rpc = TARGET_PATH.match(path)
    if rpc:
        call.protocol, call.operation = "cbor", rpc[2]
    elif target:
        call.protocol, call.operation = "json", target.rsplit(".", 1)[-1]
        if not service:
            call.service = target.split(".", 1)[0].split("_", 1)[0].lower()
    elif content_type.startswith("application/x-www-form-urlencoded"):
        fields = parse_qs(request.body.decode("utf-8", "replace"))
        call.protocol = "ec2" if service == "ec2" else "query"
        call.operation = fields.get("Action", [""])[0]
        if not service and call.operation.startswith(("AssumeRole", "GetCallerIdentity")):
            call.service = "sts"
    else:
        call.protocol = "rest-xml" if service in REST_XML else "rest-json"
        call.operation = rest_operation(service, path, environ, make_request)
    return call


def rest_operation(service, path, environ, make_request):
    """Finds the operation whose URI pattern fits; without one, method and path stand for it."""
    models = REST_MODELS.get(service, [service] if service else [])
    if service == "s3" and path.startswith("/v20180820/"):
        models = ["s3control"]
    for model in models:
        try:
            return get_service_router(model).match(make_request(environ))[0].name
        except (NotFound, NotImplementedError):
            continue
        except Exception:  # noqa: BLE001 - a model that botocore lacks raises its own error type
            continue
    return f"{environ['REQUEST_METHOD']} {path}"


def error(call, code, message, status=400, extra=None):
    """Builds (status, headers, body) of an error in the protocol of the call."""
    request_id = str(uuid.uuid4())
    headers = [("x-amzn-RequestId", request_id)]
    if call.protocol == "json":
        headers += [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)]
        body = json.dumps({"__type": code, "message": message, **(extra or {})})
    elif call.protocol == "cbor":
        headers += [("Content-Type", "application/cbor"), ("smithy-protocol", "rpc-v2-cbor")]
        return status, headers, cbor_map({"__type": code, "message": message})
    elif call.protocol == "rest-json":
        headers += [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
        body = json.dumps({"message": message, **(extra or {})})
    else:
        headers += [("Content-Type", "text/xml")]
        inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        inner += "".join(f"<{key}>{escape(str(value))}</{key}>" for key, value in (extra or {}).items())
        if call.protocol == "ec2":
            body = f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
        elif call.protocol == "rest-xml" and call.service == "s3":
            body = f"<Error>{inner}<RequestId>{request_id}</RequestId><HostId>emulator</HostId></Error>"
        else:
            blame = "Receiver" if status >= 500 else "Sender"
            body = (
                f"<ErrorResponse><Error><Type>{blame}</Type>{inner}</Error>"
                f"<RequestId>{request_id}</RequestId></ErrorResponse>"
            )
        body = '<?xml version="1.0" encoding="UTF-8"?>\n' + body
    return status, headers, body.encode()


def cbor_map(fields):
    """Encodes a flat map of strings as CBOR."""
    out = bytearray([0xA0 | len(fields)])
    for pair in fields.items():
        for text in pair:
            raw = text.encode()
            if len(raw) < 24:
                out.append(0x60 | len(raw))
            elif len(raw) < 256:
                out += bytes([0x78, len(raw)])
            else:
                out += bytes([0x79]) + len(raw).to_bytes(2, "big")
            out += raw
    return bytes(out)
