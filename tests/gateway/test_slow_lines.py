"""A tablet's whole queue comes through the door over the slowest line there is; nothing else is waited for so long."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.routes import comes_slowly
from tests.caseload.story import new_id
from tests.gateway.raw import Answer, Reader, request
from tests.gateway.test_uploads import Way, opened
from tests.running import Databases

PUSH = "/caseload/v1/sync/push"
# Half a second's worth of 5 kB/s: 2G with a packet lost now and then.
PART, PAUSE = 2500, 0.5


@pytest.fixture
async def way(databases: Databases, tmp_path: Path) -> AsyncIterator[Way]:
    async with opened(databases, tmp_path / "photos") as made:
        yield made


def a_queue(operations: int) -> dict[str, Any]:
    """Of an app that is newer than the server, which keeps all of it aside."""
    now = datetime.now(UTC).isoformat()
    made = [
        {"operation_id": new_id(), "sequence": place, "kind": "of_tomorrow", "about": {}, "base_version": None}
        | {"occurred_at": now, "made_by": new_id(), "body": {"words": "a" * 200}}
        for place in range(1, operations + 1)
    ]
    return {"device_id": new_id(), "sent_at": now, "unsent": 0, "operations": made}


async def trickled(way: Way, path: str, body: bytes) -> tuple[Answer, int]:
    """The answer to a POST that comes at 5 kB/s, and how much of it was sent by then."""
    reader, writer = await way.connect()
    told = {"Content-Type": "application/json", "Content-Length": len(body), "Idempotency-Key": new_id()}
    writer.write(request(f"POST {path} HTTP/1.1", *way.lines(Connection="close", **told)))
    answering, sent = asyncio.create_task(reader.read()), 0
    while sent < len(body) and not answering.done():
        writer.write(body[sent : sent + PART])
        sent += PART
        await asyncio.wait([answering], timeout=PAUSE)
    found = Reader()
    found.feed(await answering)
    writer.close()
    (answer,) = found.answers
    return answer, sent


async def test_a_queue_of_300_operations_arrives_whole_at_five_kilobytes_a_second_and_nothing_else_may(
    way: Way,
) -> None:
    body = json.dumps(a_queue(300)).encode()
    assert len(body) > 120_000
    (pushed, _), (other, sent) = await asyncio.gather(
        trickled(way, PUSH, body), trickled(way, "/caseload/v1/care-contacts", body)
    )
    assert (pushed.status, len(pushed.json["results"])) == (200, 300), pushed.body[:500]
    assert (other.status, other.code) == (408, "body_too_slow")
    assert sent < 60_000


@pytest.mark.parametrize(
    ("address", "slowly"),
    [
        ("/caseload/v1/sync/push", True),
        ("/caseload/v1/sync/push?", True),
        ("/caseload/v1/uploads", True),
        ("/caseload/v1/uploads/019abc00-0000-7000-8000-000000000001", True),
        ("/caseload/v1/sync/pushed", False),
        ("/caseload/v1/sync/push/more", False),
        ("/caseload/v1/sync/conflicts", False),
        ("/roster/v1/sync/push", False),
        ("/caseload/v1/care-contacts", False),
    ],
)
def test_what_a_tablet_sends_alone_may_come_slowly(address: str, slowly: bool) -> None:
    assert comes_slowly(address.encode()) is slowly
