"""uvicorn's HTTP/1.1 with a time and a size for everything, and nothing that two readers could read differently.

uvicorn waits for ever, and its parser lets through what RFC 9112 does not; no ASGI app sees enough to mend that.
"""

import logging
import re
import sys
from asyncio import TimerHandle, Transport
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, ClassVar

import httptools
from uuid6 import uuid7
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway import refusals
from gateway.addresses import Networks, block
from gateway.outermost import ALWAYS
from gateway.routes import comes_slowly, takes_file
from services.common.body import MAX_BYTES, MAX_FILE_BYTES, FileTooLarge, TooLarge
from services.common.errors import ServiceError

log = logging.getLogger(__name__)

HOST = re.compile(rb"(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?", re.IGNORECASE)
LINGER_SECONDS = 1


class Pipelined(Exception):
    """A further request came before the answer to the last. Its sender has to send it again, on a new connection."""


class Reading(Enum):
    """What of a request is to come next."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


@dataclass
class Bounds:
    """What one connection may cost, and how many there may be. `tell` hears of every refusal."""

    head_seconds: float = 2
    # A body gets so many seconds, and one more for each 16 KiB of it that came, since a tablet's network may be slow.
    body_seconds: float = 5
    body_bytes_per_second: int = 16 * 1024
    # Of what a tablet sends as soon as there is signal (ADR 28, 29): GPRS at its slowest.
    slow_bytes_per_second: int = 1024
    address_bytes: int = 8 * 1024
    head_bytes: int = 16 * 1024
    headers: int = 100
    body_bytes: int = MAX_BYTES
    file_bytes: int = MAX_FILE_BYTES
    connections: int = 4096
    # Does not hold for the ingress, through which everybody comes.
    connections_per_address: int = 512
    ingress: Networks = field(default_factory=Networks)
    tell: Callable[[ServiceError], None] = lambda _: None
    open: Counter[str] = field(default_factory=Counter)


class Guarded(HttpToolsProtocol):
    """One connection. `guarded` makes the class that a server is given."""

    bounds: ClassVar[Bounds]
    _reading = Reading.NOTHING
    _timer: TimerHandle | None = None
    _over = False
    _address = ""
    _head_bytes = _body_bytes = 0
    _body_since = 0.0

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        # An upgrade, to WebSocket or to HTTP/2, is not made: the request is answered as what it is.
        self.ws_protocol_class = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self._is_one_too_many():
            self._refuse(refusals.TooManyConnections())
        else:
            self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self.bounds.open[self._address] -= 1
        if not self.bounds.open[self._address]:
            del self.bounds.open[self._address]
        self._stop_timer()
        super().connection_lost(exc)

    def _is_one_too_many(self) -> bool:
        """Counts this connection too."""
        came_from = self.client[0] if self.client else ""
        self._address = block(came_from)
        self.bounds.open[self._address] += 1
        if len(self.connections) > self.bounds.connections:
            return True
        return self.bounds.open[self._address] > self.bounds.connections_per_address and (
            came_from not in self.bounds.ingress
        )

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        before = self._reading
        super().data_received(data)
        if self._over:
            return
        if self._reading is Reading.HEAD:
            self._head_bytes = self._head_bytes + len(data) if before is not Reading.BODY else 0
            self._look_at_unfinished_head(data)
        if self._reading is Reading.NOTHING and self._is_answering():
            self._stop_timer()
        elif self._timer is None or before is not self._reading:
            self._start_timer()

    # What the parser finds. What is raised here ends in `send_400_response`.

    def on_message_begin(self) -> None:
        if self._is_answering():
            raise Pipelined
        self._reading, self._head_bytes, self._body_bytes = Reading.HEAD, 0, 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._reading is not Reading.HEAD:
            # A trailer would join the headers after they have been looked at.
            raise refusals.UnreadableRequest
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._look_at_head()
        super().on_headers_complete()
        self._reading, self._body_since = Reading.BODY, self.loop.time()

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        self._look_at_size(self._body_bytes)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._reading = Reading.NOTHING
        super().on_message_complete()

    def _look_at_head(self) -> None:
        """Raises what is wrong with the headers, now that all are there."""
        if self.parser.get_http_version() != "1.1":
            raise refusals.VersionNotSupported
        if len(self.url) > self.bounds.address_bytes:
            raise refusals.AddressTooLong
        size = sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.bounds.head_bytes or len(self.headers) > self.bounds.headers:
            raise refusals.HeadTooLarge
        names, values = [name for name, _ in self.headers], dict(self.headers)
        if names.count(b"authorization") > 1:
            raise refusals.TwoAuthorizations
        if names.count(b"host") != 1 or not HOST.fullmatch(values[b"host"]):
            raise refusals.UnclearHost
        if values.get(b"content-encoding", b"identity").lower() != b"identity" or names.count(b"content-encoding") > 1:
            raise refusals.EncodedBody
        self._look_at_framing(values)

    def _look_at_framing(self, values: dict[bytes, bytes]) -> None:
        """The parser has refused most of what is unclear, and each of these two headers when it comes twice."""
        coding, length = values.get(b"transfer-encoding"), values.get(b"content-length")
        if coding is not None and coding.lower() != b"chunked":
            raise refusals.UnreadableRequest
        if self.parser.should_upgrade() and (coding or length):
            raise refusals.UnreadableRequest
        self._look_at_size(int(length or 0))

    def _look_at_size(self, size: int) -> None:
        is_file = size > self.bounds.body_bytes and takes_file(self.parser.get_method(), self.url)
        if size > (self.bounds.file_bytes if is_file else self.bounds.body_bytes):
            raise FileTooLarge if is_file else TooLarge("The body is larger than 1 MiB.")

    def _look_at_unfinished_head(self, data: bytes) -> None:
        if not self.headers and len(self.url) > self.bounds.address_bytes:
            self._refuse(refusals.AddressTooLong())
        elif self._head_bytes > self.bounds.head_bytes:
            self._refuse(refusals.HeadTooLarge())
        elif self.url and self.parser.get_http_version() == "0.0" and data.endswith(b"\n"):
            # HTTP/0.9 has a request line without a version, and nothing after it.
            self._refuse(refusals.VersionNotSupported())

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    # Time.

    def _start_timer(self) -> None:
        self._stop_timer()
        in_body = self._reading is Reading.BODY
        seconds = self.bounds.body_seconds if in_body else self.bounds.head_seconds
        self._timer = self.loop.call_later(seconds, self._is_late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _is_late(self) -> None:
        if self._reading is Reading.BODY:
            left = self._body_seconds_left()
            if left > 0:
                self._timer = self.loop.call_later(left, self._is_late)
            else:
                self._refuse(refusals.BodyTooSlow())
        elif self._reading is Reading.HEAD:
            self._refuse(refusals.HeadTooSlow())
        else:
            self._close()

    def _body_seconds_left(self) -> float:
        """What we ourselves held up is not late: the time begins again."""
        rate = self.bounds.slow_bytes_per_second if comes_slowly(self.url) else self.bounds.body_bytes_per_second
        earned = self._body_bytes / rate
        if self.flow.read_paused:
            self._body_since = self.loop.time() - earned
        return self._body_since + self.bounds.body_seconds + earned - self.loop.time()

    # Ends.

    def send_400_response(self, msg: str) -> None:
        """uvicorn says so when the parser, or one of the hooks above, has raised."""
        error = sys.exception()
        found = error.__context__ if error else None
        if isinstance(found, Pipelined):
            self._finish()
        elif isinstance(found, ServiceError):
            self._refuse(found)
        elif isinstance(error, httptools.HttpParserInvalidMethodError):
            self._refuse(refusals.MethodNotAllowed())
        else:
            self._refuse(refusals.UnreadableRequest())

    def _unsupported_upgrade_warning(self) -> None:
        """An upgrade is not made; what follows is in a language that we do not speak."""
        self._finish()

    def _finish(self) -> None:
        """Answer what is asked, and close."""
        self._over, self.cycle.keep_alive = True, False
        self._stop_timer()

    def _refuse(self, error: ServiceError) -> None:
        """Say no once, unless an answer is on its way, and close when the caller had time to read it."""
        self._over = True
        self._stop_timer()
        self._unset_keepalive_if_required()
        self.bounds.tell(error)
        cycle, request_id = self.cycle, str(uuid7())
        if self._reading is Reading.BODY:
            if cycle.response_started:
                self._close()
                return
            # The app hears that the caller is gone, and what it says from now on goes nowhere.
            request_id = cycle.scope["state"].get("request_id", request_id)
            cycle.scope["state"]["refused"] = error.status
            cycle.disconnected = True
            cycle.message_event.set()
        told = {"code": error.code(), "status": error.status, "client": self._address, "request_id": request_id}
        log.warning("request refused", extra=told)
        self.flow.resume_reading()
        self._write(error, request_id)
        self._timer = self.loop.call_later(LINGER_SECONDS, self._close)

    def _write(self, error: ServiceError, request_id: str) -> None:
        path, headers = ("", []) if self._reading is Reading.NOTHING else (_path(self.url), self.headers)
        scope = {"type": "http", "path": path, "headers": headers, "state": {"request_id": request_id}}
        found = refusals.answer(scope, error, connection="close", x_request_id=request_id)
        lines = [b"%s: %s\r\n" % pair for pair in (*found.raw_headers, *ALWAYS.items())]
        self.transport.write(b"".join((STATUS_LINE[error.status], *lines, b"\r\n", bytes(found.body))))
        if self.transport.can_write_eof():
            self.transport.write_eof()

    def _close(self) -> None:
        self._stop_timer()
        self.transport.close()


def _path(address: bytes) -> str:
    """The path of an address that may be absolute, or not whole."""
    try:
        return (httptools.parse_url(address).path or b"").decode("latin-1")
    except httptools.HttpParserInvalidURLError:
        return address.decode("latin-1")


def guarded(bounds: Bounds) -> type[HttpToolsProtocol]:
    """The protocol with these bounds, for a server's `http`."""
    return type("GuardedWithin", (Guarded,), {"bounds": bounds})
