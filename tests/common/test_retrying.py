"""What was parked gets its second chance: later and later, once, and in the end it waits for a person."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import func, select, update

from services.caseload.domain.base import Base
from services.common import parking, retrying
from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.db import Database, Transaction
from tests.common.told import QUEUE, ReadsIt, a_client, add_one, an_envelope, as_sent, consumer, count, parked
from tests.running import Databases


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    made = Database(await databases("caseload"), Base.metadata)
    yield made
    await made.close()


async def due_now(database: Database) -> None:
    table = Base.metadata.tables["parked_event"]
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(update(table).where(table.c.retry_at.is_not(None)).values(retry_at=func.now()))


async def test_a_parked_event_is_tried_again_later_and_later_and_then_waits_for_a_person(database: Database) -> None:
    async def fails(tx: Transaction, fact: ReadsIt) -> None:
        raise RuntimeError

    stubborn = consumer(database, fails)
    await stubborn.deliver(as_sent(an_envelope()))
    waits = []
    for _ in range(len(parking.RETRY_AFTER)):
        letter = (await parked(database))[0]
        async with database.transaction(SYSTEM) as tx:
            waits.append((letter.retry_at - (await tx.all(select(func.clock_timestamp())))[0]).total_seconds())
        await due_now(database)
        assert await retrying.retry_due(database, {QUEUE: stubborn})
    assert [round(wait / after.total_seconds()) for wait, after in zip(waits, parking.RETRY_AFTER, strict=True)] == [
        1
    ] * 5
    letter = (await parked(database))[0]
    assert (letter.retry_at, letter.attempts) == (None, 6)
    assert not await retrying.retry_due(database, {QUEUE: stubborn})


async def test_a_parked_event_is_applied_once_however_many_try_it(database: Database) -> None:
    failures = iter([True, False])

    async def fails_once(tx: Transaction, fact: ReadsIt) -> None:
        tx.add(a_client(tx))
        if next(failures):
            raise RuntimeError

    mended, envelope = consumer(database, fails_once), an_envelope()
    await mended.deliver(as_sent(envelope))
    await due_now(database)
    tried = await asyncio.gather(*(retrying.retry_due(database, {QUEUE: mended}) for _ in range(3)))
    await mended.deliver(as_sent(envelope))
    assert sum(tried) == 1
    assert (await count(database, "client"), await count(database, "parked_event")) == (1, 0)


async def test_a_forged_event_stays_forged_when_it_is_tried_again(database: Database) -> None:
    wary = consumer(database, add_one)
    await wary.deliver(as_sent(an_envelope(), sender="roster"))
    table = Base.metadata.tables["parked_event"]
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(update(table).values(retry_at=func.now()))
    await retrying.retry_due(database, {QUEUE: wary})
    assert await count(database, "client") == 0
    assert [(letter.reason, letter.retry_at) for letter in await parked(database)] == [("forged", None)]


async def test_a_forged_event_does_not_stand_in_the_way_of_the_true_one(database: Database) -> None:
    """It copies the id of an event that then fails for its own sake, and must be kept as well."""

    async def fails(tx: Transaction, fact: ReadsIt) -> None:
        raise RuntimeError

    true = an_envelope()
    await consumer(database, fails).deliver([*as_sent(true, sender="roster"), *as_sent(true)])
    kept = await parked(database)
    assert [(letter.reason, letter.event_id == true.id) for letter in kept] == [("forged", False), ("failed", True)]


def given_up_in(queue: str) -> Delivery:
    return Delivery(as_sent(an_envelope())[0].body, "caseload", "delivery_limit", queue)


async def test_what_the_broker_gave_up_is_tried_again_by_itself(database: Database) -> None:
    """Others were handed over together with the one that broke the process."""
    mended = consumer(database, add_one)
    await retrying.park_given_up(database, {QUEUE: mended})([given_up_in(QUEUE)])
    letter = (await parked(database))[0]
    assert (letter.consumer, letter.reason, letter.retry_at is None) == (QUEUE, "given_up", False)
    assert "delivery_limit" in letter.last_error
    await due_now(database)
    assert await retrying.retry_due(database, {QUEUE: mended})
    assert (await count(database, "client"), await count(database, "parked_event")) == (1, 0)


async def test_what_was_given_up_in_a_queue_that_is_not_ours_waits_for_a_person(database: Database) -> None:
    await retrying.park_given_up(database, {})([given_up_in("\x00 made up")])
    assert [(letter.consumer, letter.retry_at) for letter in await parked(database)] == [("unknown", None)]


async def test_a_try_that_nobody_comes_back_from_is_counted(database: Database) -> None:
    """An event that breaks its process each time is a dead letter in the end, and not tried for ever."""
    await retrying.park_given_up(database, {QUEUE: consumer(database, add_one)})([given_up_in(QUEUE)])
    for _ in range(len(parking.RETRY_AFTER)):
        await due_now(database)
        assert await parking.take_due(database, [QUEUE]) is not None, "and the process ends here"
    await due_now(database)
    assert await parking.take_due(database, [QUEUE]) is None
    letter = (await parked(database))[0]
    assert (letter.retry_at, letter.last_error) == (None, "nobody came back from the last try")


async def test_an_exceptions_words_are_in_no_span(database: Database) -> None:
    class Said(Exception):
        pass

    async def fails(tx: Transaction, fact: ReadsIt) -> None:
        raise Said("Edith Marlowe 999 000 0204")

    spans = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    watched = replace(consumer(database, fails), tracer=provider.get_tracer("test"))
    await watched.deliver(as_sent(an_envelope()))
    assert len(spans.get_finished_spans()) == 1
    assert "Edith" not in "".join(span.to_json() for span in spans.get_finished_spans())
    provider.shutdown()
