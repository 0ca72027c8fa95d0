"""Caches around moto's hot spots. They change no answer, only the time it takes."""

import functools

from moto import backends
from moto.core import responses, utils
from moto.moto_server import werkzeug_app


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
