"""From the start of a write to its effect in the other service, which is a process of its own, as it is in use."""

import asyncio
import gc
import multiprocessing
import statistics
import time
from multiprocessing.connection import Connection
from uuid import UUID

import uvloop
from sqlalchemy import select
from uuid6 import uuid7

from benchmarks.event_load import EVENT, QUEUE, connected, consumer, ids, roster_database
from benchmarks.report import Figure
from benchmarks.servers import Servers
from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.db import Database
from services.common.relay import Relay
from services.hr.domain.base import Base
from services.hr.domain.employee import Employee
from services.hr.domain.team_membership import NewTeamMembership, TeamMembership
from services.hr.events import TeamMembershipChanged


class Polling(Relay):
    """The relay without its wake-ups: it looks once a second."""

    def _wake(self, *_: object) -> None:
        """Sleep on."""


def applying(broker_url: str, database_url: str, results: Connection) -> None:
    """The other service: it notes when each event's transaction had committed, on the clock that both share."""
    gc.freeze()
    uvloop.run(_apply(broker_url, database_url, results))


async def _apply(broker_url: str, database_url: str, results: Connection) -> None:
    database = await roster_database(database_url)
    ours, broker = consumer(database, database_url), await connected(broker_url)
    noted: list[tuple[UUID, int]] = []

    async def apply(deliveries: list[Delivery]) -> None:
        await ours.deliver(deliveries)
        now = time.monotonic_ns()
        noted.extend((event_id, now) for event_id in ids(deliveries))

    await broker.subscribe(QUEUE, [EVENT], apply)  # type: ignore[arg-type]
    results.send("ready")
    await asyncio.to_thread(results.recv)
    results.send(noted)
    await broker.__aexit__()
    await database.close()


async def _somebody(database: Database) -> UUID:
    async with database.transaction(SYSTEM) as tx:
        employee = Employee(
            given_name="Tom", family_name="Bench", role="registered_nurse", title="Nurse", skills=[], changed_at=tx.now
        )
        tx.add(employee)
    return employee.id


async def _write(database: Database, employee_id: UUID, at: float, started: dict[UUID, int]) -> None:
    """One membership, as a route writes it: an aggregate and its event in one transaction."""
    await asyncio.sleep(max(0.0, at - time.monotonic()))
    begun = time.monotonic_ns()
    async with database.transaction(SYSTEM) as tx:
        about = {"id": uuid7(), "team_id": uuid7(), "employee_id": employee_id}
        new = NewTeamMembership.model_validate({**about, "role": "registered_nurse", "from_on": tx.today})
        membership = TeamMembership.begun(new, tx.now)
        tx.add(membership)
        told = new.model_dump(include={"team_id", "employee_id", "role", "from_on", "until_on"})
        tx.publish(TeamMembershipChanged(**told), about=membership)
        await tx.settle()
        event_id = tx._sealed[0].id
    started[event_id] = begun


async def _measured(servers: Servers, per_second: int, seconds: int, sender: type[Relay] = Relay) -> list[float]:
    """Milliseconds from the start of each write to the commit of its effect."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    told = (servers.rabbit.url, await servers.migrated("roster"), there)
    process = spawning.Process(target=applying, args=told, daemon=True)
    process.start()
    await asyncio.to_thread(here.recv)
    database, broker = Database(await servers.migrated("hr"), Base.metadata), await connected(servers.rabbit.url)
    sending = asyncio.create_task(sender(database.url, broker).run())
    started: dict[UUID, int] = {}
    warm, begin = per_second, time.monotonic() + 1
    employee_id = await _somebody(database)
    writes = [_write(database, employee_id, begin + n / per_second, started) for n in range(per_second * (seconds + 1))]
    await asyncio.gather(*writes)
    await _until_sent(database)
    here.send("done")
    applied = dict(await asyncio.to_thread(here.recv))
    process.join(10)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await broker.__aexit__()
    await database.close()
    return [(applied[event_id] - begun) / 1e6 for event_id, begun in list(started.items())[warm:]]


async def figures(servers: Servers, seconds: int) -> list[Figure]:
    found = []
    polled = await _measured(servers, 20, seconds, Polling)
    for per_second in (20, 200):
        taken = await _measured(servers, per_second, seconds)
        for name, share in (("p50", 50), ("p99", 99)):
            ours, theirs = _percentile(taken, share), _percentile(polled, share)
            found.append(Figure.of_times(f"latency_{name}_at_{per_second}", ours, theirs, "poll every second, at 20/s"))
    return found


async def _until_sent(database: Database) -> None:
    """And a little longer, for the last of them to be applied."""
    outbox = Base.metadata.tables["outbox"]
    waits = True
    while waits:
        async with database.transaction(SYSTEM) as tx:
            waits = bool(await tx.all(select(outbox.c.id).limit(1)))
        await asyncio.sleep(1)


def _percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100)[share - 1]
