"""What others do while a rota is published is waited for, and judged with it: nothing is lost and nothing slips by."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from services.common.auth import SYSTEM
from services.roster import usecases
from services.roster.domain.shift import NewShift
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import WEEK, Planning, day, state_of
from tests.roster.agreeing.test_publish import agreed, shifts
from tests.roster.facts import RUTH, SANDRA, a_shift, code
from tests.running import Running, owner, until

WAITING = "select count(*) from pg_locks where locktype = 'advisory' and not granted"


@asynccontextmanager
async def _meanwhile(roster: Running, **shift: Any) -> AsyncIterator[None]:
    """A shift that somebody plans, whose transaction ends when another waits for it."""
    database = roster.databases["roster"]
    async with owner(database.url) as looking, database.transaction(SYSTEM) as tx:
        await usecases.plan_shift(tx, NewShift.model_validate_json(json.dumps(a_shift(**shift))))
        await tx.settle()
        yield
        await until(lambda: looking.fetchval(WAITING))


async def test_a_shift_that_is_planned_meanwhile_is_judged_with_the_rota(
    roster: Running, planning: Planning, team: Team
) -> None:
    """Ruth is to begin at half past seven on Monday; on Sunday she has come to work until ten at night."""
    version = await agreed(planning, team)
    sunday = {"starts_at": f"{day(-1)}T14:00:00Z", "ends_at": f"{day(-1)}T22:00:00Z"}
    async with _meanwhile(roster, **sunday):
        publishing = asyncio.create_task(planning.tried(version, "publish", {}))
    refused = await publishing
    assert (refused.status_code, code(refused)) == (422, "breach_needs_ground")
    assert state_of(await planning.read(version)) == "agreed"
    assert await shifts(team.tom) == []


async def test_an_amendment_waits_for_whom_it_takes_a_duty_from(
    roster: Running, planning: Planning, team: Team
) -> None:
    published = await planning.done(await agreed(planning, team, *WEEK[:10], (SANDRA, 7, "E")), "publish", {})
    late = {"starts_at": f"{day(8)}T14:00:00Z", "ends_at": f"{day(8)}T22:00:00Z", "employee_id": SANDRA}
    async with _meanwhile(roster, **late):
        amending = asyncio.create_task(planning.amended(published, (SANDRA, 7, None)))
    assert (await amending).status_code == 201


async def test_of_a_swap_and_an_amendment_at_once_neither_is_lost(planning: Planning, team: Team) -> None:
    published = await planning.done(await agreed(planning, team), "publish", {})
    (given,) = [
        one for one in await shifts(team.tom) if one["employee_id"] == str(RUTH) and one["starts_at"].startswith(day(0))
    ]
    swap = {"id": given["id"], "team_id": given["team_id"], "gives": [given["id"]], "to_employee_id": str(SANDRA)}
    step = await team.ruth.post("/v1/swaps", json=swap)
    for nurse, verb, body in ((team.sandra, "accept", {}), (team.sandra, "check", None)):
        path = f"/v1/swaps/{swap['id']}/{verb}"
        step = await nurse.post(path, json=body, headers={"If-Match": step.headers["ETag"]})
        assert step.status_code == 200, step.text
    applying = team.ruth.post(f"/v1/swaps/{swap['id']}/apply", json={}, headers={"If-Match": step.headers["ETag"]})
    applied, amended = await asyncio.gather(applying, planning.amended(published, (RUTH, 2, None)))
    assert {200, 201} & {applied.status_code, amended.status_code}
    assert {applied.status_code, amended.status_code} <= {200, 201, 409, 412}, (applied.text, amended.text)
    works = {(one["employee_id"], one["starts_at"][:10]) for one in await shifts(team.tom)}
    assert ((str(SANDRA), day(0)) in works) == (applied.status_code == 200)
    assert ((str(RUTH), day(0)) in works) == (applied.status_code != 200)
    assert ((str(RUTH), day(2)) in works) == (amended.status_code != 201)
