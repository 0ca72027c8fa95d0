"""A small HTTP/1.1 server: keep-alive, one thread per connection, one `sendall` per response.

The development server that moto brings closes or delays connections and spends more time on a request than moto
does; it also offers no way to reset or to hold a connection, which faults need.
"""

import select
import socket
import socketserver
import struct
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import responses

MAX_LINE = 1 << 20


@dataclass
class Request:
    """One request as it arrived."""

    method: str
    target: str
    headers: list
    body: bytes

    def header(self, name, default=""):
        """Returns the first header of that name (lower case)."""
        for key, value in self.headers:
            if key == name:
                return value
        return default


@dataclass
class Reply:
    """What to send back; `manner` says how: plainly, never, or by breaking the connection."""

    status: int = 200
    headers: list = field(default_factory=list)
    body: bytes = b""
    manner: str = "send"
    seconds: float | None = None


class BadRequest(Exception):
    """The bytes on the connection are no HTTP request."""


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """Serves `answer(request) -> Reply` on a loopback port."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, port, answer):
        self.answer = answer
        super().__init__(("127.0.0.1", port), Connection)

    @property
    def port(self):
        """The port that was bound, also when the kernel chose it."""
        return self.server_address[1]

    def handle_error(self, request, client_address):
        """Swallows what a vanished client causes; a bug in here still shows as a failed request."""


class Connection(socketserver.BaseRequestHandler):
    """One client connection."""

    def setup(self):
        """Without this, a response written in two parts waits for the client's delayed acknowledgement."""
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.request.makefile("rb", 65536)

    def handle(self):
        """Answers requests until the client or a fault closes the connection."""
        while True:
            try:
                request = self.read()
            except (BadRequest, OSError):
                return
            if request is None:
                return
            reply = self.server.answer(request)
            if reply.manner == "hang":
                self.hang(reply.seconds)
                return
            if reply.manner == "reset":
                # A linger of zero turns the close into a reset.
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.request.close()
                return
            self.request.sendall(encode(request, reply))
            if reply.manner == "truncate" or request.header("connection").lower() == "close":
                return

    def read(self):
        """Reads one request; None at the end of the connection."""
        line = self.stream.readline(MAX_LINE)
        while line in (b"\r\n", b"\n"):
            line = self.stream.readline(MAX_LINE)
        if not line:
            return None
        parts = line.decode("latin-1").split()
        if len(parts) != 3:
            raise BadRequest(line)
        headers = []
        while True:
            line = self.stream.readline(MAX_LINE)
            if not line:
                raise BadRequest("headers end too early")
            if line in (b"\r\n", b"\n"):
                break
            key, colon, value = line.decode("latin-1").partition(":")
            if not colon:
                raise BadRequest(line)
            headers.append((key.strip().lower(), value.strip()))
        request = Request(parts[0], parts[1], headers, b"")
        if request.header("expect").lower() == "100-continue":
            self.request.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in request.header("transfer-encoding").lower():
            request.body = self.read_chunks()
        else:
            length = int(request.header("content-length", "0") or 0)
            request.body = self.stream.read(length) if length else b""
        return request

    def read_chunks(self):
        """Reads a chunked body; trailers are dropped."""
        parts = []
        while True:
            size = int(self.stream.readline(MAX_LINE).split(b";")[0], 16)
            if size == 0:
                while self.stream.readline(MAX_LINE) not in (b"\r\n", b"\n", b""):
                    pass
                return b"".join(parts)
            parts.append(self.stream.read(size))
            self.stream.readline(MAX_LINE)

    def hang(self, seconds):
        """Holds the connection without a word until the client gives up or the time is over."""
        # Unlike `select`, `poll` takes any number of connections.
        waiting = select.poll()
        waiting.register(self.request, select.POLLIN | select.POLLHUP)
        waiting.poll(None if seconds is None else seconds * 1000)

    def finish(self):
        """Closes what `setup` opened."""
        self.stream.close()


_date = (0, "")


def http_date():
    """The `Date` header, formatted once per second."""
    global _date
    now = int(time.time())
    if _date[0] != now:
        _date = (now, formatdate(now, usegmt=True))
    return _date[1]


def encode(request, reply):
    """The bytes of one response."""
    reason = responses.get(reply.status, "Unknown")
    lines = [f"HTTP/1.1 {reply.status} {reason}"]
    names = set()
    bodyless = request.method == "HEAD" or reply.status in (204, 304)
    for key, value in reply.headers:
        lower = key.lower()
        if lower in ("connection", "transfer-encoding"):
            continue
        if lower == "content-length" and not bodyless:
            continue
        names.add(lower)
        lines.append(f"{key}: {value}")
    if "date" not in names:
        lines.append(f"Date: {http_date()}")
    if not bodyless:
        lines.append(f"Content-Length: {len(reply.body)}")
    elif request.method == "HEAD" and "content-length" not in names:
        lines.append("Content-Length: 0")
    if reply.manner == "truncate":
        lines.append("Connection: close")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    if bodyless:
        return head
    if reply.manner == "truncate":
        return head + reply.body[: len(reply.body) // 2]
    return head + reply.body
