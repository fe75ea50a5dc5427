"""Jobs: asked for, worked on once, stopped, and read by their own team."""

import asyncio
import json
import os
import time
from typing import Any

import pytest
from sqlalchemy import text
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.common.db import Transaction
from services.common.errors import NotFound
from services.roster.domain.job import MOST_PROGRESS, Account, Job, JobKind, JobState, Told
from services.roster.domain.known import ClientNotInCare
from services.roster.usecases import jobs
from services.roster.usecases.jobs import Handler
from tests.roster.facts import code
from tests.roster.jobs.asked import LONG, QUICK, RUTH, ask, has, now, over, working
from tests.roster.jobs.echo import HANDLERS, count
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running


async def queued(roster: Running) -> list[str]:
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        return [str(key) for key in await tx.all(text("select dedupe_key from pgqueuer order by id"))]


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody, at = await roster.client("roster", None), f"/v1/jobs/{await ask(roster)}"
    for answer in (await nobody.get(at), await nobody.get(f"{at}/events"), await nobody.post(f"{at}/cancel")):
        assert answer.status_code == 401


async def test_a_question_is_answered_and_told_on_the_way(roster: Running, nurse: Any) -> None:
    job_id = await ask(roster, seed=7)
    waiting = (await nurse.get(f"/v1/jobs/{job_id}")).json()
    assert (waiting["state"], waiting["attempts"], waiting["progress"]) == ("queued", 0, [])
    async with working(roster):
        await over(roster, job_id)
    answer = await nurse.get(f"/v1/jobs/{job_id}")
    told = answer.json()
    assert (told["state"], told["result"], told["attempts"], told["seed"]) == ("done", {"came_to": 3}, 1, 7)
    assert (told["best"], told["bound"], told["elapsed_milliseconds"]) == (97, 1, 300)
    assert [line["best"] for line in told["progress"]] == [99, 98, 97]
    assert told["started_at"] <= told["ended_at"]
    assert answer.headers["ETag"] == f'"{told["version"]}"'
    assert "input" not in told


async def test_a_request_that_is_undone_leaves_no_job(roster: Running) -> None:
    async def undone() -> None:
        async with roster.databases["roster"].transaction(RUTH) as tx:
            await jobs.ask(tx, team_id=TEAM, kind=JobKind.ROTA, question=QUICK, seconds=5)
            raise ClientNotInCare

    with pytest.raises(ClientNotInCare):
        await undone()
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        assert await tx.all(text("select id from job")) == []
    assert await queued(roster) == []


async def test_the_same_question_is_worked_on_once(roster: Running) -> None:
    first, again = await asyncio.gather(ask(roster), ask(roster))
    assert first == again
    other = await ask(roster, seed=2)
    assert await queued(roster) == [str(first), str(other)]
    async with working(roster):
        await over(roster, first)
        await over(roster, other)
    assert await ask(roster) not in (first, other), "what is over is asked anew"


async def test_another_teams_job_is_not_there(roster: Running) -> None:
    job_id, stranger = await ask(roster), await roster.client("roster", STRANGER)
    at = f"/v1/jobs/{job_id}"
    for answer in (
        await stranger.get(at),
        await stranger.get(f"{at}/events"),
        await stranger.post(f"{at}/cancel", headers={"If-Match": '"1"'}),
    ):
        assert (answer.status_code, code(answer)) == (404, "not_found")
    with pytest.raises(NotFound):
        async with roster.databases["roster"].transaction(RUTH) as tx:
            await jobs.ask(tx, team_id=OTHER_TEAM, kind=JobKind.ROTA, question=QUICK, seconds=5)


