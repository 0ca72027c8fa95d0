"""Trims botocore's API models to the operations that are used, and builds the endpoint table.

Prints nothing on success but one summary line. With --check it writes nothing and exits 1 if a committed file is stale.
"""

import argparse
import collections
import fnmatch
import json
import os
import re
import struct
import sys
import tomllib
import zlib

import botocore
import botocore.session
from botocore.endpoint_provider import EndpointProvider

DATA = os.path.join(os.path.dirname(botocore.__file__), "data")
LOADER = botocore.session.Session().get_component("data_loader")
MAGIC = b"AWSMODL1"
PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b")
REFERENCE_KEYS = (
    "shape", "location", "locationName", "flattened", "timestampFormat", "queryName", "jsonvalue",
    "idempotencyToken", "xmlAttribute",
)
SHAPE_KEYS = ("type", "payload", "flattened", "timestampFormat", "union", "document", "locationName", "required")


def fail(message):
    sys.exit(f"models: {message}")


def services():
    return sorted(name for name in os.listdir(DATA) if os.path.isdir(os.path.join(DATA, name)))


def wanted_operations(catalog_dir, extra_files, source_dirs):
    """Service -> operation patterns, from every catalog file, the extra lists, and calls in the source code."""
    wanted = collections.defaultdict(set)
    for path in extra_files:
        with open(path, "rb") as file:
            for service, names in tomllib.load(file).items():
                for name in services() if service == "*" else [service]:
                    wanted[name].update(names)
    for service, operation in named_in_sources(source_dirs):
        wanted[service].add(operation)
    for name in sorted(os.listdir(catalog_dir)) if os.path.isdir(catalog_dir) else []:
        if not name.endswith(".toml"):
            continue
        path = os.path.join(catalog_dir, name)
        try:
            with open(path, "rb") as file:
                catalog = tomllib.load(file)
        except tomllib.TOMLDecodeError as error:
            fail(f"{path}: {error}")
        service = catalog.get("service")
        collect(catalog, service if isinstance(service, str) else None, wanted, path)
    return wanted


def named_in_sources(source_dirs):
    """Pairs `"service", "Operation"` in Rust code that are those of AWS: calls of the tool's own code."""
    known = set(services())
    operations = {}
    for folder in source_dirs:
        for parent, _, names in os.walk(folder):
            for name in names:
                if not name.endswith(".rs"):
                    continue
                with open(os.path.join(parent, name), encoding="utf-8") as file:
                    found = re.findall(r'"([a-z0-9-]+)",\s*"([A-Z][A-Za-z0-9]+)"', file.read())
                for service, operation in found:
                    if service in known and service not in operations:
                        operations[service] = LOADER.load_service_model(service, "service-2")["operations"]
                    if operation in operations.get(service, ()):
                        yield service, operation


CALL_KEYS = ("call", "list", "each", "describe", "get")


def collect(value, service, wanted, path):
    """Every string under a key that names a call is an operation of `service`, unless written `service:Operation`."""
    if isinstance(value, list):
        for item in value:
            collect(item, service, wanted, path)
        return
    if not isinstance(value, dict):
        return
    own = value.get("service")
    service = own if isinstance(own, str) else service
    for key, item in value.items():
        if key in CALL_KEYS and isinstance(item, str) and is_operation(item):
            prefix, _, operation = item.rpartition(":")
            owner = prefix or service
            if not owner:
                fail(f"{path}: {item!r} names no service, and the file has no `service`")
            wanted[owner].add(operation)
        elif key in CALL_KEYS and isinstance(item, list) and all(isinstance(name, str) for name in item):
            for name in item:
                collect({key: name}, service, wanted, path)
        else:
            collect(item, service, wanted, path)


def is_operation(text):
    name = text.rpartition(":")[2]
    return name[:1].isupper() and name.isalnum()


def paginators(service):
    try:
        return LOADER.load_service_model(service, "paginators-1")["pagination"]
    except botocore.exceptions.UnknownServiceError:
        return {}
    except botocore.exceptions.DataNotFoundError:
        return {}


def namespace(value):
    if isinstance(value, str):
        return {"uri": value}
    return {key: value[key] for key in ("uri", "prefix") if value.get(key)}


def reference(ref):
    out = {key: ref[key] for key in REFERENCE_KEYS if ref.get(key) not in (None, False)}
    if "xmlNamespace" in ref:
        out["xmlNamespace"] = namespace(ref["xmlNamespace"])
    return out


def strings(value):
    return [value] if isinstance(value, str) else list(value or [])


