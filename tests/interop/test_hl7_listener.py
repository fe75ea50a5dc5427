"""An engine gets through, whoever has left silent connections open, and nobody else does where a CA is named."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.interop.partners.hl7.listener import Bounds, Listener, tls_of

MOST_CONNECTIONS = 3


@pytest.fixture
async def server() -> AsyncIterator[asyncio.Server]:
    """A listener of a few connections that gives every message back."""

    async def answer(raw: bytes) -> bytes | None:
        return raw

    listener = Listener(answer, lambda: datetime.now(UTC), Bounds(most_connections=MOST_CONNECTIONS))
    server = await listener.serve("127.0.0.1", 0)
    yield server
    await listener.close(server)


async def said(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    writer.write(b"\x0bhello\x1c\r")
    return await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 5)


async def test_an_engine_that_comes_back_is_heard_whatever_it_left_open(
    server: asyncio.Server,
) -> None:
    opened, port = [], server.sockets[0].getsockname()[1]
    for _ in range(4 * MOST_CONNECTIONS):
        opened.append(await asyncio.open_connection("127.0.0.1", port))
        assert await said(*opened[-1]) == b"\x0bhello\x1c\r"
    for reader, _ in opened[:-MOST_CONNECTIONS]:
        assert await asyncio.wait_for(reader.read(), 5) == b"", "those that were silent for longest made room"
    for one in opened[-MOST_CONNECTIONS:]:
        assert await said(*one) == b"\x0bhello\x1c\r"
    for _, writer in opened:
        writer.close()


async def test_a_connection_whose_other_side_has_gone_is_found_out(server: asyncio.Server) -> None:
    assert server.sockets[0].getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


@pytest.mark.parametrize(("key", "client_ca"), [("key.pem", ""), ("", "ca.pem"), ("key.pem", "ca.pem")])
def test_who_may_speak_is_not_named_without_a_certificate_of_ours(key: str, client_ca: str) -> None:
    with pytest.raises(ValueError, match="INTEROP_HL7_CERTIFICATE"):
        tls_of("", key, client_ca)
    assert tls_of("", "", "") is None