async def test_what_waits_is_cancelled_at_once_and_what_is_over_is_not(roster: Running, nurse: Any) -> None:
    job_id = await ask(roster, LONG)
    at = f"/v1/jobs/{job_id}/cancel"
    assert (await nurse.post(at, headers={"If-Match": '"7"'})).status_code == 412
    answer = await nurse.post(at, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    again = await nurse.post(at, headers={"If-Match": answer.headers["ETag"]})
    assert (again.status_code, code(again)) == (409, "job_over")
    async with working(roster):
        later = await ask(roster)
        await over(roster, later)
    assert (await now(roster, job_id)).attempts == 0


@pytest.mark.parametrize("is_deaf", [False, True])
async def test_a_cancelled_job_ends_its_child_within_a_second(roster: Running, nurse: Any, is_deaf: bool) -> None:
    job_id = await ask(roster, LONG | {"deaf": is_deaf})
    async with working(roster):
        job = await has(roster, job_id, lambda one: one.result is not None)
        assert job.result is not None
        begun, tag = time.monotonic(), {"If-Match": f'"{job.version}"'}
        answer = await nurse.post(f"/v1/jobs/{job_id}/cancel", headers=tag)
        assert (answer.status_code, answer.json()["state"]) == (200, "running")
        ended = await over(roster, job_id)
        assert time.monotonic() - begun < 1.5
    assert ended.state == JobState.CANCELLED
    assert not is_alive(job.result["pid"])


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_two_workers_never_run_one_job_at_once(roster: Running) -> None:
    asked = [await ask(roster, seed=seed) for seed in range(1, 9)]
    at_once: list[str] = []

    async def counted(job: Job, tell: jobs.Tell, stop: asyncio.Event) -> dict[str, Any]:
        assert str(job.id) not in at_once
        at_once.append(str(job.id))
        await asyncio.sleep(0.05)
        return {}

    handlers = {JobKind.ROTA: Handler(counted)}
    async with working(roster, handlers), working(roster, handlers, slots=2):
        ended = [await over(roster, one) for one in asked]
    assert [(job.state, job.attempts) for job in ended] == [("done", 1)] * 8
    assert sorted(at_once) == sorted(map(str, asked))


async def test_a_worker_works_on_as_many_as_it_has_slots(roster: Running) -> None:
    asked = [await ask(roster, seed=seed) for seed in range(1, 5)]
    now_running, most = 0, 0

    async def counted(job: Job, tell: jobs.Tell, stop: asyncio.Event) -> dict[str, Any]:
        nonlocal now_running, most
        now_running += 1
        most = max(most, now_running)
        await asyncio.sleep(0.1)
        now_running -= 1
        return {}

    async with working(roster, {JobKind.ROTA: Handler(counted)}, slots=1):
        for one in asked:
            await over(roster, one)
    assert most == 1


async def test_a_refusal_is_the_answer_and_is_not_tried_again(roster: Running) -> None:
    job_id = await ask(roster, kind=JobKind.WHY)
    async with working(roster):
        job = await over(roster, job_id)
    assert (job.state, job.failure_code, job.attempts, job.result) == ("failed", "client_not_in_care", 1, None)


async def test_after_the_third_death_a_job_ends_with_the_best_and_says_that_it_is_unfinished(roster: Running) -> None:
    job_id = await ask(roster, {"steps": 9, "pause": 0.02, "dies_at": 4})
    async with working(roster):
        job = await over(roster, job_id)
    assert (job.state, job.failure_code, job.attempts) == ("done", None, 4)
    assert (job.best, (job.result or {}).get("came_to"), (job.result or {}).get("unfinished")) == (96, 4, "solver_died")


async def test_after_the_third_death_a_job_without_anything_found_has_failed(roster: Running) -> None:
    async def die(job: Job, tell: jobs.Tell, stop: asyncio.Event) -> dict[str, Any]:
        raise RuntimeError

    job_id = await ask(roster)
    async with working(roster, {JobKind.ROTA: Handler(die)}):
        job = await over(roster, job_id)
    assert (job.state, job.failure_code, job.attempts, job.result) == ("failed", "solver_died", 3, None)


async def test_what_is_kept_of_an_answer_is_kept_with_the_end_of_the_job(roster: Running) -> None:
    async def keep(tx: Transaction, job: Job, answer: dict[str, Any]) -> dict[str, Any]:
        if job.seed == 2:
            raise ClientNotInCare
        await tx.session.execute(text("update team_member set version = 9 where employee_id = :who"), {"who": STRANGER})
        return answer | {"kept": True}

    good, bad = await ask(roster, seed=1), await ask(roster, seed=2)
    async with working(roster, {JobKind.ROTA: Handler(count, keep)}):
        ended = [await over(roster, one) for one in (good, bad)]
    assert [(one.state, one.failure_code) for one in ended] == [("done", None), ("failed", "client_not_in_care")]
    assert (ended[0].result or {}).get("kept") is True
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        kept = await tx.all(text(f"select version from team_member where employee_id = '{STRANGER}'"))
    assert list(kept) == [9]


async def test_a_worker_that_has_to_go_puts_back_what_it_has_begun(roster: Running) -> None:
    job_id = await ask(roster, LONG)
    async with working(roster):
        job = await has(roster, job_id, lambda one: one.result is not None)
    assert job.result is not None
    put_back = await now(roster, job_id)
    assert (put_back.state, put_back.attempts) == ("queued", 0)
    assert not is_alive(job.result["pid"])
    assert await queued(roster) == [str(job_id)]
    async with working(roster):
        await has(roster, job_id, lambda one: one.state == JobState.RUNNING)


async def test_a_job_that_is_in_no_queue_is_found_again(roster: Running) -> None:
    job_id = await ask(roster)
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        await tx.session.execute(text("delete from pgqueuer"))
        await tx.session.execute(text("update job set changed_at = changed_at - interval '2 minutes'"))
    async with working(roster):
        assert (await over(roster, job_id)).state == JobState.DONE


async def test_only_the_newest_attempt_ends_a_job(roster: Running) -> None:
    job_id, database = await ask(roster), roster.databases["roster"]
    for attempt in (1, 2):
        async with database.transaction(SYSTEM) as tx:
            taken = await jobs.take(tx, job_id)
            assert taken is not None
            assert taken.attempts == attempt
    async with database.transaction(SYSTEM) as tx:
        account = Account()
        account.hear(Told(1.0, best=1))
        assert not (await jobs.tell_progress(tx, job_id, 1, account)).is_mine
        assert not await jobs.finish(tx, job_id, 1, Account(), {"from": "the first"})
        assert not await jobs.fail(tx, job_id, 1, Account(), "solver_died")
        assert await jobs.finish(tx, job_id, 2, Account(), {"from": "the second"})
    async with database.transaction(SYSTEM) as tx:
        assert await jobs.take(tx, job_id) is None
        assert not await jobs.finish(tx, job_id, 2, Account(), {"from": "the second again"})
    assert (await now(roster, job_id)).result == {"from": "the second"}


async def test_progress_is_written_without_a_new_version(roster: Running) -> None:
    job_id, database = await ask(roster), roster.databases["roster"]
    async with database.transaction(SYSTEM) as tx:
        await jobs.take(tx, job_id)
    version, account = (await now(roster, job_id)).version, Account()
    for step in range(MOST_PROGRESS + 20):
        account.hear(Told(seconds=step, best=1000 - step))
    async with database.transaction(SYSTEM) as tx:
        standing = await jobs.tell_progress(tx, job_id, 1, account)
    assert (standing.is_mine, standing.is_to_stop) == (True, False)
    job = await now(roster, job_id)
    assert (job.version, len(job.progress), job.best) == (version, MOST_PROGRESS, 931)
    assert (job.progress[0]["best"], job.progress[-1]["best"]) == (1000, 931), "the first stays"


async def test_a_job_is_followed_until_it_is_over(roster: Running, nurse: Any) -> None:
    job_id = await ask(roster, {"steps": 30, "pause": 0.1})
    async with working(roster, HANDLERS):
        answer = await nurse.get(f"/v1/jobs/{job_id}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")
    events = [json.loads(line.removeprefix("data: ")) for line in answer.text.splitlines() if line.startswith("data")]
    assert len(events) > 3
    assert events[-1]["state"] == "done"
    assert {"running"} <= {one["state"] for one in events}
    bests = [one["best"] for one in events if one["best"] is not None]
    assert bests == sorted(bests, reverse=True)
    assert bests[-1] == 70
    whole = await nurse.get(f"/v1/jobs/{job_id}/events")
    assert whole.text.count("event: job") == 1, "what is over ends at once"


async def test_a_job_that_is_not_there_is_not_followed(nurse: Any) -> None:
    answer = await nurse.get(f"/v1/jobs/{uuid7()}/events")
    assert (answer.status_code, code(answer)) == (404, "not_found")
