"""Following a job: what changes of it is told as it changes, until it is over."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from uuid import UUID

from services.common.auth import Principal
from services.common.db import Database
from services.common.errors import NotFound
from services.roster.store import jobs
from services.roster.store.jobs import Glance

LOOK_SECONDS = 0.5
# A line without anything new, so that nobody on the way takes the silence for an end.
SIGN_OF_LIFE_SECONDS = 15.0
LONGEST_SECONDS = 600.0


async def follow(
    database: Database, actor: Principal, job_id: UUID, is_stopping: Callable[[], bool]
) -> AsyncIterator[Glance | None]:
    """The job as it stands and whenever that changes; None is a sign of life.

    Each look is a transaction of its own, by the teams that the caller belongs to then. It ends with the job, with
    the process, or after ten minutes.
    """
    begun = last = time.monotonic()
    told: Glance | None = None
    while True:
        try:
            async with database.transaction(actor) as tx:
                seen = await jobs.glance(tx, job_id)
        except NotFound:
            return
        if seen != told:
            told, last = seen, time.monotonic()
            yield seen
        elif time.monotonic() > last + SIGN_OF_LIFE_SECONDS:
            last = time.monotonic()
            yield None
        if seen.is_over or is_stopping() or time.monotonic() > begun + LONGEST_SECONDS:
            return
        await asyncio.sleep(LOOK_SECONDS)
