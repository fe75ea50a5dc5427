"""The books of a fault test: what was acknowledged, what was told, what was applied, by id and at both ends."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from uuid6 import uuid7

from demo.careful import Careful
from tests.caseload.story import a_referral
from tests.faults.books import ENTRIES, Books, Entry
from tests.faults.house import NAMES, House, now
from tests.running import NURSE

EVENT = "caseload.referral.received.v1"
CONSUMERS = {name: f"{name}.{EVENT}" for name in ("governance", "interop")}
DRAIN_SECONDS, FLOW_SECONDS = 120, 60
# Nobody waits for ever for an answer; the request is sent again with the same key.
ANSWER_SECONDS = 10


@dataclass
class Writer:
    """A nurse's tablet: it sends each referral until it is acknowledged, always with the same key."""

    house: House
    acknowledged: set[UUID] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    pause: float = 0.02
    at_once: int = 2
    _stopping: bool = False

    async def __aenter__(self) -> "Writer":
        self._tasks = [asyncio.create_task(self._write_on()) for _ in range(self.at_once)]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """What was begun is written to its end, unless the test has failed."""
        self._stopping = True
        if kind is not None:
            for task in self._tasks:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=kind is not None)

    async def _write_on(self) -> None:
        async with self._client() as client:
            while not self._stopping:
                await self.write(client)
                await asyncio.sleep(self.pause)

    def _client(self) -> httpx.AsyncClient:
        token = self.house.issuer.token(str(NURSE), "nurse", "caseload")
        base = f"http://127.0.0.1:{self.house.ports['caseload']}"
        return httpx.AsyncClient(
            base_url=base,
            headers={"Authorization": f"Bearer {token}"},
            timeout=ANSWER_SECONDS,
            trust_env=False,
            auth=Careful(),
        )

    async def write_one(self) -> UUID:
        async with self._client() as client:
            return await self.write(client)

    async def write(self, client: httpx.AsyncClient) -> UUID:
        referral_id = uuid7()
        await self._send(client, "/v1/referrals", a_referral(id=str(referral_id)), 201)
        self.acknowledged.add(referral_id)
        return referral_id

    async def refuse(self, referral_id: UUID) -> None:
        """The team does not take this person on."""
        body = {"reason": "no_capacity", "signpost": "The surgery in the village"}
        async with self._client() as client:
            await self._send(client, f"/v1/referrals/{referral_id}/not-take", body, 200)

    async def _send(self, client: httpx.AsyncClient, path: str, body: dict[str, Any], wanted: int) -> None:
        key = str(uuid7())
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await client.post(path, json=body, headers={"Idempotency-Key": key})
                self.statuses[answer.status_code] += 1
                if answer.status_code == wanted:
                    return
                assert answer.status_code == 503 or answer.json()["code"] == "still_running", answer.text
                assert "retry-after" in answer.headers
            await asyncio.sleep(0.05)

    async def until(self, count: int) -> None:
        """So many more have been acknowledged."""
        wanted = len(self.acknowledged) + count
        async with asyncio.timeout(DRAIN_SECONDS):
            while len(self.acknowledged) < wanted:
                # What was answered wrongly is told at once.
                for task in self._tasks:
                    if task.done():
                        task.result()
                await asyncio.sleep(0.01)


def came_back(books: Books, writer: Writer) -> None:
    """Every answer was a yes or said when to come again, and everything arrived once."""
    # 409 is of a key whose first request is still at work, as was looked at when it came.
    assert set(writer.statuses) <= {200, 201, 409, 503}, writer.statuses
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)
    assert books.applied >= books.acknowledged * 2


async def flow_back(house: House, writer: Writer, since: float, seconds: float = FLOW_SECONDS) -> float:
    """Write one more, and wait until both ends have applied it. How many seconds after `since` they had."""
    referral_id = await writer.write_one()
    async with asyncio.timeout(seconds):
        while not await _is_applied(house, referral_id):  # noqa: ASYNC110  the databases offer no event
            await asyncio.sleep(0.05)
    return now() - since


async def _is_applied(house: House, referral_id: UUID) -> bool:
    about = f"type = '{EVENT}' and subject = 'referral/{referral_id}'"
    sent = await rows(house, "caseload", f"select id from event_log where {about}")
    return bool(sent) and all([set(sent) <= set(await rows(house, *_marks_at(name))) for name in CONSUMERS])


async def close_books(
    house: House,
    writer: Writer,
    fault: str,
    rounds: int,
    since: float | None = None,
    recovery: float | None = None,
) -> Books:
    """Wait until everything has arrived, count by id, and keep the line.

    Unless the recovery was measured, it is the time from `since` until then.
    """
    started = since if since is not None else now()
    # What has not arrived by then is counted as lost.
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            while await _under_way(house):  # noqa: ASYNC110  the databases offer no event
                await asyncio.sleep(0.1)
    recovery = recovery if recovery is not None else now() - started
    books = await _counted(house, writer.acknowledged)
    ENTRIES.append(Entry(fault, rounds, books, recovery))
    return books


async def _under_way(house: House) -> bool:
    """Whether an event is still in the outbox, or in the log and not yet in every inbox."""
    written = await rows(house, "caseload", f"select id from event_log where type = '{EVENT}'")
    waiting = await rows(house, "caseload", "select id from outbox")
    applied = [await rows(house, *_marks_at(name)) for name in CONSUMERS]
    return bool(waiting) or any(set(written) - set(one) for one in applied)


async def _counted(house: House, acknowledged: set[UUID]) -> Books:
    told = await rows(
        house,
        "caseload",
        f"select split_part(subject, '/', 2)::uuid from event_log where type = '{EVENT}'"
        f" union all select split_part(subject, '/', 2)::uuid from outbox where type = '{EVENT}'",
    )
    kept = set(await rows(house, "caseload", "select id from referral"))
    events = set(await rows(house, "caseload", f"select id from event_log where type = '{EVENT}'"))
    lost = len(acknowledged - set(told)) + len(kept - set(told)) + len(set(told) - kept)
    doubled = len(told) - len(set(told))
    applied = 0
    for name, queue in CONSUMERS.items():
        marks = set(await rows(house, *_marks_at(name)))
        effects = Counter(await rows(house, name, f"select event_id from tally where consumer = '{queue}'"))
        lost += len(events - marks) + len(marks - set(effects))
        doubled += sum(count - 1 for count in effects.values()) + len(set(effects) - events)
        applied += len(marks & set(effects))
    parked = sum([len(await rows(house, name, "select id from parked_event")) for name in NAMES])
    return Books(len(acknowledged), applied, lost, doubled, parked)


def _marks_at(name: str) -> tuple[str, str]:
    return name, f"select event_id from inbox where consumer = '{CONSUMERS[name]}'"


async def rows(house: House, name: str, query: str) -> list[UUID]:
    connection = await house.postgres.admin(name)
    try:
        return [UUID(str(row[0])) for row in await connection.fetch(query)]
    finally:
        await connection.close()