def trim_operation(operation, page):
    http = operation["http"]
    out = {"method": http["method"], "uri": http["requestUri"]}
    for side in ("input", "output"):
        if side in operation:
            ref = operation[side]
            out[side] = {"shape": ref["shape"]}
            if "locationName" in ref:
                out[side]["locationName"] = ref["locationName"]
            if "xmlNamespace" in ref:
                out[side]["xmlNamespace"] = namespace(ref["xmlNamespace"])
    if operation.get("endpoint", {}).get("hostPrefix"):
        out["hostPrefix"] = operation["endpoint"]["hostPrefix"]
    checksum = operation.get("httpChecksum", {})
    if operation.get("httpChecksumRequired") or checksum.get("requestChecksumRequired"):
        out["checksum"] = {}
        if "requestAlgorithmMember" in checksum:
            out["checksum"]["member"] = checksum["requestAlgorithmMember"]
    if operation.get("endpointdiscovery", {}).get("required"):
        out["discovery"] = True
    if page:
        out["page"] = {"input": strings(page.get("input_token")), "output": strings(page.get("output_token"))}
        if strings(page.get("result_key")):
            out["page"]["result"] = strings(page["result_key"])
        if page.get("more_results"):
            out["page"]["more"] = page["more_results"]
    return out


def trim(service, patterns):
    model = LOADER.load_service_model(service, "service-2")
    pages = paginators(service)
    names = set()
    for pattern in patterns:
        found = fnmatch.filter(model["operations"], pattern)
        if not found and not any(char in pattern for char in "*?"):
            import difflib

            near = difflib.get_close_matches(pattern, model["operations"], 1)
            hint = f", did you mean {near[0]!r}?" if near else ""
            fail(f"service {service!r} has no operation {pattern!r}{hint}")
        names.update(found)
    operations = {}
    pending = []
    for name in sorted(names):
        operation = model["operations"][name]
        operations[name] = trim_operation(operation, pages.get(name))
        pending += [operation[side]["shape"] for side in ("input", "output") if side in operation]
    shapes = {}
    while pending:
        name = pending.pop()
        if name in shapes:
            continue
        shape = model["shapes"][name]
        out = {key: shape[key] for key in SHAPE_KEYS if shape.get(key) not in (None, False, [])}
        if "xmlNamespace" in shape:
            out["xmlNamespace"] = namespace(shape["xmlNamespace"])
        if "members" in shape:
            out["members"] = {key: reference(ref) for key, ref in shape["members"].items()}
            pending += [ref["shape"] for ref in shape["members"].values()]
        for key in ("member", "key", "value"):
            if key in shape:
                out[key] = reference(shape[key])
                pending.append(shape[key]["shape"])
        shapes[name] = out
    return {"metadata": metadata(service, model["metadata"]), "operations": operations, "shapes": dict(sorted(shapes.items()))}


def metadata(service, meta):
    protocol = meta["protocol"]
    if protocol == "smithy-rpc-v2-cbor":
        # Every such service lists JSON too, and that codec is the one released SDKs use.
        protocol = next((name for name in meta.get("protocols", []) if name in ("json", "rest-json", "query")), protocol)
    out = {"protocol": protocol, "serviceId": meta["serviceId"], "endpointPrefix": meta["endpointPrefix"]}
    out["apiVersion"] = meta.get("apiVersion", "")
    out["signingName"] = meta.get("signingName", meta["endpointPrefix"])
    auth = meta.get("auth") or [f"aws.auth#sig{meta.get('signatureVersion', 'v4')}"]
    out["signed"] = any("sigv4" in name or name == "aws.auth#sigs3" for name in auth)
    for key in ("jsonVersion", "targetPrefix"):
        if key in meta:
            out[key] = meta[key]
    if meta.get("xmlNamespace"):
        out["xmlNamespace"] = namespace(meta["xmlNamespace"])["uri"]
    if "awsQueryCompatible" in meta:
        out["queryCompatible"] = True
    return out


def bundle(wanted):
    known = set(services())
    out = {}
    for service in sorted(wanted):
        if service not in known:
            import difflib

            near = difflib.get_close_matches(service, known, 1)
            fail(f"no AWS service is called {service!r}" + (f", did you mean {near[0]!r}?" if near else ""))
        model = trim(service, wanted[service])
        # The client refuses services that speak nothing but CBOR; there is no use in packing them.
        if model["operations"] and model["metadata"]["protocol"] != "smithy-rpc-v2-cbor":
            out[service] = json.dumps(model, separators=(",", ":")).encode()
    return out


def pack(models):
    parts = [MAGIC, struct.pack("<I", len(models))]
    for service, text in models.items():
        data = zlib.compress(text, 9)
        parts += [struct.pack("<H", len(service)), service.encode(), struct.pack("<II", len(text), len(data)), data]
    return b"".join(parts)


