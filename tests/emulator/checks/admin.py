"""The endpoints that are no AWS."""

import json
import urllib.error
import urllib.request

from .harness import check, post


def rejected(w, path, value):
    """The text of a 400."""
    try:
        post(w.url, path, value)
    except urllib.error.HTTPError as error:
        assert error.code == 400, error.code
        return json.load(error)["error"]
    raise AssertionError(f"{path} took {value}")


@check
def bad_admin_requests(w):
    """Mistakes in fault rules, accounts and settings are errors that say what is wrong."""
    assert "unknown fault kind 'denny'" in rejected(w, "/_faults", [{"kind": "denny"}])
    assert "unknown key 'operatoin'" in rejected(w, "/_faults", [{"kind": "deny", "operatoin": "x"}])
    assert "a JSON list" in rejected(w, "/_faults", {"kind": "deny"})
    assert "12 digits" in rejected(w, "/_accounts", {"account": "12"})
    assert "20 capital" in rejected(w, "/_accounts", {"access_key": "short"})
    assert "unknown setting" in rejected(w, "/_settings", {"nope": 1})


@check
def keep_alive(w):
    """Many calls share one connection."""
    import http.client

    connection = http.client.HTTPConnection(w.url.removeprefix("http://"), timeout=10)
    for _ in range(3):
        connection.request("GET", "/_ready")
        response = connection.getresponse()
        assert response.status == 200 and response.version == 11
        response.read()
    connection.close()
