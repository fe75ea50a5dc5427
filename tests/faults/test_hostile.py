"""What is no event of ours, what comes a thousand times, what is slow and what has a wrong clock: the others go on."""

import asyncio
import json
from typing import Any
from uuid import UUID

import aio_pika
import psutil
import pytest

from services.common.events import MAX_EVENT_BYTES
from tests.faults.house import House, now
from tests.faults.ledger import CONSUMERS, EVENT, Writer, close_books, flow_back, rows
from tests.faults.worker import Point

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
QUEUE = CONSUMERS["governance"]
REASONS = {
    "unreadable": 5,
    "too_large": 1,
    "unexpected_type": 1,
    "forged": 2,
    "breaks_contract": 1,
}


async def start(house: House) -> None:
    for name in house.ports:
        house.start(name)
    await house.until_ready()


async def an_event(house: House) -> dict[str, Any]:
    """One that caseload really told."""
    connection = await house.postgres.admin("caseload")
    told = await connection.fetchval(f"select envelope from event_log where type = '{EVENT}' limit 1")
    await connection.close()
    event: dict[str, Any] = json.loads(told)
    return event


def bad_ones(event: dict[str, Any]) -> list[tuple[bytes, str | None]]:
    """Each with the name under which it is sent."""

    def changed(**changes: Any) -> bytes:
        return json.dumps(event | changes).encode()

    new = {"id": "01938000-0000-7000-8000-0000000000ff"}
    contract = {"data": {name: value for name, value in event["data"].items() if name != "referral_id"}}
    return [
        (b"no json", "guest"),
        (b"[" * 100_000, "guest"),
        (b'{"specversion": "1.0", "id": "\\u0000"}', "guest"),
        (b"\x00\xff", "guest"),
        (b"", "guest"),
        (b'{"data": "' + b"x" * 8 * MAX_EVENT_BYTES + b'"}', "guest"),
        (changed(type=EVENT.replace(".v1", ".v9"), **new), "guest"),
        (changed(source="/heatshield/roster", **new), "guest"),
        (changed(**new), None),
        (changed(**contract, **new), "guest"),
    ]


async def test_what_is_no_event_of_ours_is_kept_with_its_reason_and_changes_nothing(house: House) -> None:
    await start(house)
    connection = await aio_pika.connect(str(house.rabbit and house.rabbit.url))
    async with connection, Writer(house) as writer:
        await writer.until(5)
        await flow_back(house, writer, now())
        exchange = (await connection.channel()).default_exchange
        bad = bad_ones(await an_event(house))
        for body, sender in bad:
            await exchange.publish(aio_pika.Message(body, user_id=sender), routing_key=QUEUE)
            await writer.until(1)
        recovery = await flow_back(house, writer, now())
    books = await close_books(house, writer, "messages that are no events of ours", len(bad), recovery=recovery)
    assert (books.lost, books.doubled, books.parked) == (0, 0, len(bad))
    kept = await house.postgres.admin("governance")
    found = await kept.fetch("select reason, count(*) from parked_event where retry_at is null group by reason")
    await kept.close()
    assert {row["reason"]: row["count"] for row in found} == REASONS


async def test_an_event_that_comes_a_thousand_times_in_any_order_has_one_effect(house: House) -> None:
    await start(house)
    connection = await aio_pika.connect(str(house.rabbit and house.rabbit.url))
    async with connection, Writer(house) as writer:
        await writer.until(20)
        await flow_back(house, writer, now())
        exchange = (await connection.channel()).default_exchange
        source = await house.postgres.admin("caseload")
        told = await source.fetch(f"select envelope from event_log where type = '{EVENT}' order by seq desc")
        await source.close()
        for row in told:
            for _ in range(1000 if row == told[0] else 20):
                message = aio_pika.Message(row["envelope"].encode(), user_id="guest")
                await exchange.publish(message, routing_key=QUEUE)
        recovery = await flow_back(house, writer, now())
    books = await close_books(house, writer, "each event again, one a thousand times", 1, recovery=recovery)
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)


async def test_a_slow_consumer_delays_nobody_else_and_does_not_grow(house: House) -> None:
    await start(house)
    house.kill("interop")
    house.start("interop", Point("slow", after=1))
    await house.until_ready("interop")
    async with Writer(house, pause=0, at_once=4) as writer:
        await writer.until(100)
        before = _memory(house, "interop")
        await writer.until(300)
        governed = await _until_all(house, "governance", writer)
        behind = len(writer.acknowledged) - len(await _applied(house, "interop"))
        grown = _memory(house, "interop") - before
    assert governed < 20
    assert behind > 100, "interop is slow"
    assert grown < 40 * 2**20
    house.kill("interop")
    house.start("interop")
    books = await close_books(house, writer, "a slow consumer with a backlog, killed", 1)
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)


def _memory(house: House, name: str) -> int:
    return int(psutil.Process(house.processes[name].pid).memory_info().rss)


async def _applied(house: House, name: str) -> list[UUID]:
    return await rows(house, name, f"select event_id from inbox where consumer = '{CONSUMERS[name]}'")


async def _until_all(house: House, name: str, writer: Writer) -> float:
    """How long until this consumer has applied what was acknowledged by now."""
    started, wanted = now(), len(writer.acknowledged)
    async with asyncio.timeout(60):
        while len(await _applied(house, name)) < wanted:  # noqa: ASYNC110  the database offers no event
            await asyncio.sleep(0.1)
    return now() - started


@pytest.mark.parametrize("minutes", [10, -10])
async def test_a_clock_that_is_wrong_changes_no_order_and_no_effect(house: House, minutes: int) -> None:
    """Of two replicas one may be minutes off: order is the database's, and an id is an id."""
    await start(house)
    async with Writer(house) as writer:
        await writer.until(20)
        house.kill("caseload")
        house.start("caseload", Point("clock", after=minutes))
        await house.until_ready("caseload")
        await writer.until(20)
        house.kill("caseload")
        house.start("caseload")
        await house.until_ready("caseload")
        await writer.until(20)
        recovery = await flow_back(house, writer, now())
    books = await close_books(house, writer, f"the clock {minutes} minutes off", 1, recovery=recovery)
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)
    connection = await house.postgres.admin("caseload")
    off = await connection.fetchval(f"""
        select count(*) from event_log where type = '{EVENT}'
        and abs(extract(epoch from (envelope::json->>'time')::timestamptz - written_at)) > 300""")
    unordered = await connection.fetchval(
        "select count(*) from (select seq, lag(sent_at) over (order by seq) as before, sent_at from event_log) s"
        " where before > sent_at + interval '1 second'"
    )
    await connection.close()
    assert off >= 20, "the process believed its clock"
    assert unordered == 0
