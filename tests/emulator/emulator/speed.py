"""Caches around moto's hot spots. They change no answer, only the time it takes."""

import functools
import json
import os

from botocore import loaders
from moto import backends
from moto.core import responses, utils
from moto.moto_server import werkzeug_app
from werkzeug.routing import rules


def install():
    """Puts the caches in place."""
    # Walks the package directory with a `stat` per entry, twice per request.
    backends.list_of_moto_modules = functools.cache(lambda listed=backends.list_of_moto_modules: list(listed()))

    # Inspects all members of the response class for every call: a millisecond for EC2.
    methods = functools.cache(lambda cls: frozenset(utils.method_names_from_class(cls)))
    responses.method_names_from_class = methods

    # Tries some 180 patterns on the host name, which is the same few ones all the time.
    dispatcher = werkzeug_app.DomainDispatcherApplication
    search = dispatcher.get_backend_for_host
    known = {}

    def by_host(self, host):
        if host not in known:
            known[host] = search(self, host)
        return known[host]

    dispatcher.get_backend_for_host = by_host

    # Walks through the folders of all services, for every service that is used first; all loaders look at the same places.
    walk = loaders.Loader.list_available_services
    known_services = {}

    def services(self, type_name):
        key = (tuple(self.search_paths), type_name)
        if key not in known_services:
            known_services[key] = walk(self, type_name)
        return known_services[key]

    loaders.Loader.list_available_services = services

    # Reads every model twice, and into dictionaries of a slower kind.
    loaders.JSONFileLoader._load_file = lambda _self, path, opened: read(path, opened)

    # Compiles for every route how its address would be built, which nobody does.
    rules.Rule._compile_builder = lambda _self, append_unknown=True: unbuilt


def unbuilt(*_args, **_kwargs):
    """Stands for what would build an address."""
    raise NotImplementedError("no addresses are built here")


@functools.cache
def read(path, opened):
    """A JSON file, read once."""
    if not os.path.isfile(path):
        return None
    with opened(path, "rb") as file:
        return json.loads(file.read())
