"""Deletions that moto lacks, of things that it can create."""

import json
from urllib.parse import parse_qs

from .refusal import Refused
from .server import Reply


def backend_of(backends, call):
    """moto's model of the account and region of a call."""
    return backends[call.account][call.region]


def named_query(call, given):
    """Athena says "invalid" of a query that is not there."""
    from moto.athena.models import athena_backends

    queries = backend_of(athena_backends, call).named_queries
    if queries.pop(given["NamedQueryId"], None) is None:
        raise Refused("InvalidRequestException", f"NamedQuery {given['NamedQueryId']} was not found")


def data_catalog(call, given):
    """The catalog that every region has stays."""
    from moto.athena.models import athena_backends

    name = given["Name"]
    if name == "AwsDataCatalog":
        raise Refused("InvalidRequestException", "AwsDataCatalog cannot be deleted")
    if backend_of(athena_backends, call).data_catalogs.pop(name, None) is None:
        raise Refused("InvalidRequestException", f"Data catalog {name} was not found")


def connection(call, given):
    """A connection goes whoever uses it."""
    from moto.glue.models import glue_backends

    if backend_of(glue_backends, call).connections.pop(given["ConnectionName"], None) is None:
        raise Refused("EntityNotFoundException", f"Connection {given['ConnectionName']} not found.")


def cache_subnet_group(call, given):
    """A subnet group goes after the clusters in it."""
    from moto.elasticache.models import elasticache_backends

    backend, name = backend_of(elasticache_backends, call), given["CacheSubnetGroupName"]
    if any(cluster.cache_subnet_group_name == name for cluster in backend.cache_clusters.values()):
        raise Refused("CacheSubnetGroupInUse", f"Cache subnet group {name} is currently in use by a cache cluster.")
    if backend.cache_subnet_groups.pop(name, None) is None:
        raise Refused("CacheSubnetGroupNotFoundFault", f"CacheSubnetGroup {name} not found.", 404)


def key_group(call, _given):
    """A key group goes with its current ETag, which nothing here looks at."""
    from moto.cloudfront.models import cloudfront_backends

    groups = cloudfront_backends[call.account]["aws"].key_groups
    name = call.path.rsplit("/", 1)[-1]
    if groups.pop(name, None) is None:
        raise Refused("NoSuchResource", f"Key group {name} does not exist", 404)


DELETIONS = {
    ("athena", "DeleteNamedQuery"): named_query,
    ("athena", "DeleteDataCatalog"): data_catalog,
    ("glue", "DeleteConnection"): connection,
    ("elasticache", "DeleteCacheSubnetGroup"): cache_subnet_group,
    ("cloudfront", "DeleteKeyGroup"): key_group,
}


def answer(call, request):
    """The reply, if this is one of these deletions."""
    delete = DELETIONS.get((call.service, call.operation))
    if delete is None:
        return None
    if call.protocol == "json":
        delete(call, json.loads(request.body))
        return Reply(200, [("Content-Type", "application/x-amz-json-1.1")], b"{}")
    if call.protocol == "query":
        given = {key: values[0] for key, values in parse_qs(request.body.decode()).items()}
        delete(call, given)
        body = f"<{call.operation}Response><ResponseMetadata/></{call.operation}Response>"
        return Reply(200, [("Content-Type", "text/xml")], body.encode())
    delete(call, {})
    return Reply(204)
