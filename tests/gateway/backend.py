"""A service behind the gateway that tells what it saw, and misbehaves where it is asked to."""

import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Backend(ThreadingHTTPServer):
    """Answers under `/v1`: `slow`, `reset`, `garbage`, `redirect`, `home`, `leaky`, `public`, and anything else by
    telling what it saw. `seen` are the requests that came whole."""

    daemon_threads = True
    slow_seconds = 30

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: object) -> None:
        """A gateway that breaks off is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Backend

    def log_message(self, *_: object) -> None:
        """Says nothing."""

    def answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        size = len(self.rfile.read(length)) or self.chunks()
        if size < length:
            return
        self.server.seen.append(f"{self.command} {self.path}")
        odd = getattr(self, f"do_{self.path.removeprefix('/v1/')}", None)
        if odd is not None:
            odd()
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.say(200, {"method": self.command, "path": self.path, "size": size, "headers": headers})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = answer

    def chunks(self) -> int:
        size = 0
        if self.headers.get("transfer-encoding") == "chunked":
            while length := int(self.rfile.readline(), 16):
                size += len(self.rfile.read(length))
                self.rfile.readline()
            self.rfile.readline()
        return size

    def say(self, status: int, body: object, **headers: str) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", "content-length": str(len(raw)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(raw)

    def do_slow(self) -> None:
        time.sleep(self.server.slow_seconds)

    def do_reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        os.close(self.connection.detach())

    def do_garbage(self) -> None:
        self.wfile.write(b"\x00\x01 this is no HTTP\r\n\r\n")
        self.close_connection = True

    def do_redirect(self) -> None:
        self.say(302, {}, location="http://elsewhere.example/v1/x")

    def do_home(self) -> None:
        self.say(307, {}, location="http://service/v1/home/")

    def do_leaky(self) -> None:
        self.say(200, {}, x_powered_by="caseload-7f9c.internal", via="1.1 inner.internal", x_request_id="not-ours")

    def do_public(self) -> None:
        self.say(200, {}, cache_control="public, max-age=60", content_security_policy="sandbox")


@contextmanager
def backend() -> Iterator[Backend]:
    server = Backend()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
