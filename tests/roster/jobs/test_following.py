"""Following a job: told at once, with signs of life, by the teams that one belongs to at that moment."""

from typing import Any

import pytest
from sqlalchemy import text

from services.common.auth import SYSTEM
from services.roster.usecases import jobs
from services.roster.usecases.jobs import following
from tests.roster.jobs.asked import RUTH, ask
from tests.running import NURSE, Running


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Minutes are seconds here."""
    for name, seconds in (("LOOK_SECONDS", 0.02), ("SIGN_OF_LIFE_SECONDS", 0.1), ("LONGEST_SECONDS", 0.5)):
        monkeypatch.setattr(following, name, seconds)


async def seen(roster: Running, **how: Any) -> list[jobs.Glance | None]:
    is_stopping = how.get("is_stopping", lambda: False)
    return [one async for one in jobs.follow(roster.databases["roster"], RUTH, how["job_id"], is_stopping)]


async def test_silence_is_broken_by_signs_of_life_and_ends_in_time(roster: Running) -> None:
    first, *signs = await seen(roster, job_id=await ask(roster))
    assert first is not None
    assert first.state == "queued"
    assert 2 <= len(signs) <= 5
    assert set(signs) == {None}


async def test_a_process_that_ends_keeps_nobody_waiting(roster: Running) -> None:
    found = await seen(roster, job_id=await ask(roster), is_stopping=lambda: True)
    assert len(found) == 1


async def test_whoever_leaves_the_team_is_told_no_more(roster: Running) -> None:
    job_id, told = await ask(roster), []
    async for one in jobs.follow(roster.databases["roster"], RUTH, job_id, lambda: False):
        told.append(one)
        async with roster.databases["roster"].transaction(SYSTEM) as tx:
            leaving = text("update team_member set until_on = date '2025-02-01' where employee_id = :who")
            await tx.session.execute(leaving, {"who": NURSE})
    assert len(told) == 1
