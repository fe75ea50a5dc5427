"""The events that the benchmarks send: hr tells of memberships, roster keeps its copy."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import aio_pika
import asyncpg
from opentelemetry import trace
from uuid6 import uuid7

from services.common import topology
from services.common.broker import Delivery, Outgoing
from services.common.db import Database
from services.common.events import Envelope
from services.common.inbox import Consumer
from services.common.membership import SUBSCRIPTION
from services.common.peers import Peers
from services.common.rabbit import RabbitBroker
from services.common.settings import ServiceSettings
from services.roster.domain.base import Base

EVENT = SUBSCRIPTION.event_name
QUEUE = topology.queue_of("roster", EVENT)
SECONDS = 120
FILL = """
    insert into outbox (id, type, subject, key, aggregate_version, envelope)
    select * from unnest($1::uuid[], $2::text[], $3::text[], $3::text[], $4::int[], $5::text[])
"""


def an_event() -> Envelope:
    member = uuid7()
    data = {
        "team_id": str(member),
        "employee_id": str(member),
        "role": "nurse",
        "from_on": "2026-01-05",
        "until_on": None,
    }
    return Envelope(
        source="/heatshield/hr",
        type=EVENT,
        subject=f"team_membership/{member}",
        aggregateversion=1,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        data=data,
    )


def bodies(count: int) -> list[Outgoing]:
    sealed = [an_event() for _ in range(count)]
    return [Outgoing(one.id, one.type, one.subject, one.model_dump_json(exclude_none=True).encode()) for one in sealed]


async def fill_outbox(connection: asyncpg.Connection, count: int) -> None:
    """So many events, written and waiting to leave."""
    rows = [an_event() for _ in range(count)]
    await connection.execute(
        FILL,
        [row.id for row in rows],
        [row.type for row in rows],
        [row.subject for row in rows],
        [row.aggregateversion for row in rows],
        [row.model_dump_json(exclude_none=True) for row in rows],
    )


def consumer(database: Database, url: str) -> Consumer:
    settings = ServiceSettings(database_url=url, app_env="test")
    peers = Peers("roster", settings, None)  # type: ignore[arg-type]
    return Consumer(QUEUE, SUBSCRIPTION, database, peers, trace.NoOpTracer(), shared_login="guest")


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not holds():  # noqa: ASYNC110  what is waited for offers no event
            await asyncio.sleep(0.002)


async def connected(url: str) -> RabbitBroker:
    broker = await RabbitBroker([url]).__aenter__()
    await until(lambda: broker._channel is not None)
    return broker


async def empty(url: str) -> None:
    async with await aio_pika.connect(url) as connection:
        await (await (await connection.channel()).get_queue(QUEUE)).purge()


Round = Callable[[], Awaitable[float]]


async def in_turn(rounds: int, **sides: Round) -> dict[str, list[float]]:
    """Each side once to warm up, then A B C A B C …"""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, side in sides.items():
            value = await side()
            if number:
                taken[name].append(value)
    return taken


async def rate(count: int, work: Callable[[], Awaitable[object]]) -> float:
    """Events a second."""
    started = time.perf_counter()
    await work()
    return count / (time.perf_counter() - started)


def ids(deliveries: Sequence[Delivery]) -> list[UUID]:
    return [UUID(json.loads(delivery.body)["id"]) for delivery in deliveries]


async def roster_database(url: str) -> Database:
    return Database(url, Base.metadata)
