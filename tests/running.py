"""Services running inside a test: the real app on a real database, its neighbours reached without a port."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI
from sqlalchemy import make_url, select, union_all
from uuid6 import uuid7

from demo.careful import Careful
from demo.servers.postgres import owner_of
from services.common import events
from services.common.auth import SYSTEM, Persona
from services.common.broker import Delivery, InProcessBroker
from services.common.db import Database
from services.common.events import Envelope, Event
from services.common.service import Service
from services.common.settings import ServiceSettings
from tests.signing import CLIENT_KEY, Issuer

Databases = Callable[[str], Awaitable[str]]
TEAM = UUID("01938000-0000-7000-8000-00000000000a")
OTHER_TEAM = UUID("01938000-0000-7000-8000-00000000000b")
NURSE = UUID("01938000-0000-7000-8000-000000000001")
DEPUTY = UUID("01938000-0000-7000-8000-000000000002")
STRANGER = UUID("01938000-0000-7000-8000-000000000009")


async def until(holds: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait until this holds, and give what it gave. Raises `TimeoutError`."""
    async with asyncio.timeout(seconds):
        while True:
            found = holds()
            found = await found if inspect.isawaitable(found) else found
            if found:
                return found
            await asyncio.sleep(0.02)


def settings_for(url: str, kind: type[ServiceSettings] = ServiceSettings, **own: Any) -> ServiceSettings:
    return kind(database_url=url, database_pool_size=6, client_key=CLIENT_KEY, app_env="test", **own)


@asynccontextmanager
async def owner(url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner of a service's database, who sees every team's rows as a migration does."""
    made = make_url(url)
    at = made.set(drivername="postgresql", username=owner_of(str(made.username))).render_as_string(hide_password=False)
    connection = await asyncpg.connect(at, server_settings={"app.every_team": "on"})
    try:
        yield connection
    finally:
        await connection.close()


async def written(database: Database) -> list[Envelope]:
    """Every event that was written, in the order of writing: those on their way out and those that left."""
    outbox, log = database.metadata.tables["outbox"], database.metadata.tables["event_log"]
    either = union_all(*(select(table.c.seq, table.c.envelope) for table in (outbox, log))).subquery()
    async with database.transaction(SYSTEM) as transaction:
        rows = await transaction.all(select(either.c.envelope).order_by(either.c.seq))
    return [Envelope.model_validate_json(row) for row in rows]


@dataclass
class Running:
    """One running service, or several that share a broker, with a client for each caller."""

    apps: dict[str, FastAPI]
    databases: dict[str, Database]
    issuer: Issuer
    broker: InProcessBroker
    stack: AsyncExitStack
    extra: dict[str, Any] = field(default_factory=dict)

    async def client(
        self, service: str, subject: UUID | str | None, persona: Persona | str = "nurse", **claims: Any
    ) -> Any:
        """An HTTP client of somebody signed in, or of nobody where the subject is None. It is careful: give a request
        `auth=None` to send it as it is. `claims` replace those of the token."""
        transport = httpx.ASGITransport(app=self.apps[service], raise_app_exceptions=False)
        headers = {}
        if subject is not None:
            headers["Authorization"] = f"Bearer {self.issuer.token(str(subject), str(persona), service, **claims)}"
        at = f"http://{service}:8000"
        client = httpx.AsyncClient(transport=transport, base_url=at, headers=headers, auth=Careful())
        return await self.stack.enter_async_context(client)

    async def nurse(self, service: str) -> Any:
        return await self.client(service, NURSE)

    async def join(self, service: str, *, team: UUID = TEAM, employee: UUID = NURSE) -> None:
        """Make somebody a member in one service's copy, as the event from hr would."""
        member = self.databases[service].metadata.tables["team_member"]
        values = {"team_id": team, "employee_id": employee, "from_on": date(2025, 1, 1), "version": 1}
        async with self.databases[service].transaction(SYSTEM) as transaction:
            await transaction.session.execute(member.insert().values(**values))

    async def alter(self, service: str, statement: str) -> None:
        """Change a service's tables themselves, which the service may not."""
        async with owner(self.databases[service].url) as connection:
            await connection.execute(statement)

    async def published(self, service: str, event: type[Event] | None = None) -> list[Envelope]:
        """The events that the service wrote, oldest first, whether they have left or not."""
        sealed = await written(self.databases[service])
        return [envelope for envelope in sealed if event is None or envelope.type == event.name]

    async def deliver(self, service: str, name: str, data: dict[str, Any], *, version: int = 1) -> Envelope:
        """Hand a service an event of somebody else's, as the broker would."""
        source, subject = f"/heatshield/{events.owner(name)}", f"thing/{uuid7()}"
        envelope = Envelope(source=source, type=name, subject=subject, aggregateversion=version, data=data)
        await self.hand_over(service, envelope)
        return envelope

    async def hand_over(self, service: str, *envelopes: Envelope) -> None:
        """Hand a service these events of one type at once, through each of its queues for them."""
        lot = [Delivery(envelope.model_dump_json(exclude_none=True).encode()) for envelope in envelopes]
        for queue in self.broker._bindings[envelopes[0].type]:
            if queue.startswith(f"{service}."):
                await self.broker._handlers[queue](lot)


def _known(service: Service, own: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in own.items() if name in service.settings_type.model_fields}


@asynccontextmanager
async def running(
    databases: Databases, *services: Service, peers: Mapping[str, Any] | None = None, **own: Any
) -> AsyncIterator[Running]:
    """Run these services together. `peers` are ASGI apps at other addresses, by host name; `own` are settings that one
    of the services has for itself."""
    issuer, broker = Issuer(), InProcessBroker()
    around = {"identity": issuer.app(), **(peers or {})}
    mounts: dict[str, httpx.AsyncBaseTransport] = {}
    apps = {
        service.name: service.app(
            settings_for(
                await databases(service.name),
                service.settings_type,
                **_known(service, issuer.settings() | own if service.name == "identity" else own),
            ),
            broker=broker,
            mounts=mounts,
        )
        for service in services
    }
    mounts |= {f"all://{name}": httpx.ASGITransport(app=app) for name, app in {**around, **apps}.items()}
    async with AsyncExitStack() as stack:
        for app in apps.values():
            await stack.enter_async_context(app.router.lifespan_context(app))
        kept = {name: app.state.database for name, app in apps.items()}
        yield Running(apps, kept, issuer, broker, stack)
