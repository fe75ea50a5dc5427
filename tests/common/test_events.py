"""From a committed change to the broker: what was committed leaves, in order, and nothing else does."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import MetaData, func, select, update

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.common import history
from services.common.auth import SYSTEM
from services.common.broker import Delivery, InProcessBroker, Outgoing, Unconfirmed
from services.common.db import Database
from services.common.events import MAX_EVENT_BYTES
from services.common.outbox import EventTooLarge
from services.common.relay import Relay
from tests.common.told import ClientChanged, a_client, change_a_client, count
from tests.running import Databases, until, written


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    made = Database(await databases("caseload"), Base.metadata)
    yield made
    await made.close()


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[asyncpg.Connection]:
    made = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    yield made
    await made.close()


class Ear:
    """Hears events through a broker in this process."""

    def __init__(self) -> None:
        self.broker, self.heard = InProcessBroker(), []  # type: ignore[var-annotated]

    async def __aenter__(self) -> "Ear":
        await self.broker.subscribe("q", [ClientChanged.name], self.hear)
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def hear(self, lot: list[Delivery]) -> None:  # type: ignore[override]
        self.heard += [json.loads(delivery.body) for delivery in lot]
        await asyncio.sleep(0)

    @property
    def ids(self) -> list[UUID]:
        return [UUID(event["id"]) for event in self.heard]


async def stop(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


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
    assert [envelope.aggregateversion for envelope in await written(database)] == [1, 2, 3]


async def test_two_changes_settled_in_one_transaction_have_a_version_each(database: Database) -> None:
    """As when a consumer applies several events about one thing at once."""
    client_id = await change_a_client(database)
    async with database.transaction(SYSTEM) as tx:
        client = await tx.get(Client, client_id, lock=True)
        for name in ("Edie", "Ede"):
            client.given_name = name
            tx.publish(ClientChanged(client_id=client.id), about=client)
            await tx.settle()
    assert [envelope.aggregateversion for envelope in await written(database)] == [1, 2, 3]


async def test_what_was_sent_is_in_the_log_and_no_longer_in_the_outbox(
    database: Database, connection: asyncpg.Connection
) -> None:
    for _ in range(3):
        await change_a_client(database)
    before = await written(database)
    async with Ear() as ear:
        assert await Relay(database.url, ear.broker).send_batch(connection) == 3
    assert ear.ids == [envelope.id for envelope in before]
    assert (await count(database, "outbox"), await count(database, "event_log")) == (0, 3)
    assert await written(database) == before


async def test_two_replicas_send_every_event_once_and_in_order(database: Database) -> None:
    for _ in range(30):
        await change_a_client(database)
    async with Ear() as ear:
        relays = [asyncio.create_task(Relay(database.url, ear.broker).run()) for _ in range(2)]
        for _ in range(30):
            await change_a_client(database)
        await until(lambda: len(ear.heard) >= 60)
        await stop(*relays)
    assert ear.ids == [envelope.id for envelope in await written(database)]


async def test_a_commit_wakes_the_relay(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.common.relay.POLL_SECONDS", 3600)
    async with Ear() as ear:
        relay = asyncio.create_task(Relay(database.url, ear.broker).run())
        # The first is sent because the relay looks once when it starts; what comes after it has slept, by the wake-up.
        await change_a_client(database)
        await until(lambda: ear.heard)
        await asyncio.sleep(0.5)
        await change_a_client(database)
        await until(lambda: len(ear.heard) == 2)
        await stop(relay)


async def test_an_event_without_a_queue_waits_and_the_others_pass(
    database: Database, connection: asyncpg.Connection
) -> None:
    await change_a_client(database)
    outbox = Base.metadata.tables["outbox"]
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(update(outbox).values(type="caseload.nobody.listens.v1"))
    await change_a_client(database)
    async with Ear() as ear:
        relay = Relay(database.url, ear.broker)
        assert await relay.send_batch(connection) == 2
        assert len(ear.heard) == 1
        assert await relay.send_batch(connection) == 0, "it is left alone for a moment"
        assert await count(database, "outbox") == 1
        await ear.broker.subscribe("late", ["caseload.nobody.listens.v1"], ear.hear)
        assert await Relay(database.url, ear.broker).send_batch(connection) == 1
    assert await count(database, "outbox") == 0


class Away(InProcessBroker):
    """A broker that breaks after it has taken the first event."""

    async def publish(self, events: "list[Outgoing]") -> set[UUID]:  # type: ignore[override]
        await super().publish(events[:1])
        raise ConnectionError("gone")


async def test_a_broken_broker_leaves_every_event_where_it_is(database: Database) -> None:
    for _ in range(3):
        await change_a_client(database)
    relay = asyncio.create_task(Relay(database.url, Away()).run())
    await asyncio.sleep(0.3)
    await stop(relay)
    assert await count(database, "outbox") == 3
    async with Ear() as ear:
        relay = asyncio.create_task(Relay(database.url, ear.broker).run())
        await until(lambda: len(ear.heard) == 3)
        await stop(relay)


async def test_a_replica_that_cannot_reach_the_broker_lets_another_lead(database: Database) -> None:
    cut_off = asyncio.create_task(Relay(database.url, Away()).run())
    await change_a_client(database)
    await asyncio.sleep(0.3)
    async with Ear() as ear:
        relay = asyncio.create_task(Relay(database.url, ear.broker).run())
        for _ in range(3):
            await change_a_client(database)
        await until(lambda: len(ear.heard) == 4)
        await stop(relay, cut_off)


class Mute(InProcessBroker):
    """A broker that confirms nothing as long as an event of one type is among those sent."""

    async def publish(self, events: "list[Outgoing]") -> set[UUID]:  # type: ignore[override]
        if any(event.type == "caseload.nobody.listens.v1" for event in events):
            raise Unconfirmed
        return await super().publish(events)


async def test_a_queue_that_does_not_answer_holds_up_its_own_events_only(database: Database) -> None:
    await change_a_client(database)
    outbox = Base.metadata.tables["outbox"]
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(update(outbox).values(type="caseload.nobody.listens.v1"))
    for _ in range(3):
        await change_a_client(database)
    mute, heard = Mute(), []  # type: ignore[var-annotated]

    async def hear(lot: "list[Delivery]") -> None:
        heard.extend(lot)

    await mute.subscribe("q", [ClientChanged.name], hear)  # type: ignore[arg-type]
    relay = asyncio.create_task(Relay(database.url, mute).run())
    await until(lambda: _only_one_waits(database))
    await stop(relay)
    assert len(heard) == 3


async def _only_one_waits(database: Database) -> bool:
    return await count(database, "outbox") == 1


async def test_history_is_purged_but_for_the_last_event_of_each_thing(
    database: Database, connection: asyncpg.Connection
) -> None:
    client_id = await change_a_client(database)
    for name in ("Edie", "Ede"):
        async with database.transaction(SYSTEM) as tx:
            client = await tx.get(Client, client_id, lock=True)
            client.given_name = name
            tx.publish(ClientChanged(client_id=client.id), about=client)
    await change_a_client(database)
    newest = [(await written(database))[place].id for place in (2, 3)]
    async with Ear() as ear:
        await Relay(database.url, ear.broker).send_batch(connection)
    await history.purge(database)
    assert await count(database, "event_log") == 4, "nothing is old yet"
    log = Base.metadata.tables["event_log"]
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(update(log).values(sent_at=func.now() - history.KEEP_SENT - timedelta(hours=1)))
    await history.purge(database)
    assert [envelope.id for envelope in await written(database)] == newest
    await history.purge(database)
    assert [envelope.id for envelope in await written(database)] == newest


LAST_ID = 2**128 - 1


async def test_marks_and_keys_are_forgotten_in_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "BATCH", 3)
    inbox, keys = Base.metadata.tables["inbox"], Base.metadata.tables["idempotency_key"]
    old = datetime.now(UTC) - history.KEEP_APPLIED - timedelta(hours=1)
    async with database.transaction(SYSTEM) as tx:
        for number in range(8):
            # Of no month, as ids of ours are not.
            mark = {"event_id": UUID(int=LAST_ID - number), "consumer": "a"}
            await tx.session.execute(inbox.insert().values(**mark, **({"applied_at": old} if number < 7 else {})))
            key = {"caller": "a", "key": str(number), "request_hash": b""}
            await tx.session.execute(keys.insert().values(**key, **({"made_at": old} if number < 7 else {})))
    await history.purge(database)
    async with database.transaction(SYSTEM) as tx:
        assert await tx.all(select(inbox.c.event_id)) == [UUID(int=LAST_ID - 7)]
        assert await tx.all(select(keys.c.key)) == ["7"]


async def test_no_database_is_open_to_another_service(databases: Databases) -> None:
    """Each service owns its database; another service's role cannot even connect."""
    url = await databases("caseload")
    intruder = Database(url.replace("//caseload:", "//roster:"), MetaData())
    with pytest.raises(Exception, match="permission denied for database"):
        async with intruder.engine.connect():
            pass
    await intruder.close()


class Verbose(ClientChanged):
    told: str


async def test_a_change_that_tells_more_than_an_event_holds_is_refused_whole(database: Database) -> None:
    async def change(length: int) -> None:
        async with database.transaction(SYSTEM) as tx:
            client = a_client(tx)
            tx.add(client)
            tx.publish(Verbose(client_id=client.id, told="x" * length), about=client)

    with pytest.raises(EventTooLarge):
        await change(MAX_EVENT_BYTES)
    assert await written(database) == []
    assert await count(database, "client") == 0
    await change(MAX_EVENT_BYTES - 1000)
    assert await count(database, "client") == 1
