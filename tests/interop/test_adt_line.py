"""The line to a hospital's engine: many messages on one connection, and what is no whole frame."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import hl7
import pytest
from hl7.mllp import open_hl7_connection

from services.interop.domain.adt import AdtMessage
from services.interop.partners.hl7.listener import Bounds, Listener
from services.interop.usecases import answer_adt
from tests.interop.adt import SETTINGS, an_adt
from tests.interop.answers import stored
from tests.interop.council import take_on
from tests.interop.records import Caseload
from tests.running import Running


@pytest.fixture
async def client_id(interop: Running, caseload: Caseload) -> str:
    return await take_on(interop, caseload)


@pytest.fixture
async def line(interop: Running) -> AsyncIterator[int]:
    """The port of a listener that takes small messages and few connections."""

    async def answer(raw: bytes) -> bytes | None:
        return await answer_adt(interop.databases["interop"], SETTINGS, raw)

    listener = Listener(answer, lambda: datetime.now(UTC), Bounds(most_bytes=2000, most_connections=2))
    server = await listener.serve("127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    await listener.close(server)


async def test_many_messages_come_on_one_connection_and_each_is_answered(line: int, client_id: str) -> None:
    reader, writer = await open_hl7_connection("127.0.0.1", line, encoding="utf-8")
    sent = [an_adt("A08", visit="V-3") for _ in range(5)]
    for message in sent:
        writer.writemessage(hl7.parse(message))
    answers = [await reader.readmessage() for _ in sent]
    assert [str(one.segment("MSA")(1)) for one in answers] == ["AA"] * 5
    assert [str(one.segment("MSA")(2)) for one in answers] == [str(hl7.parse(one).segment("MSH")(10)) for one in sent]
    writer.close()


async def raw_answer(port: int, sent: bytes, *, is_end: bool = False) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    if is_end:
        writer.write_eof()
    found = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    return found


async def test_what_is_no_whole_frame_is_refused_and_the_line_stays_open_for_others(
    interop: Running, line: int, client_id: str
) -> None:
    assert b"MSA|AR" in await raw_answer(line, b"GET / HTTP/1.1\x1c\r")
    assert b"larger than" in await raw_answer(line, b"\x0b" + b"x" * 5000 + b"\x1c\r")
    half = b"\x0b" + an_adt().encode()[:60]
    assert await raw_answer(line, half, is_end=True) == b""
    assert await stored(interop, AdtMessage) == []
    first, second = [await asyncio.open_connection("127.0.0.1", line) for _ in range(2)]
    await asyncio.sleep(0.1)
    whole = b"\x0b" + an_adt().encode() + b"\x1c\r"
    reader, writer = await asyncio.open_connection("127.0.0.1", line)
    writer.write(whole)
    assert b"MSA|AA" in await asyncio.wait_for(reader.readuntil(b"\x1c\r"), 10)
    assert await asyncio.wait_for(first[0].read(), 10) == b"", "it was silent for longest, and made room"
    for one in (first[1], second[1], writer):
        one.close()
