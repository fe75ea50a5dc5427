"""A partner that hangs, drips or never ends takes neither the sister services' connections nor the process."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest

from services.common.service import Runtime
from services.interop.domain.bars_exchange import BarsResponse
from services.interop.main import SERVICE
from services.interop.partners.bars import sending
from services.interop.partners.bars.sending import Answer, Sender
from tests.running import Databases, running, until

Serving = Callable[[asyncio.StreamWriter], Awaitable[None]]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\nContent-Length: %d\r\n\r\n"


@asynccontextmanager
async def served(serve: Serving) -> AsyncIterator[str]:
    """Whoever asks here is answered so, whatever they ask."""
    open_: set[asyncio.StreamWriter] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.add(writer)
        try:
            await reader.readuntil(b"\r\n\r\n")
            await serve(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in open_:
            writer.close()


async def test_a_partner_that_hangs_keeps_no_question_to_a_sister_service_waiting(databases: Databases) -> None:
    kept: list[Runtime] = []
    asked, over = 0, asyncio.Event()

    async def hang(_: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await over.wait()

    service = dataclasses.replace(SERVICE, background=(), furnish=lambda _, runtime: kept.append(runtime))
    async with served(hang) as url, running(databases, service) as system, asyncio.TaskGroup() as group:
        waiting = [group.create_task(kept[0].http.get(url)) for _ in range(8)]
        try:
            await until(lambda: asked == 8)
            waiting.append(group.create_task(system.apps["interop"].state.peers.http.get(url)))
            await until(lambda: asked == 9, seconds=5)
        finally:
            for task in waiting:
                task.cancel()
            over.set()


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD % 100)
    for _ in range(100):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.1)


async def test_an_answer_that_drips_or_never_ends_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.5)
    monkeypatch.setattr(sending, "ANSWER_BYTES", 100_000)
    piece, most, sent = b" " * 65_536, 300, 0

    async def flood(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(HEAD % (len(piece) * most))
        for sent in range(most):  # noqa: B007  how many had left when it was broken off
            writer.write(piece)
            await writer.drain()

    response = BarsResponse(
        target="s|v",
        request_id=uuid4(),
        correlation_id=uuid4(),
        use_context="a|b|c",
        payload='{"resourceType":"Bundle"}',
    )
    async with httpx.AsyncClient() as http:
        for serve, expected in ((drip, Answer(None)), (flood, Answer(200))):
            async with served(serve) as url, asyncio.timeout(5):
                assert await Sender(http, url, "Z99902", None).send(response) == expected
    assert sent < most - 1
