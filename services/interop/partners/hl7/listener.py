"""The listener: messages framed by MLLP, many on a connection, each answered before the next is read."""

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from hl7.mllp import InvalidBlockError, start_hl7_server

from services.interop.domain.adt import Ack
from services.interop.partners.hl7.ack import acknowledgement
from services.interop.partners.hl7.message import NotTaken

log = logging.getLogger(__name__)

MOST_BYTES = 1_048_576
MOST_CONNECTIONS = 50
# An engine keeps its connection; one that has said nothing for so long is gone.
IDLE_SECONDS = 3600.0
FAREWELL_SECONDS = 5.0
# One whose other side has gone without a word is ended within two minutes; macOS has another name for the first.
KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPALIVE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}
NO_CERTIFICATE = (
    "CONFIG_HL7_CERTIFICATE: set INTEROP_HL7_CERTIFICATE to our certificate, or leave out INTEROP_HL7_CERTIFICATE_KEY"
    " and INTEROP_HL7_CLIENT_CA: without it the line is open to everybody"
)
# The answer to a message, or None where it cannot be kept now: then none is given, and the engine sends it again.
Answering = Callable[[bytes], Awaitable[bytes | None]]
TOO_LARGE = NotTaken(Ack.REJECT, "207", f"The message is larger than {MOST_BYTES} bytes. Leave documents out of it.")
NO_FRAME = NotTaken(Ack.REJECT, "100", "This is no MLLP frame. Send VT, the message, FS and CR.")


@dataclass(frozen=True)
class Bounds:
    most_bytes: int = MOST_BYTES
    most_connections: int = MOST_CONNECTIONS
    idle_seconds: float = IDLE_SECONDS


@dataclass
class Line:
    """One connection: from where, and since when it has been waited for, or None while it is being answered."""

    peer: str
    idle_since: float | None = field(default_factory=time.monotonic)


class Listener:
    """Many connections, each with one message at a time."""

    def __init__(self, answer: Answering, now: Callable[[], Any], bounds: Bounds | None = None) -> None:
        self._answer, self._now, self._bounds = answer, now, bounds or Bounds()
        self._open: dict[asyncio.Task[None], Line] = {}

    async def serve(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        """A server that listens already."""
        server: asyncio.Server = await start_hl7_server(
            self._connected, host, port, limit=self._bounds.most_bytes, encoding="utf-8", ssl=tls
        )
        for one in server.sockets:
            _keep_alive(one)
        return server

    async def close(self, server: asyncio.Server) -> None:
        """What is being answered is answered; then the connections end."""
        server.close()
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=FAREWELL_SECONDS)

    async def _connected(self, reader: Any, writer: Any) -> None:
        task, line = asyncio.current_task(), Line(str((writer.get_extra_info("peername") or [""])[0]))
        if task is None or not self._has_room_for(line):
            log.warning("connection refused", extra={"code": "too_many_connections"})
            writer.close()
            return
        self._open[task] = line
        try:
            await self._talk(reader, writer, line)
        except (ConnectionError, TimeoutError):
            log.info("connection ended", extra={"code": "gone"})
        finally:
            self._open.pop(task, None)
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    def _has_room_for(self, new: Line) -> bool:
        """Where there is none, whoever has been silent for longest makes room: of the same peer's, if there is one.
        An engine that came back does not say which of its connections are gone."""
        if len(self._open) < self._bounds.most_connections:
            return True
        idle = [(line.peer != new.peer, line.idle_since, task) for task, line in self._open.items() if line.idle_since]
        if not idle:
            return False
        _, _, task = min(idle, key=lambda one: one[:2])
        log.warning("connection ended", extra={"code": "made_room"})
        self._open.pop(task)
        task.cancel()
        return True

    async def _talk(self, reader: Any, writer: Any, line: Line) -> None:
        """Until the other side ends it, or sends what cannot be told apart from the next message."""
        while True:
            try:
                raw = await asyncio.wait_for(reader.readblock(), self._bounds.idle_seconds)
            except asyncio.IncompleteReadError as error:
                if error.partial:
                    log.warning("message cut short", extra={"code": "half_message"})
                return
            except InvalidBlockError:
                await self._refuse(writer, NO_FRAME)
                return
            except ValueError:
                await self._refuse(writer, TOO_LARGE)
                return
            line.idle_since = None
            # What has arrived is dealt with whole, even while the process is told to end.
            answer = await asyncio.shield(asyncio.ensure_future(self._answer(raw)))
            if answer is None:
                return
            writer.writeblock(answer)
            await writer.drain()
            line.idle_since = time.monotonic()

    async def _refuse(self, writer: Any, refused: NotTaken) -> None:
        log.warning("message refused", extra={"code": refused.code})
        writer.writeblock(acknowledgement(None, refused.ack, refused.text, self._now(), code=refused.code))
        await writer.drain()


def _keep_alive(over: Any) -> None:
    """What connects to it inherits it."""
    over.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE.items():
        if (option := getattr(socket, name, None)) is not None:
            over.setsockopt(socket.IPPROTO_TCP, option, value)


def tls_of(certificate: str, key: str, client_ca: str) -> ssl.SSLContext | None:
    """None where nothing is given. With a CA, only who shows a certificate of its may speak.

    Raises `ValueError` where a key or a CA comes without a certificate.
    """
    if not certificate:
        if key or client_ca:
            raise ValueError(NO_CERTIFICATE)
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_ca or None)
    context.load_cert_chain(certificate, key or None)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
