"""The listener: messages framed by MLLP, many on a connection, each answered before the next is read."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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
# The answer to a message, or None where it cannot be kept now: then none is given, and the engine sends it again.
Answering = Callable[[bytes], Awaitable[bytes | None]]
TOO_LARGE = NotTaken(Ack.REJECT, "207", f"The message is larger than {MOST_BYTES} bytes. Leave documents out of it.")
NO_FRAME = NotTaken(Ack.REJECT, "100", "This is no MLLP frame. Send VT, the message, FS and CR.")


@dataclass(frozen=True)
class Bounds:
    most_bytes: int = MOST_BYTES
    most_connections: int = MOST_CONNECTIONS
    idle_seconds: float = IDLE_SECONDS


class Listener:
    """Many connections, each with one message at a time."""

    def __init__(self, answer: Answering, now: Callable[[], Any], bounds: Bounds | None = None) -> None:
        self._answer, self._now, self._bounds = answer, now, bounds or Bounds()
        self._open: set[asyncio.Task[None]] = set()

    async def serve(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> asyncio.Server:
        """A server that listens already."""
        server: asyncio.Server = await start_hl7_server(
            self._connected, host, port, limit=self._bounds.most_bytes, encoding="utf-8", ssl=tls
        )
        return server

    async def close(self, server: asyncio.Server) -> None:
        """What is being answered is answered; then the connections end."""
        server.close()
        for task in self._open:
            task.cancel()
        if self._open:
            await asyncio.wait(self._open, timeout=FAREWELL_SECONDS)

    async def _connected(self, reader: Any, writer: Any) -> None:
        task = asyncio.current_task()
        if task is None or len(self._open) >= self._bounds.most_connections:
            log.warning("connection refused", extra={"code": "too_many_connections"})
            writer.close()
            return
        self._open.add(task)
        try:
            await self._talk(reader, writer)
        except (ConnectionError, TimeoutError):
            log.info("connection ended", extra={"code": "gone"})
        finally:
            self._open.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()

    async def _talk(self, reader: Any, writer: Any) -> None:
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
            # What has arrived is dealt with whole, even while the process is told to end.
            answer = await asyncio.shield(asyncio.ensure_future(self._answer(raw)))
            if answer is None:
                return
            writer.writeblock(answer)
            await writer.drain()

    async def _refuse(self, writer: Any, refused: NotTaken) -> None:
        log.warning("message refused", extra={"code": refused.code})
        writer.writeblock(acknowledgement(None, refused.ack, refused.text, self._now(), code=refused.code))
        await writer.drain()


def tls_of(certificate: str, key: str, client_ca: str) -> ssl.SSLContext | None:
    """None where no certificate is given. With a CA, only who shows a certificate of its may speak."""
    if not certificate:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_ca or None)
    context.load_cert_chain(certificate, key or None)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
