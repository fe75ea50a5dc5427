"""The gateway as a process of its own, in production, and callers who write their requests byte by byte."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httptools
import psutil

from demo.servers.ports import free_port
from tests.gateway.backend import Backend, backend
from tests.signing import CLIENT_KEY

START_SECONDS, QUIET_SECONDS = 30, 0.3


@dataclass
class Answer:
    """One response."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return str(self.json["code"])


class Reader:
    """Takes responses out of what a connection brought; a 100 is no response."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.is_whole = True
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self.is_whole = False
        self.answers.append(Answer(0))

    def on_header(self, name: bytes, value: bytes) -> None:
        self.answers[-1].headers[name.decode().lower()] = value.decode()

    def on_headers_complete(self) -> None:
        self.answers[-1].status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self.answers[-1].body += body

    def on_message_complete(self) -> None:
        self.is_whole = True
        if self.answers[-1].status == 100:
            self.answers.pop()


@dataclass
class Door:
    """A running gateway and the one service behind it."""

    process: subprocess.Popen[bytes]
    port: int
    inside_port: int
    behind: Backend

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def send(self, *parts: bytes, pause: float = 0) -> list[Answer]:
        """Every response that these bytes get on one connection."""
        with self.connect() as connection:
            try:
                for number, part in enumerate(parts):
                    time.sleep(pause if number else 0)
                    connection.sendall(part)
            except (ConnectionResetError, BrokenPipeError):
                """Refused before all was sent."""
            return answers(connection)

    def ask(self, path: str, *headers: str, method: str = "GET", body: bytes = b"") -> Answer:
        """The one response to a request."""
        (found,) = self.send(request(f"{method} {path} HTTP/1.1", *headers, body=body))
        return found

    def memory_mb(self) -> float:
        return float(psutil.Process(self.process.pid).memory_info().rss) / 2**20


def answers(connection: socket.socket) -> list[Answer]:
    """Reads until the other side closes, or has said something whole and then nothing more."""
    reader = Reader()
    while True:
        connection.settimeout(QUIET_SECONDS if reader.answers and reader.is_whole else 20)
        try:
            data = connection.recv(65536)
        except TimeoutError:
            return reader.answers
        except ConnectionResetError:
            data = b""
        if not data:
            return reader.answers
        reader.feed(data)


def request(line: str, *headers: str, body: bytes = b"", host: str = "Host: door") -> bytes:
    """A request of exactly these lines; an empty host leaves the header out."""
    lines = [line, *([host] if host else []), *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@contextmanager
def door(**settings: str) -> Iterator[Door]:
    """`settings` are of the environment. Nothing listens where the roster should be."""
    port, inside_port, nowhere = free_port(), free_port(), free_port()
    with backend() as behind:
        peers = {"caseload": behind.url, "interop": behind.url, "roster": f"http://127.0.0.1:{nowhere}"}
        kept = {name: value for name, value in os.environ.items() if "HEATSHIELD" not in name and "GATEWAY" not in name}
        environment = {**kept, "HEATSHIELD_PEERS": json.dumps(peers), "GATEWAY_CLIENT_KEY": CLIENT_KEY, **settings}
        command = [sys.executable, "-m", "gateway", "--port", str(port), "--inside-port", str(inside_port)]
        process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        running = Door(process, port, inside_port, behind)
        try:
            _wait(process, port, inside_port)
            yield running
        finally:
            process.terminate()
            process.wait(30)


def _wait(process: subprocess.Popen[bytes], *ports: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    for port in ports:
        while True:
            assert process.poll() is None, "the gateway ended"
            assert time.monotonic() < deadline, "the gateway did not start"
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
