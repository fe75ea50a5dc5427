"""What is forgotten of jobs that are over, and when."""

from sqlalchemy import text

from services.common.auth import SYSTEM
from services.roster.domain.job import JobKind
from services.roster.usecases import jobs
from tests.roster.jobs.asked import ask, now, over, working
from tests.roster.jobs.echo import HANDLERS
from tests.running import Running


async def test_what_was_noted_of_the_queue_is_forgotten_after_two_weeks(roster: Running) -> None:
    await ask(roster)
    counted = text("select count(*) from pgqueuer_log")
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        await jobs.tidy(tx)
        assert list(await tx.all(counted)) == [1]
        await tx.session.execute(text("update pgqueuer_log set created = created - interval '15 days'"))
        await jobs.tidy(tx)
        assert list(await tx.all(counted)) == [0]


async def test_what_was_asked_and_answered_is_forgotten_after_a_month_and_the_job_stays(roster: Running) -> None:
    old, new = await ask(roster, seed=1), await ask(roster, seed=2)
    waiting = await ask(roster, kind=JobKind.REPAIR)
    async with working(roster, {JobKind.ROTA: HANDLERS[JobKind.ROTA]}):
        ended = [await over(roster, one) for one in (old, new)]
    assert all(job.result for job in ended)
    aged = "update job set ended_at = clock_timestamp() - interval '{} days' where id = '{}'"
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        for days, job_id in ((31, old), (29, new)):
            await tx.session.execute(text(aged.format(days, job_id)))
        await jobs.tidy(tx)
    found = {job_id: await now(roster, job_id) for job_id in (old, new, waiting)}
    assert (found[old].state, found[old].input, found[old].result, found[old].progress) == ("done", {}, None, [])
    assert found[new].result == ended[1].result
    assert found[new].input
    assert found[waiting].input
