"""An event for tests of the plumbing: caseload tells that a client changed, and somebody hears it."""

from collections.abc import Awaitable, Callable
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import func, select
from uuid6 import uuid7

from services.caseload.domain.base import Base
from services.caseload.domain.client import Client
from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.db import Database, Transaction
from services.common.events import Envelope, Event
from services.common.inbox import Consumer, Subscription
from services.common.peers import Peers
from tests.running import TEAM, settings_for
from tests.tracing import no_tracer

QUEUE = "test.queue"


class ClientChanged(Event):
    name: ClassVar[str] = "caseload.client.changed.v1"

    client_id: UUID


class ReadsIt(BaseModel):
    client_id: UUID


def a_client(tx: Transaction) -> Client:
    return Client(team_id=TEAM, given_name="Edith", family_name="Marlowe", changed_at=tx.now)


async def change_a_client(database: Database, *, fail: bool = False) -> UUID:
    """A change and its event, in one transaction."""
    async with database.transaction(SYSTEM) as tx:
        client = a_client(tx)
        tx.add(client)
        tx.publish(ClientChanged(client_id=client.id), about=client)
        if fail:
            raise RuntimeError("on the way")
    return client.id


def an_envelope(**data: Any) -> Envelope:
    return Envelope(
        source="/heatshield/caseload",
        type=ClientChanged.name,
        subject=f"client/{uuid7()}",
        aggregateversion=1,
        data={"client_id": str(uuid7()), **data},
    )


def as_sent(*envelopes: Envelope, sender: str | None = None) -> list[Delivery]:
    return [Delivery(envelope.model_dump_json(exclude_none=True).encode(), sender) for envelope in envelopes]


def consumer(
    database: Database, apply: Callable[..., Awaitable[None]], ask: Any = None, *, shared_login: str = ""
) -> Consumer:
    subscription = Subscription(ClientChanged.name, ReadsIt, apply, ask)
    peers = Peers("test", settings_for(database.url), None)  # type: ignore[arg-type]
    return Consumer(QUEUE, subscription, database, peers, no_tracer(), shared_login)


async def add_one(tx: Transaction, fact: ReadsIt) -> None:
    tx.add(a_client(tx))


async def nothing(tx: Transaction, fact: ReadsIt) -> None:
    """A consumer without an effect."""


async def count(database: Database, name: str) -> int:
    async with database.transaction(SYSTEM) as tx:
        return (await tx.session.execute(select(func.count()).select_from(Base.metadata.tables[name]))).scalar_one()


async def parked(database: Database) -> list[Any]:
    """What is parked, oldest first."""
    table = Base.metadata.tables["parked_event"]
    async with database.transaction(SYSTEM) as tx:
        return list(await tx.rows(select(table).order_by(table.c.id)))
