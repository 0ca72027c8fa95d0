"""Times in answers of services that write them as AWS never does: with a space, without a zone, in quotes."""

import json
from datetime import datetime, timezone

from moto.core.utils import get_service_model

# Signing names, and the models with the times.
MODELS = {
    "bedrock": "bedrock",
    "clouddirectory": "clouddirectory",
    "cloudhsm": "cloudhsmv2",
    "databrew": "databrew",
    "dms": "dms",
    "macie2": "macie2",
}


def mended(call, body):
    """The body of an answer, with the times that the model says."""
    if call.service not in MODELS or not body:
        return body
    model = get_service_model(MODELS[call.service])
    if call.operation not in model.operation_names:
        return body
    return json.dumps(walked(json.loads(body), model.operation_model(call.operation).output_shape)).encode()


def walked(value, shape):
    """A value of a shape, with the times in it mended."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure" and isinstance(value, dict):
        members = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        return {name: walked(item, members.get(name)) for name, item in value.items()}
    if shape.type_name == "list" and isinstance(value, list):
        return [walked(item, shape.member) for item in value]
    if shape.type_name == "map" and isinstance(value, dict):
        return {key: walked(item, shape.value) for key, item in value.items()}
    if shape.type_name == "timestamp" and isinstance(value, str):
        return stamped(value, shape)
    return value


def stamped(text, shape):
    """A time as the protocols write it."""
    try:
        return float(text)
    except ValueError:
        time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=timezone.utc)
    if shape.serialization.get("timestampFormat") == "iso8601":
        return time.isoformat().replace("+00:00", "Z")
    return time.timestamp()
