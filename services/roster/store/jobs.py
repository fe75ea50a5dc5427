"""The queue of jobs, and what is written of one while it is worked on."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import cast
from uuid import UUID

from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.queries import Queries
from sqlalchemy import Executable, Table, select, text
from sqlmodel import col

from services.common.db import Transaction
from services.common.errors import NotFound
from services.roster.domain.job import OVER, Account, Job, JobState, Standing

# The one thing that waits in the queue: the id of a job.
ENTRYPOINT = "job"
JOBS = cast(Table, Job.__table__)  # type: ignore[attr-defined]
LOST = text("""
    select id from job where state in ('queued', 'running')
    and not exists (select from pgqueuer q where q.dedupe_key = job.id::text and q.status in ('queued', 'picked'))
    and changed_at < clock_timestamp() - interval '1 minute'
    order by id limit 100
""")
WAITING = text("""
    select count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'running') as running,
           min(changed_at) filter (where state = 'queued') as oldest_at
    from job where state in ('queued', 'running')
""")

# The queue notes each step of each job, and counts them by the second.
NOTES = ("pgqueuer_log", "pgqueuer_statistics")
FORGET = "delete from {} where created < clock_timestamp() - interval '14 days'"

FORGET_ANSWERS = text("""
    update job set input = '{}', result = null, progress = '[]' where id in (
        select id from job where ended_at < :before and input <> '{}'::jsonb order by ended_at limit :batch)
""")
BATCH = 200


async def enqueue(tx: Transaction, job_id: UUID) -> None:
    """Let it be worked on once this transaction has committed; one that waits already does not wait twice."""
    queue = Queries(AsyncpgDriver(await tx.connected.driver()))
    await queue.enqueue(ENTRYPOINT, str(job_id).encode(), dedupe_key=str(job_id), on_conflict="skip")


async def lost(tx: Transaction) -> list[UUID]:
    """Jobs that are not over and wait in no queue: whoever worked on them took them along."""
    return list(await tx.all(LOST))


async def waiting(tx: Transaction) -> tuple[int, int, datetime | None]:
    """How many jobs nobody works on yet, how many are worked on, and since when the first of those that wait has."""
    (row,) = await tx.rows(WAITING)
    return row.queued, row.running, row.oldest_at


async def forget_notes(tx: Transaction) -> None:
    """Two weeks are long enough to see how the queue went."""
    for table in NOTES:
        await tx.session.execute(text(FORGET.format(table)))


async def forget_answers(tx: Transaction, before: datetime) -> None:
    """The question and the answer of jobs that ended before, some at a time; that there was one stays."""
    await tx.session.execute(FORGET_ANSWERS, {"before": before, "batch": BATCH})


async def asked_already(tx: Transaction, like: Job) -> Job | None:
    """The same question of the same team, while it is waited for or worked on and nobody has stopped it."""
    wanted = select(Job).where(
        col(Job.team_id) == like.team_id,
        col(Job.kind) == like.kind,
        col(Job.input_hash) == like.input_hash,
        col(Job.state).in_((JobState.QUEUED, JobState.RUNNING)),
        col(Job.cancel_asked_at).is_(None),
    )
    found = await tx.all(wanted)
    return found[0] if found else None


@dataclass(frozen=True)
class Glance:
    """A job without its question and its answer, which may be long."""

    version: int
    state: str
    attempts: int
    best: int | None
    bound: int | None
    elapsed_milliseconds: int | None
    cancel_asked_at: datetime | None
    failure_code: str | None

    @property
    def is_over(self) -> bool:
        return self.state in OVER


async def glance(tx: Transaction, job_id: UUID) -> Glance:
    """Raises `NotFound` for another team's."""
    columns = [JOBS.c[one.name] for one in fields(Glance)]
    found = await tx.rows(select(*columns).where(JOBS.c.id == job_id, await tx.visible(Job)))
    if not found:
        raise NotFound("job")
    return Glance(*found[0])


async def locked(tx: Transaction, job_id: UUID) -> Job | None:
    """Held until the transaction ends; none where it is no more."""
    found = await tx.all(select(Job).where(col(Job.id) == job_id).with_for_update())
    return found[0] if found else None


async def write_progress(tx: Transaction, job_id: UUID, attempt: int, account: Account) -> Standing:
    """Write what is new, while the job is this attempt's; its version stays, for its state does."""
    mine = (JOBS.c.id == job_id, JOBS.c.state == JobState.RUNNING, JOBS.c.attempts == attempt)
    asked: Executable = select(JOBS.c.cancel_asked_at).where(*mine)
    if news := account.news():
        asked = JOBS.update().where(*mine).values(news).returning(JOBS.c.cancel_asked_at)
    found = await tx.rows(asked)
    return Standing(is_mine=bool(found), is_to_stop=bool(found) and found[0].cancel_asked_at is not None)
