"""From a committed change to its effect elsewhere: nothing lost, nothing doubled, in order."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import BaseModel
from sqlalchemy import MetaData, func, select
from uuid6 import uuid7

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.common.auth import SYSTEM
from services.common.broker import InProcessBroker, Unroutable
from services.common.db import Database, Transaction
from services.common.errors import Unavailable
from services.common.events import Envelope, Event
from services.common.inbox import Consumer, Subscription
from services.common.outbox import Relay
from services.common.peers import Peers
from tests.running import TEAM, Databases, settings_for, until
from tests.tracing import no_tracer


class ClientChanged(Event):
    name: ClassVar[str] = "caseload.client.changed.v1"

    client_id: UUID


class ReadsIt(BaseModel):
    client_id: UUID


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    made = Database(await databases("caseload"), Base.metadata)
    yield made
    await made.close()


def a_client(tx: Transaction) -> Client:
    return Client(team_id=TEAM, given_name="Edith", family_name="Marlowe", changed_at=tx.now)


def consumer(database: Database, apply: Any, ask: Any = None) -> Consumer:
    subscription = Subscription(ClientChanged.name, ReadsIt, apply, ask)
    peers = Peers("test", settings_for(database.url), None)  # type: ignore[arg-type]
    return Consumer("test.queue", subscription, database, peers, no_tracer())


async def count(database: Database, name: str) -> int:
    async with database.transaction(SYSTEM) as tx:
        return (await tx.session.execute(select(func.count()).select_from(Base.metadata.tables[name]))).scalar_one()


async def change_a_client(database: Database, *, fail: bool = False) -> UUID:
    async with database.transaction(SYSTEM) as tx:
        client = a_client(tx)
        tx.add(client)
        tx.publish(ClientChanged(client_id=client.id), about=client)
        if fail:
            raise RuntimeError("on the way")
    return client.id


async def test_an_event_leaves_only_if_its_change_was_committed(database: Database) -> None:
    with pytest.raises(RuntimeError, match="on the way"):
        await change_a_client(database, fail=True)
    assert (await count(database, "client"), await count(database, "outbox")) == (0, 0)
    await change_a_client(database)
    assert (await count(database, "client"), await count(database, "outbox")) == (1, 1)


async def test_each_change_of_a_thing_has_the_next_version(database: Database) -> None:
    client_id = await change_a_client(database)
    for name in ("Edie", "Ede"):
        async with database.transaction(SYSTEM) as tx:
            client = await tx.get(Client, client_id, lock=True)
            client.given_name = name
            tx.publish(ClientChanged(client_id=client.id), about=client)
    outbox = Base.metadata.tables["outbox"]
    async with database.transaction(SYSTEM) as tx:
        versions = await tx.all(select(outbox.c.aggregate_version).order_by(outbox.c.seq))
    assert versions == [1, 2, 3]


async def test_two_replicas_send_every_event_once_and_in_order(database: Database) -> None:
    for _ in range(30):
        await change_a_client(database)
    broker, heard = InProcessBroker(), []

    async def hear(envelope: Envelope) -> None:
        heard.append(envelope.data["client_id"])
        await asyncio.sleep(0)

    await broker.declare("q", ClientChanged.name)
    await broker.subscribe("q", hear)
    relays = [asyncio.create_task(Relay(database, broker).run()) for _ in range(2)]
    await until(lambda: len(heard) == 30)
    for relay in relays:
        relay.cancel()
    await asyncio.gather(*relays, return_exceptions=True)
    outbox = Base.metadata.tables["outbox"]
    async with database.transaction(SYSTEM) as tx:
        written = await tx.all(select(outbox.c.envelope).order_by(outbox.c.seq))
    assert heard == [envelope["data"]["client_id"] for envelope in written]


async def test_a_commit_wakes_the_relay(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.common.outbox.POLL_SECONDS", 3600)
    broker, heard = InProcessBroker(), []

    async def hear(envelope: Envelope) -> None:
        heard.append(envelope.id)

    await broker.declare("q", ClientChanged.name)
    await broker.subscribe("q", hear)
    relay = asyncio.create_task(Relay(database, broker).run())
    # The first is sent because the relay looks once when it starts; what comes after it has slept, by the wake-up.
    await change_a_client(database)
    await until(lambda: heard)
    await asyncio.sleep(0.5)
    await change_a_client(database)
    await until(lambda: len(heard) == 2)
    relay.cancel()
    await asyncio.gather(relay, return_exceptions=True)


async def test_an_event_without_a_queue_waits_in_the_outbox(database: Database) -> None:
    await change_a_client(database)
    broker = InProcessBroker()
    with pytest.raises(Unroutable):
        await Relay(database, broker).send_batch()
    await broker.declare("q", ClientChanged.name)
    await broker.subscribe("q", consumer(database, _nothing).deliver)
    assert await Relay(database, broker).send_batch() == 1
    assert await Relay(database, broker).send_batch() == 0


async def _nothing(tx: Transaction, fact: ReadsIt) -> None:
    """A consumer without an effect."""


def an_envelope(**data: Any) -> Envelope:
    return Envelope(
        source="/heatshield/caseload",
        type=ClientChanged.name,
        subject="client/x",
        aggregateversion=1,
        data={"client_id": str(uuid7()), **data},
    )


async def _add(tx: Transaction, fact: ReadsIt) -> None:
    tx.add(a_client(tx))


async def test_an_event_delivered_many_times_has_one_effect(database: Database) -> None:
    once, envelope = consumer(database, _add), an_envelope()
    await asyncio.gather(*(once.deliver(envelope) for _ in range(20)))
    assert await count(database, "client") == 1


async def test_effect_and_inbox_are_one_transaction(database: Database) -> None:
    """A consumer that dies after its effect leaves neither the effect nor the mark, so that it is applied again."""
    failures = iter([True, False])

    async def dies_once(tx: Transaction, fact: ReadsIt) -> None:
        tx.add(a_client(tx))
        await tx.session.flush()
        if next(failures):
            raise RuntimeError("died")

    await consumer(database, dies_once).deliver(an_envelope())
    assert (await count(database, "client"), await count(database, "inbox")) == (1, 1)


async def test_an_outage_is_waited_out_however_long(database: Database) -> None:
    tries = 0

    async def away_at_first(fact: ReadsIt, peers: Peers) -> str:
        nonlocal tries
        tries += 1
        if tries < 8:
            raise Unavailable("away")
        return "answer"

    async def with_answer(tx: Transaction, fact: ReadsIt, answer: str) -> None:
        assert answer == "answer"
        tx.add(a_client(tx))

    import services.common.inbox as inbox

    inbox.FIRST_WAIT_SECONDS, kept = 0.001, inbox.FIRST_WAIT_SECONDS
    try:
        await consumer(database, with_answer, away_at_first).deliver(an_envelope())
    finally:
        inbox.FIRST_WAIT_SECONDS = kept
    assert (await count(database, "client"), await count(database, "dead_letter")) == (1, 0)


async def test_what_cannot_be_applied_is_kept_with_its_reason_and_the_next_passes(database: Database) -> None:
    poisoned = consumer(database, _add)
    unreadable = an_envelope(client_id="no uuid")
    await poisoned.deliver(unreadable)
    await poisoned.deliver(an_envelope())
    letters = Base.metadata.tables["dead_letter"]
    async with database.transaction(SYSTEM) as tx:
        letter = (await tx.rows(select(letters)))[0]
    assert letter.event_id == unreadable.id
    assert letter.last_error.startswith("ValidationError")
    assert "no uuid" not in letter.last_error
    assert await count(database, "client") == 1


async def test_no_database_is_open_to_another_service(databases: Databases) -> None:
    """Each service owns its database; another service's role cannot even connect."""
    url = await databases("caseload")
    intruder = Database(url.replace("//caseload:", "//roster:"), MetaData())
    with pytest.raises(Exception, match="permission denied for database"):
        async with intruder.engine.connect():
            pass
    await intruder.close()
