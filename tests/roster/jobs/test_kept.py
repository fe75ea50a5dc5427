"""What comes of an answer: it is kept, or the job says that it was not, and is not worked on again for that."""

import asyncio
from typing import Any

from services.common.db import Transaction
from services.roster.domain.job import Job, JobKind, Told
from services.roster.usecases.jobs import Handler, Tell
from tests.roster.jobs.asked import ask, over, working
from tests.running import Running

VERY_DEAR = 2**40


async def test_an_answer_that_cannot_be_kept_is_a_failure_and_is_not_looked_for_again(roster: Running) -> None:
    begun: list[int] = []

    async def run(job: Job, tell: Tell, stop: asyncio.Event) -> dict[str, Any]:
        begun.append(job.attempts)
        return {}

    async def keep(tx: Transaction, job: Job, answer: dict[str, Any]) -> dict[str, Any]:
        raise KeyError("proposals")

    async with working(roster, {JobKind.ROTA: Handler(run, keep)}):
        job = await over(roster, await ask(roster))
    assert (job.state, job.failure_code, begun) == ("failed", "answer_not_kept", [1])


async def test_what_costs_more_than_thirty_two_bits_is_told(roster: Running) -> None:
    async def run(job: Job, tell: Tell, stop: asyncio.Event) -> dict[str, Any]:
        tell(Told(1.0, best=VERY_DEAR + 1, bound=VERY_DEAR, by="echo"))
        return {}

    async with working(roster, {JobKind.ROTA: Handler(run)}):
        job = await over(roster, await ask(roster))
    assert (job.state, job.best, job.bound) == ("done", VERY_DEAR + 1, VERY_DEAR)
