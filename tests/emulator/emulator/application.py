"""What happens to one request: admin endpoint, fault, emulation, call log."""

import contextlib
import io
import json
import threading
import time
import traceback
from urllib.parse import parse_qs, unquote

from moto.core.base_backend import BackendDict
from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication, create_backend_app

from . import authority, mends, pages, regions, rules, speed, times, wire
from .accounts import Accounts, BadAccount
from .accounts import install as install_accounts
from .faults import BadRule, Faults
from .gaps import Gaps
from .refusal import Refused
from .server import Reply

# Calls that wait inside moto; they must not hold up everybody else.
WAITING = {("sqs", "ReceiveMessage"), ("lambda", "Invoke"), ("states", "StartSyncExecution")}

# Services that moto has not, and whose requests it takes for those of S3.
STRAYS = {"s3-outposts"}


class Application:
    """The emulator behind the HTTP server."""

    def __init__(self, port, log_path=None):
        self.port = port
        self.accounts = Accounts()
        self.faults = Faults()
        self.gaps = Gaps()
        self.settings = rules.Settings()
        # moto's models are plain dictionaries: two threads in them at once is "dictionary changed size during
        # iteration". The interpreter runs one thread at a time anyway.
        self.lock = threading.RLock()
        self.log_lock = threading.Lock()
        self.log = open(log_path, "a", encoding="utf-8") if log_path else None
        speed.install()
        pages.install()
        install_accounts(self.accounts)
        regions.install(self.accounts)
        self.moto = DomainDispatcherApplication(self.create_app)

    def create_app(self, service):
        """A moto application under our rules, whose errors reach us instead of becoming an HTML page."""
        if service is None:
            raise NotImplementedError("no such service")
        name = service.replace("-", "")
        rules.need("awslambda" if name == "lambda" else name, self.settings)
        app = create_backend_app(service)
        app.debug = False
        app.testing = True  # exceptions propagate
        return app

    def answer(self, request):
        """Answers one request."""
        if request.target.startswith("/_"):
            return self.admin(request)
        started = time.time()
        environ = self.environ(request)
        call = wire.identify(request, environ, BackendRequest)
        with self.lock:
            call.account = self.accounts.account_of(call.access_key)
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = call.account
        pages.begin(call, request, self.settings.page_size)
        rule = self.faults.take(call)
        reply = self.faulty(rule, call, request, environ) if rule else self.emulate(call, request, environ)
        self.record(call, reply, started, rule)
        return reply

    def faulty(self, rule, call, request, environ):
        """Applies a fault."""
        if rule.kind in ("hang", "reset"):
            return Reply(0, manner=rule.kind, seconds=rule.spec.get("seconds"))
        if rule.kind == "gone":
            # Carried out once for the one who was faster; the second time it is the true answer of a latecomer.
            self.emulate(call, request, environ)
            return self.emulate(call, request, self.environ(request, call.account))
        if rule.kind == "stale":
            return self.stale(rule, call, request, environ)
        if rule.kind in ("truncate", "delay"):
            reply = self.emulate(call, request, environ)
            if rule.kind == "truncate":
                reply.manner = "truncate"
            else:
                time.sleep(float(rule.spec.get("seconds") or 1))
            return reply
        code, status, message = rule.shape(call)
        if rule.kind == "error500" and rule.spec.get("body") is False:
            return Reply(status)
        return Reply(*wire.error(call, code, message, status))

    def stale(self, rule, call, request, environ):
        """Repeats the first answer to the same request."""
        key = (call.account, call.region, request.target, request.body)
        with self.faults.lock:
            old = rule.remembered.get(key)
            if old is not None and rule.left is not None:
                rule.left -= 1
        if old is not None:
            return Reply(old.status, list(old.headers), old.body)
        reply = self.emulate(call, request, environ)
        with self.faults.lock:
            rule.remembered[key] = Reply(reply.status, list(reply.headers), reply.body)
        return reply

    def emulate(self, call, request, environ):
        """Lets moto answer, and turns refusals and gaps into errors of the call's protocol."""
        guard = contextlib.nullcontext() if (call.service, call.operation) in WAITING else self.lock
        try:
            with guard:
                regions.check(call, self.accounts.opted_in(call.account))
                if self.settings.enforce_iam:
                    authority.check(call, request, self.accounts.by_key)
                if call.service in STRAYS:
                    raise NotImplementedError("no such service")
                rules.check_request(call, request)
                ours = self.gaps.answer(call, request)
                if ours is not None:
                    return ours
                seen = []
                chunks = self.moto(environ, lambda status, headers, _=None: seen.append((status, headers)))
                body = b"".join(chunks)
                if hasattr(chunks, "close"):
                    chunks.close()
            status, headers = seen[-1]
            status = int(status.split(" ", 1)[0])
            nothing = not body and call.method != "HEAD" and call.service != "s3"
            if status == 404 and (nothing or body.startswith((b"<!doctype", b"<!DOCTYPE"))):
                return not_implemented(call, f"no route for {call.method} {call.path}")
            if status == 200:
                body = times.mended(call, body)
            return Reply(status, headers, body)
        except Refused as refused:
            status, headers, body = wire.error(call, refused.code, refused.message, refused.status, refused.extra)
            return Reply(status, headers + getattr(refused, "headers", []), body)
        except NotImplementedError as gap:
            return not_implemented(call, str(gap))
        except Exception as bug:  # noqa: BLE001 - whatever moto raises, the client must get an answer
            known = mends.unknown_id(call, bug)
            if known is not None:
                return Reply(*known)
            traceback.print_exc()
            return Reply(*wire.error(call, "EmulatorBug", f"{type(bug).__name__}: {bug}", 501))

    def environ(self, request, account=None):
        """The WSGI environment that moto expects of its own server."""
        path, _, query = request.target.partition("?")
        environ = {
            "REQUEST_METHOD": request.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path).encode().decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": request.target,
            "REQUEST_URI": request.target,
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(request.body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(request.body),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        names = {}
        for name, value in request.headers:
            if name in ("content-length", "transfer-encoding"):
                continue
            if "_" in name:
                # As in moto's own server: of names with underscores only object metadata counts.
                if not should_preserve_original_header_name(name):
                    continue
                names[environ_key_for_header(name)] = name
            key = environ_key_for_header(name)
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = names
        if account:
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
        return environ

    def record(self, call, reply, started, rule):
        """Appends one line to the call log."""
        if self.log is None:
            return
        entry = {
            "t": round(started, 6),
            "service": call.service,
            "region": call.region,
            "operation": call.operation,
            "account": call.account,
            "status": reply.status,
            "ms": round((time.time() - started) * 1000, 2),
        }
        if rule:
            entry["fault"] = rule.kind
        if call.denied:
            entry["denied"] = call.denied
        if pages.goes_on():
            entry["goes_on"] = True
        line = json.dumps(entry, separators=(",", ":")) + "\n"
        with self.log_lock:
            self.log.write(line)
            self.log.flush()

    def admin(self, request):
        """The endpoints that are no AWS: `_ready`, `_faults`, `_accounts`, `_settings`, `_objects`, `_reset`."""
        path, _, query = request.target.partition("?")
        try:
            given = json.loads(request.body) if request.body else None
            if path == "/_ready":
                return json_reply(200, {"port": self.port})
            if request.method != "POST":
                return json_reply(405, {"error": f"{path} takes POST"})
            if path == "/_faults":
                self.faults.set(given, parse_qs(query).get("account", [None])[0])
                return json_reply(200, {"rules": len(given)})
            if path == "/_accounts":
                with self.lock:
                    return json_reply(200, self.accounts.register(given or {}))
            if path == "/_settings":
                with self.lock:
                    return json_reply(200, self.settings.set(given or {}))
            if path == "/_objects":
                with self.lock:
                    return json_reply(200, {"objects": fill_bucket(**given)})
            if path == "/_reset":
                self.reset()
                return json_reply(200, {})
        except (BadRule, BadAccount, TypeError, ValueError) as bad:
            return json_reply(400, {"error": str(bad)})
        return json_reply(404, {"error": f"no endpoint {path}"})

    def reset(self):
        """Empties all accounts, forgets keys, faults and settings."""
        with self.lock:
            self.faults.set([])
            self.accounts.clear()
            self.gaps.clear()
            self.settings.clear()
            BackendDict.reset()


def fill_bucket(account, bucket, count, prefix="o"):
    """Puts many small objects into a bucket at once, where one call each would take longer than the test itself."""
    from moto.s3.models import s3_backends

    backend = s3_backends[account]["aws"]
    for number in range(count):
        backend.put_object(bucket, f"{prefix}/{number:06d}", b"x")
    return count


def json_reply(status, value):
    """An answer of an admin endpoint."""
    return Reply(status, [("Content-Type", "application/json")], json.dumps(value).encode())


def not_implemented(call, message):
    """501 at once: the HTML page with status 500 that moto sends is retried by every SDK."""
    return Reply(*wire.error(call, "NotImplementedByEmulator", message, 501))
