"""A client who goes over to another team while somebody changes the plan: each change is whole, or refused."""

import asyncio
from uuid import UUID

from sqlalchemy import select

from services.common.auth import SYSTEM
from tests.caseload.story import a_plan, take_on
from tests.running import OTHER_TEAM, TEAM, Running


async def move(caseload: Running, plan_id: str, team: UUID) -> None:
    """The plan is another team's from now on."""
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        plan = tx.metadata.tables["care_plan"]
        await tx.session.execute(plan.update().where(plan.c.id == plan_id).values(team_id=team))


async def test_a_change_in_the_moment_of_going_over_is_made_whole_or_refused(caseload: Running) -> None:
    client = await take_on(caseload)
    plan = a_plan(client.episode_id)
    kept = await client.post("/v1/care-plans", plan)
    line_id = plan["lines"][0]["id"]
    path, version, words = f"/v1/care-plans/{plan['id']}/lines/{line_id}", kept["version"], kept["lines"][0]["words"]
    for turn in range(100):
        change = {"json": {"words": f"Layers: {turn}"}, "headers": {"If-Match": f'"{version}"'}}
        goes = move(caseload, plan["id"], OTHER_TEAM if turn % 2 == 0 else TEAM)
        answer, _ = await asyncio.gather(client.nurse.put(path, **change), goes)
        assert answer.status_code in (200, 404, 412), answer.text
        if answer.status_code == 200:
            version, words = answer.json()["version"], f"Layers: {turn}"
    read = await client.nurse.get(f"/v1/care-plans/{plan['id']}")
    assert (read.json()["version"], read.json()["lines"][0]["words"]) == (version, words)
    await move(caseload, plan["id"], OTHER_TEAM)
    gone = await client.nurse.put(path, json={"words": "Too late"}, headers={"If-Match": f'"{version}"'})
    assert gone.status_code == 404
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        line = tx.metadata.tables["care_plan_line"]
        assert await tx.all(select(line.c.words).where(line.c.id == line_id)) == [words]
