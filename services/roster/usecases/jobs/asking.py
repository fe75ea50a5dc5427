"""What a team may do with a job: ask for it, look at it, stop it."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.roster.domain.job import Job, JobKind
from services.roster.store import jobs


async def ask(
    tx: Transaction, *, team_id: UUID, kind: JobKind, question: dict[str, Any], seconds: int, seed: int = 1
) -> Job:
    """Ask for an answer that takes about so many seconds. It is worked on once this transaction has committed.

    Where the team asks the very same already, the same job is given. Raises `NotFound` for another's team.
    """
    await tx.require_team(team_id)
    job = Job.asked(team_id, kind, question, seconds=seconds, seed=seed, by=tx.actor.employee_id, now=tx.now)
    await tx.take_turns(f"job {team_id} {job.input_hash}")
    known = await jobs.asked_already(tx, job)
    if known is not None:
        return known
    tx.add(job)
    await tx.settle()
    await jobs.enqueue(tx, job.id)
    return job


async def read(tx: Transaction, job_id: UUID) -> Job:
    """Raises `NotFound`."""
    return await tx.get(Job, job_id)


async def cancel(tx: Transaction, job_id: UUID, if_match: int) -> Job:
    """One that waits is over at once, one that is worked on in a moment.

    Raises `NotFound`, `PreconditionFailed` or `JobOver`.
    """
    job = await tx.get(Job, job_id, lock=True)
    require_version(job, if_match)
    job.stop(tx.now)
    await tx.settle()
    return job
