"""Faults on demand: rules that make matching calls fail, wait or lie.

A rule is a JSON object. What it matches: `service` (signing name), `operation`, `region`, `account`, each a glob
and each optional. How often: `after` matching calls pass untouched, then `times` calls are hit (absent: all).
What happens, `kind`:

    deny      access denied, in the code and status of the protocol (`code`, `status`, `message` override)
    throttle  too many requests, likewise
    error500  an internal error; with `body: false` an empty one
    expired   the credentials are too old
    hang      no answer until the client gives up, or for `seconds`
    reset     the connection is reset
    truncate  half of the answer, then the end of the connection
    delay     the true answer after `seconds`
    gone      the call is carried out and then answered as if somebody else had been faster
    stale     the first answer is remembered and given again for the next `times` calls
"""

import fnmatch
import threading

KINDS = {
    "deny",
    "throttle",
    "error500",
    "expired",
    "hang",
    "reset",
    "truncate",
    "delay",
    "gone",
    "stale",
}
KEYS = {
    "service",
    "operation",
    "region",
    "account",
    "kind",
    "times",
    "after",
    "code",
    "status",
    "message",
    "seconds",
    "body",
}

# kind -> protocol -> (code, status). "s3" differs from its protocol.
SHAPES = {
    "deny": {
        "json": ("AccessDeniedException", 400),
        "cbor": ("AccessDeniedException", 400),
        "query": ("AccessDenied", 403),
        "ec2": ("UnauthorizedOperation", 403),
        "rest-json": ("AccessDeniedException", 403),
        "rest-xml": ("AccessDenied", 403),
    },
    "throttle": {
        "json": ("ThrottlingException", 400),
        "cbor": ("ThrottlingException", 400),
        "query": ("Throttling", 400),
        "ec2": ("RequestLimitExceeded", 503),
        "rest-json": ("TooManyRequestsException", 429),
        "rest-xml": ("Throttling", 400),
        "s3": ("SlowDown", 503),
    },
    "error500": {
        "json": ("InternalServerError", 500),
        "cbor": ("InternalServerException", 500),
        "query": ("InternalFailure", 500),
        "ec2": ("InternalError", 500),
        "rest-json": ("InternalServerException", 500),
        "rest-xml": ("InternalError", 500),
    },
    "expired": {
        "json": ("ExpiredTokenException", 400),
        "cbor": ("ExpiredTokenException", 400),
        "query": ("ExpiredToken", 403),
        "ec2": ("RequestExpired", 400),
        "rest-json": ("ExpiredTokenException", 403),
        "rest-xml": ("ExpiredToken", 403),
        "s3": ("ExpiredToken", 400),
    },
}
MESSAGES = {
    "deny": "User is not authorized to perform: {service}:{operation} because no identity-based policy allows it",
    "throttle": "Rate exceeded",
    "error500": "We encountered an internal error. Please try again.",
    "expired": "The security token included in the request is expired",
}


class BadRule(ValueError):
    """A fault rule that means nothing."""


class Rule:
    """One fault rule with its counters."""

    def __init__(self, spec):
        if not isinstance(spec, dict):
            raise BadRule(f"a fault rule is an object, not {spec!r}")
        unknown = set(spec) - KEYS
        if unknown:
            raise BadRule(f"unknown key {sorted(unknown)[0]!r} in a fault rule; known: {sorted(KEYS)}")
        if spec.get("kind") not in KINDS:
            raise BadRule(f"unknown fault kind {spec.get('kind')!r}; known: {sorted(KINDS)}")
        self.spec = spec
        self.kind = spec["kind"]
        self.wait = int(spec.get("after") or 0)
        self.left = spec.get("times")
        self.remembered = {}

    def matches(self, call):
        """Whether the rule is about this call."""
        return all(
            fnmatch.fnmatchcase(getattr(call, key), self.spec[key])
            for key in ("service", "operation", "region", "account")
            if key in self.spec
        )

    def shape(self, call):
        """Code, status and message for a refusing kind."""
        shapes = SHAPES[self.kind]
        code, status = shapes.get("s3") if call.service == "s3" and "s3" in shapes else shapes[call.protocol]
        message = self.spec.get("message") or MESSAGES[self.kind].format(
            service=call.service, operation=call.operation
        )
        return self.spec.get("code") or code, self.spec.get("status") or status, message


class Faults:
    """The rules in force."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rules = []

    def set(self, specs, account=None):
        """Replaces all rules, or those of one account: tests that run side by side leave each other's alone."""
        if not isinstance(specs, list):
            raise BadRule("faults are a JSON list of rules")
        if account is not None:
            specs = [{**spec, "account": account} if isinstance(spec, dict) else spec for spec in specs]
        rules = [Rule(spec) for spec in specs]
        with self.lock:
            others = [rule for rule in self.rules if account is not None and rule.spec.get("account") != account]
            self.rules = others + rules

    def take(self, call):
        """Returns the first rule that hits this call now, and counts the hit."""
        if not self.rules:
            return None
        with self.lock:
            for rule in self.rules:
                if not rule.matches(call):
                    continue
                if rule.wait > 0:
                    rule.wait -= 1
                    continue
                if rule.left is None:
                    return rule
                # A stale rule first learns an answer per request, and only repeating it counts.
                if rule.left > 0:
                    if rule.kind != "stale":
                        rule.left -= 1
                    return rule
        return None
