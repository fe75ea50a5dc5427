"""Jobs that are asked for in tests, and a worker in this very process."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

from services.common.auth import SYSTEM, Persona, Principal
from services.roster.domain.job import Job, JobKind
from services.roster.usecases import jobs
from services.roster.usecases.jobs import Handler
from services.roster.worker import Worker
from tests.roster.jobs.echo import HANDLERS
from tests.running import NURSE, TEAM, Running, until

RUTH = Principal(str(NURSE), Persona.NURSE, employee_id=NURSE)
QUICK = {"steps": 3, "pause": 0.05}
LONG = {"steps": 600, "pause": 0.05}


async def ask(roster: Running, question: Mapping[str, Any] = QUICK, kind: JobKind = JobKind.ROTA, **how: Any) -> UUID:
    async with roster.databases["roster"].transaction(RUTH) as tx:
        job = await jobs.ask(tx, team_id=TEAM, kind=kind, question=dict(question), **({"seconds": 5} | how))
    return job.id


async def now(roster: Running, job_id: UUID) -> Job:
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        return await jobs.read(tx, job_id)


async def over(roster: Running, job_id: UUID, seconds: float = 20) -> Job:
    """The job once it is over."""
    return await has(roster, job_id, lambda job: job.is_over, seconds)


async def has(roster: Running, job_id: UUID, holds: Any, seconds: float = 20) -> Job:
    async def look() -> Job | None:
        job = await now(roster, job_id)
        return job if holds(job) else None

    found: Job = await until(look, seconds)
    return found


@asynccontextmanager
async def working(
    roster: Running, handlers: Mapping[JobKind, Handler] = HANDLERS, slots: int = 1
) -> AsyncIterator[Worker]:
    """A worker; it is called off as the process would be."""
    worker = Worker(roster.databases["roster"], handlers, slots, lambda _: None)
    task = asyncio.create_task(worker.while_connected())
    try:
        yield worker
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
