"""One running service with something of everything in it, and what of it must stay with whom."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from uuid6 import uuid7

from services.common import watching
from services.common.auth import SYSTEM, Persona
from services.common.service import Service
from services.common.tables import PLATFORM_TABLES
from tests.access.operations import SERVICES
from tests.running import NURSE, OTHER_TEAM, STRANGER, TEAM, Databases, Running, running, written

GUEST = "gareth@council.example"
AT_THE_SURGERY = "meera@surgery.example"
PRINT = """select count(*), md5(string_agg(t::text, '|' order by t::text)) from "{table}" t"""


@dataclass
class World:
    """`ids` are the team's own objects by the path parameters that name them, `bodies` a whole body for each operation.

    `secrets` are texts that tell something: `person` who a client is, `number` an NHS number, `client` a client's id,
    `words` what was written about a client, `shared` what a client lets a guest read, `practice` what is
    written to and fro with a surgery, `staff` who a colleague is.
    """

    system: Running
    service: Service
    ids: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, set[str]] = field(default_factory=dict)
    clients: dict[Any, Any] = field(default_factory=dict)

    async def caller(self, who: Persona | None) -> Any:
        """Somebody of this persona: the team's own nurse, or a guest, or nobody."""
        if who not in self.clients:
            outside = {Persona.SOCIAL_WORKER: GUEST, Persona.PRACTICE: AT_THE_SURGERY}
            subject = {None: None, Persona.NURSE: NURSE, **outside}.get(who, uuid7())
            self.clients[who] = await self.system.client(self.service.name, subject, who or Persona.NURSE)
        return self.clients[who]

    async def stranger(self) -> Any:
        """A nurse of another team."""
        if STRANGER not in self.clients:
            self.clients[STRANGER] = await self.system.client(self.service.name, STRANGER)
        return self.clients[STRANGER]

    def unknown(self) -> dict[str, str]:
        """The ids of things that are not there."""
        return {name: str(uuid7()) if name.endswith("_id") else value for name, value in self.ids.items()}

    async def state(self) -> dict[str, str]:
        """A print of everything that is kept, and of the events that were written."""
        database = self.system.databases[self.service.name]
        kept = [table for table in database.metadata.tables if table not in PLATFORM_TABLES and "audit" not in table]
        async with database.transaction(SYSTEM) as tx:
            prints = {table: str(await tx.rows(text(PRINT.format(table=table)))) for table in kept}
        return prints | {"events": str(sorted(one.id for one in await written(database)))}


@asynccontextmanager
async def started(
    service: Service, databases: Databases, peers: Mapping[str, FastAPI] | None = None, **own: Any
) -> AsyncIterator[World]:
    """The service, with settings of its own, one nurse in the team and one in another, beside neighbours that have
    nothing to tell."""
    neighbours = {name: FastAPI() for name in SERVICES if name not in (service.name, "identity")} | dict(peers or {})
    for app in neighbours.values():
        app.add_api_route("/inside/event-log", lambda: {"items": []})
    async with running(databases, service, peers=neighbours, **own) as system:
        await system.join(service.name)
        await system.join(service.name, team=OTHER_TEAM, employee=STRANGER)
        world = World(system, service)
        world.ids |= {"team_id": str(TEAM), "parked_id": await _parked(world), "event_id": await _heard(world)}
        world.bodies |= {
            "POST /v1/events/replay": {"event_ids": [str(uuid7())]},
            "POST /v1/parked-events/replay": {"state": "dead"},
            "POST /v1/read-models/rebuild": {"cursor": None},
        }
        yield world


async def _parked(world: World) -> str:
    """An event that could not be applied."""
    database, parked_id = world.system.databases[world.service.name], str(uuid7())
    row = {
        "id": parked_id,
        "event_id": uuid7(),
        "consumer": f"{world.service.name}.hr.team_membership.changed.v1",
        "body": b"{}",
        "reason": "failed",
        "attempts": 1,
        "first_error": "A fault",
        "last_error": "A fault",
        "parked_at": datetime.now(UTC),
    }
    async with database.transaction(SYSTEM) as tx:
        await tx.session.execute(tx.metadata.tables["parked_event"].insert().values(**row))
    return parked_id


async def _heard(world: World) -> str:
    """An event that the service has heard and applied."""
    member = {"team_id": str(OTHER_TEAM), "employee_id": str(uuid7()), "from_on": "2025-01-01"}
    heard = await world.system.deliver(world.service.name, "hr.team_membership.changed.v1", member)
    return str(heard.id)


@asynccontextmanager
async def world_of(name: str, databases: Databases) -> AsyncIterator[World]:
    """The world that the service's own tests make, or an empty one. What is looked after beside requests is seen to at
    its beginning, so that what changes later was asked for."""
    builder: Any = started
    if find_spec(f"tests.{name}.world") is not None:
        builder = import_module(f"tests.{name}.world").world
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "first_within", lambda _: 0)
        async with builder(SERVICES[name], databases) as world:
            yield world
