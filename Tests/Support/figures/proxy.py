"""A proxy before an S3 server: counts what passes by method and kind of object, and harms what it is told to harm."""

import collections
import dataclasses
import functools
import http.client
import http.server
import socket
import struct
import sys
import threading
import urllib.parse

KINDS = ("packs", "manifests", "versions", "heads", "deltas", "intents", "leases", "store")
HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")
UPSTREAM_SECONDS = 120


@dataclasses.dataclass(frozen=True)
class Request:
    """What a client asks for; `key` is the object's within its store."""

    method: str
    path: str
    headers: object

    @functools.cached_property
    def key(self):
        parts = urllib.parse.unquote(self.path.partition("?")[0]).split("/", 3)  # "", bucket, store, key
        return parts[3] if len(parts) > 3 else ""

    @property
    def kind(self):
        if "list-type=" in self.path:
            return "listings"
        first = self.key.partition("/")[0]
        return first if first in KINDS else "others"


@dataclasses.dataclass(frozen=True)
class Answer:
    status: int
    headers: list
    body: bytes


class Counts:
    """Requests and bytes of bodies by (method, kind); one taken from another gives what passed in between."""

    def __init__(self, requests=(), sent=(), received=()):
        self.requests, self.sent, self.received = (collections.Counter(one) for one in (requests, sent, received))

    def add(self, request, sent, received):
        self.requests[request.method, request.kind] += 1
        self.sent[request.method, request.kind] += sent
        self.received[request.method, request.kind] += received

    def copy(self):
        return Counts(self.requests, self.sent, self.received)

    def __sub__(self, other):
        return Counts(
            self.requests - other.requests, self.sent - other.sent, self.received - other.received)

    def received_of(self, *kinds):
        return sum(count for (_, kind), count in self.received.items() if kind in kinds)

    def told(self):
        """`12 (GET heads 3, PUT packs 1, …)`"""
        parts = [f"{method} {kind} {count}" for (method, kind), count in sorted(self.requests.items())]
        return f"{self.requests.total()} ({', '.join(parts)})"

    def by_method(self):
        """`12 (GET 9, PUT 3)`"""
        methods = collections.Counter()
        for (method, _), count in self.requests.items():
            methods[method] += count
        return f"{methods.total()} ({', '.join(f'{method} {count}' for method, count in sorted(methods.items()))})"


class Exchange:
    """One request and what becomes of it: whoever harms it calls these, each at most once."""

    def __init__(self, handler):
        self.handler, self.proxy = handler, handler.server.proxy
        self.request = Request(handler.command, handler.path, handler.headers)
        self.byte_count = int(handler.headers.get("Content-Length") or 0)
        self.body = b""

    def read(self, byte_count=None):
        """So much of the request's body, or the rest of it."""
        wanted = self.byte_count - len(self.body) if byte_count is None else byte_count
        self.body += self.handler.rfile.read(wanted)

    def forward(self):
        """The server's answer; it has come whole."""
        self.read()
        server = http.client.HTTPConnection(self.proxy.server, timeout=UPSTREAM_SECONDS)
        try:
            server.putrequest(self.request.method, self.request.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.request.headers.items():
                if name.lower() not in ("connection", "expect"):
                    server.putheader(name, value)
            server.endheaders(self.body or None)
            response = server.getresponse()
            return Answer(response.status, response.getheaders(), response.read())
        finally:
            server.close()

    def answer(self, answer):
        self.begin(answer)
        self.write(answer.body)

    def begin(self, answer):
        """The head, which announces the body that `answer` has."""
        handler, is_head = self.handler, self.request.method == "HEAD"
        handler.send_response_only(answer.status)
        for name, value in answer.headers:
            if name.lower() not in HOP or (is_head and name.lower() == "content-length"):
                handler.send_header(name, value)
        if not is_head:
            handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()

    def write(self, part):
        if self.request.method != "HEAD":
            self.handler.wfile.write(part)
        with self.proxy.lock:
            self.proxy.totals.received[self.request.method, self.request.kind] += len(part)

    def reset(self):
        """The client finds its connection broken."""
        connection = self.handler.connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.handler.close_connection = True
        # The handler's files hold the descriptor open until they go.
        self.handler.rfile.close()
        connection.close()

    def hold(self):
        """Nothing more happens until the proxy is told to let go."""
        self.proxy.released.wait()
        self.reset()


def pass_on(exchange):
    exchange.answer(exchange.forward())


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def relay(self):
        exchange = Exchange(self)
        harm = self.server.proxy.harm(exchange.request) or pass_on
        try:
            harm(exchange)
        finally:
            self.server.proxy.count(exchange)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = relay

    def log_message(self, *_):
        pass


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, *_):
        """Whoever went away, or was sent away, is no news."""
        if not isinstance(sys.exception(), OSError | ValueError | http.client.HTTPException):
            super().handle_error(*_)


class Proxy:
    """Listens until its `with` ends. `harm` takes a Request and gives what is to be done with its Exchange, or None."""

    def __init__(self, url):
        self.server = url.removeprefix("http://")
        self.harm = lambda request: None
        self.totals, self.lock, self.released = Counts(), threading.Lock(), threading.Event()
        self.listener = Listener(("127.0.0.1", 0), Handler)
        self.listener.proxy = self
        self.url = f"http://127.0.0.1:{self.listener.server_port}"

    def __enter__(self):
        threading.Thread(target=self.listener.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self.listener.shutdown()
        self.listener.server_close()

    def count(self, exchange):
        with self.lock:
            self.totals.add(exchange.request, len(exchange.body), 0)

    def counts(self):
        """What passed up to now."""
        with self.lock:
            return self.totals.copy()