def unpack(data):
    if data[:8] != MAGIC:
        return {}
    (count,) = struct.unpack_from("<I", data, 8)
    at, out = 12, {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, size = struct.unpack_from("<II", data, at)
        out[name] = zlib.decompress(data[at + 8 : at + 8 + size])
        at += 8 + size
    return out


def resolve(provider, rules, service, region, signing_name):
    """What botocore's own rule evaluator says: (url, signing region, signing name), or None."""
    params = {name: spec["default"] for name, spec in rules["parameters"].items() if "default" in spec}
    if "Region" in rules["parameters"]:
        params["Region"] = region
    if service == "neptune-graph":
        params["ApiType"] = "ControlPlane"
    try:
        endpoint = provider.resolve_endpoint(**params)
    except botocore.exceptions.EndpointProviderError:
        return None
    schemes = endpoint.properties.get("authSchemes") or [{}]
    scheme = next((item for item in schemes if item.get("name") == "sigv4"), schemes[0])
    return endpoint.url, scheme.get("signingRegion", region), scheme.get("signingName", signing_name)


def fill(template, region):
    return template[0].replace("{region}", region), template[1].replace("{region}", region), template[2]


def endpoint_rows(service, partitions):
    """The rows in which `service` differs from `https://{prefix}.{region}.{suffix}`, as few as possible."""
    meta = LOADER.load_service_model(service, "service-2")["metadata"]
    prefix = meta["endpointPrefix"]
    signing = meta.get("signingName", prefix)
    try:
        rules = LOADER.load_service_model(service, "endpoint-rule-set-1")
    except (botocore.exceptions.DataNotFoundError, botocore.exceptions.UnknownServiceError):
        return {}
    provider = EndpointProvider(rules, LOADER.load_data("partitions"))
    out = {}
    for partition in partitions:
        regions = [name for name in partition["regions"] if not name.endswith("-global")]
        suffix = partition["outputs"]["dnsSuffix"]
        got = {region: resolve(provider, rules, service, region, signing) for region in regions}
        got = {region: cell for region, cell in got.items() if cell}
        odd = {region: cell for region, cell in got.items() if cell != (f"https://{prefix}.{region}.{suffix}", region, signing)}
        if not odd:
            continue
        candidates = collections.Counter()
        for region, (url, signing_region, name) in got.items():
            moved = url.replace(f".{region}.", ".{region}.")
            options = {(url, signing_region, name), (moved, signing_region, name)}
            if signing_region == region:
                options.add((moved, "{region}", name))
            for option in options:
                candidates[option] = sum(fill(option, other) == cell for other, cell in got.items())
        template = max(candidates.items(), key=lambda item: (item[1], -len(item[0][0]), item[0]))[0]
        rest = {region: cell for region, cell in got.items() if fill(template, region) != cell}
        if 1 + len(rest) <= len(odd):
            out[partition["id"]] = {"all": template, **({"regions": rest} if rest else {})}
        else:
            out[partition["id"]] = {"regions": odd}
    return out


def endpoints(names):
    partitions = [item for item in LOADER.load_data("partitions")["partitions"] if item["id"] in PARTITIONS]
    rows = {service: endpoint_rows(service, partitions) for service in sorted(names)}
    lines = [f"{json.dumps(service)}:{json.dumps(row, separators=(',', ':'))}" for service, row in rows.items() if row]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--catalog", required=True, help="folder of catalog files")
    parser.add_argument("--extra", required=True, action="append", help="TOML file of further operations")
    parser.add_argument("--source", default=[], action="append", help="folder of Rust code that calls operations")
    parser.add_argument("--out", required=True, help="folder of bundle.bin and endpoints.json")
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("--all", action="store_true", help="every operation of every service (for the differential test)")
    args = parser.parse_args()
    wanted = {name: {"*"} for name in services()} if args.all else wanted_operations(args.catalog, args.extra, args.source)
    models = bundle(wanted)
    table = endpoints(models)
    bundle_path, table_path = os.path.join(args.out, "bundle.bin"), os.path.join(args.out, "endpoints.json")
    if args.check:
        stale = []
        with open(bundle_path, "rb") as file:
            committed = unpack(file.read())
        for service in sorted(set(committed) | set(models)):
            if committed.get(service) != models.get(service):
                stale.append(f"{bundle_path}: {service}")
        with open(table_path, "rb") as file:
            if file.read() != table:
                stale.append(table_path)
        if stale:
            fail("stale, run `cargo xtask models`:\n  " + "\n  ".join(stale))
        return
    os.makedirs(args.out, exist_ok=True)
    with open(bundle_path, "wb") as file:
        file.write(pack(models))
    with open(table_path, "wb") as file:
        file.write(table)
    count = sum(len(json.loads(text)["operations"]) for text in models.values())
    print(
        f"{len(models)} services, {count} operations, {sum(map(len, models.values())) // 1024} KiB of JSON, "
        f"{os.path.getsize(bundle_path) // 1024} KiB packed, {len(table) // 1024} KiB of endpoints"
    )


if __name__ == "__main__":
    main()
