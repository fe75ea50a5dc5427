"""What a worker does with a job: take it, tell how far it is, and end it, once for each job."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.common import rulebook
from services.common.db import Transaction
from services.roster.domain.job import Account, Job, JobState, Standing, Told
from services.roster.domain.rule import RuleCode
from services.roster.store import jobs

Answer = dict[str, Any]
Tell = Callable[[Told], None]
# It runs with no transaction open. It gives its best so far soon after the event is set, and ends whatever it
# started when it is called off. A `ServiceError` is an answer; of whatever else it raises it is said to have died.
Run = Callable[[Job, Tell, asyncio.Event], Awaitable[Answer]]
# In the transaction that ends the job: what is to be kept of the answer is kept with it, or not at all.
Keep = Callable[[Transaction, Job, Answer], Awaitable[Answer]]


@dataclass(frozen=True)
class Handler:
    """How one kind of job is worked on."""

    run: Run
    keep: Keep | None = None


async def take(tx: Transaction, job_id: UUID) -> Job | None:
    """Begin to work on it, or begin again after whoever did before. None where there is nothing left to do."""
    job = await jobs.locked(tx, job_id)
    if job is None:
        return None
    return job if job.begin(tx.now) else None


async def tidy(tx: Transaction) -> None:
    """What waits in no queue, though it is not over, waits in it again.

    What was noted of the queue is forgotten, and in time what was asked and answered. Raises `NoRuleInForce`.
    """
    for job_id in await jobs.lost(tx):
        await jobs.enqueue(tx, job_id)
    await jobs.forget_notes(tx)
    (days,) = await rulebook.amounts(tx, tx.today, RuleCode.JOB_KEEP_DAYS)
    await jobs.forget_answers(tx, tx.now - timedelta(days=days))


async def tell_progress(tx: Transaction, job_id: UUID, attempt: int, account: Account) -> Standing:
    """Write what is new of it, and hear whether to go on."""
    return await jobs.write_progress(tx, job_id, attempt, account)


async def finish(
    tx: Transaction, job_id: UUID, attempt: int, account: Account, answer: Answer, keep: Keep | None = None
) -> bool:
    """The answer is there. Whether it was this attempt's to end: of several only the last one is."""
    job = await _mine(tx, job_id, attempt, account)
    if job is None:
        return False
    is_wanted = keep is not None and job.cancel_asked_at is None
    job.finish(await keep(tx, job, answer) if keep and is_wanted else answer, tx.now)
    return True


async def fail(tx: Transaction, job_id: UUID, attempt: int, account: Account, code: str) -> bool:
    """There is no answer but the best so far. Whether it was this attempt's to end."""
    job = await _mine(tx, job_id, attempt, account)
    if job is not None:
        job.fail(code, tx.now)
    return job is not None


async def stopped(tx: Transaction, job_id: UUID, attempt: int, account: Account) -> bool:
    """Whoever worked on it stopped, as was asked, and had no answer yet."""
    job = await _mine(tx, job_id, attempt, account)
    if job is not None:
        job.stopped(tx.now)
    return job is not None


async def put_back(tx: Transaction, job_id: UUID, attempt: int) -> None:
    """Whoever worked on it has to go; the next takes it up as if nobody had."""
    job = await _mine(tx, job_id, attempt, None)
    if job is not None:
        job.put_back(tx.now)


async def _mine(tx: Transaction, job_id: UUID, attempt: int, account: Account | None) -> Job | None:
    """The job while this attempt works on it, with all that was told of it."""
    job = await jobs.locked(tx, job_id)
    if job is None or job.state != JobState.RUNNING or job.attempts != attempt:
        return None
    if account is not None:
        job.note(account)
    return job
