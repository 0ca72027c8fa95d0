"""Says without a request whether the emulator knows an operation: moto by its code, ours by its tables."""

import contextlib
import functools
import importlib
import inspect
import os
import re

from botocore import xform_name
from werkzeug.test import EnvironBuilder

from .models import operation


def supported(call):
    """Whether there is a route for an operation, and a method that answers it."""
    model = operation(call)
    signing = model.service_model.signing_name
    if (signing, model.name) in ours():
        return True
    environ = request(model, signing)
    backend = backend_of(environ)
    if backend is None or not any(re.match(route, environ["PATH_INFO"]) for route in routes(backend)):
        return False
    return bool(methods(backend) & {method_name(model.name), xform_name(model.name)})


@functools.cache
def ours():
    """What the emulator adds to moto."""
    from emulator import deletions, gaps

    return frozenset({*gaps.OPERATIONS, *deletions.DELETIONS})


def request(model, signing):
    """A request for an operation, as far as routing looks at it."""
    uri, _, query = model.http["requestUri"].partition("?")
    metadata = model.metadata
    scope = f"Credential=AKIAIOSFODNN7EXAMPLE/20240101/us-east-1/{signing}/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"}
    if metadata["protocol"] == "json":
        headers["X-Amz-Target"] = f"{metadata['targetPrefix']}.{model.name}"
    path = re.sub(r"\{[^}]+\}", "x1", uri)
    return EnvironBuilder(method=model.http["method"], path=path, query_string=query, headers=headers).get_environ()


def backend_of(environ):
    """The part of moto that gets a request."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    application = DomainDispatcherApplication(None)
    with open(os.devnull, "w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        host = application.infer_service_region_host(environ, environ["PATH_INFO"])
        return application.get_backend_for_host(host)


@functools.cache
def routes(backend):
    """The paths of a part of moto."""
    return [path.format("") for path in importlib.import_module(f"moto.{backend}.urls").url_paths]


@functools.cache
def methods(backend):
    """The operations that a part of moto answers, as Python spells them."""
    from moto.core.responses import BaseResponse

    # Some parts answer with the classes of others.
    handlers = importlib.import_module(f"moto.{backend}.urls").url_paths.values()
    owners = [getattr(handler, "__self__", None) for handler in handlers]
    kinds = {owner if inspect.isclass(owner) else type(owner) for owner in owners if owner is not None}
    with contextlib.suppress(ModuleNotFoundError):
        module = importlib.import_module(f"moto.{backend}.responses")
        kinds |= {kind for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, BaseResponse)}
    inherited = set(dir(BaseResponse))
    return frozenset(name for kind in kinds for name in dir(kind) if name not in inherited)


def method_name(name):
    """An operation's name as moto spells it."""
    from moto.core.utils import camelcase_to_underscores

    return camelcase_to_underscores(name)
