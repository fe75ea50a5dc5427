"""Whoever is called back leaves shifts: they are off, open to the others, and gone from the rota (row 6.05)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from services.roster.events import ShiftPlanned
from tests.roster.agreeing.made import Planning, day, id_of, on_duty
from tests.roster.facts import RUTH, SANDRA, TOM, code, pointer
from tests.roster.swapping.conftest import Team
from tests.roster.swapping.made import EARLY, MONDAY, planned, who_works
from tests.running import TEAM, Running, owner


async def recalled(roster: Running, who: UUID, last_on: str, *, leaves_team: bool = True) -> None:
    told = {"employee_id": str(who), "team_id": str(TEAM), "last_on": last_on, "leaves_team": leaves_team}
    await roster.deliver("roster", "hr.secondment.recalled.v1", told)


async def open_shifts(nurse: Any) -> list[tuple[str, str, str]]:
    items = (await nurse.get("/v1/open-shifts", params={"state": "open"})).json()["items"]
    return sorted((one["kind"], one["starts_at"], one["reason"]) for one in items)


async def offered_to(nurse: Any) -> set[str]:
    (one,) = (await nurse.get("/v1/open-shifts")).json()["items"]
    return {offer["employee_id"] for offer in (await nurse.get(f"/v1/open-shifts/{one['id']}")).json()["offers"]}


async def test_shifts_after_the_last_day_are_open_to_the_others(roster: Running, team: Team) -> None:
    await planned(team.ruth, SANDRA, 0)
    left = await planned(team.ruth, SANDRA, 1)
    await planned(team.ruth, SANDRA, 2, EARLY, kind="meeting")
    await planned(team.ruth, TOM, 2)
    before = len(await roster.published("roster", ShiftPlanned))
    await recalled(roster, SANDRA, str(MONDAY))
    days = (str(MONDAY + timedelta(days=number)) for number in range(3))
    first, second, third = days
    assert [(who, when[:10]) for who, when in await who_works(team.ruth, 0, 1, 2)] == sorted(
        [(str(SANDRA), first), (str(TOM), third)]
    )
    assert await open_shifts(team.ruth) == [("shift", f"{second}T07:30:00Z", "A secondee is called back")]
    assert await offered_to(team.ruth) == {str(RUTH), str(TOM)}
    told = [one.data for one in (await roster.published("roster", ShiftPlanned))[before:]]
    assert [one["status"] for one in told] == ["cancelled"] * 2
    assert left in {one["shift_id"] for one in told}


async def test_told_again_it_changes_nothing(roster: Running, team: Team) -> None:
    await planned(team.ruth, SANDRA, 1)
    for _ in range(2):
        await recalled(roster, SANDRA, str(MONDAY))
    assert len(await open_shifts(team.ruth)) == 1


async def test_whoever_stays_in_the_team_keeps_every_shift(roster: Running, team: Team) -> None:
    await planned(team.ruth, SANDRA, 1)
    await recalled(roster, SANDRA, str(MONDAY), leaves_team=False)
    assert len(await who_works(team.ruth, 1)) == 1
    assert await open_shifts(team.ruth) == []


async def test_a_published_rota_is_amended(roster: Running, team: Team) -> None:
    planning = await Planning.begun(team.ruth)
    proposed = await planning.proposed((RUTH, 0, "E"), (SANDRA, 1, "L"), (SANDRA, 5, "W"))
    alone = {"ground": {"kind": "emergency", "words": "Nobody else is there, and Sandra's check is under way"}}
    await planning.done(proposed, "publish", {"urgency": "Monday has nobody"} | alone)
    await recalled(roster, SANDRA, day(3))
    versions = (await team.ruth.get(f"/v1/rotas/{planning.rota['id']}/versions")).json()["items"]
    newest = max(versions, key=lambda version: int(version["number"]))
    assert (newest["state"], newest["reason"]) == ("published", "recall")
    now = await team.ruth.get(f"/v1/rota-versions/{newest['id']}")
    assert on_duty(now) == {(str(RUTH), day(0), "E"), (str(SANDRA), day(1), "L")}
    assert [kind for kind, _, _ in await open_shifts(team.ruth)] == ["on_call", "shift"]


async def test_a_rota_that_is_not_published_yet_gives_nobody_a_duty_who_has_left(roster: Running, team: Team) -> None:
    planning = await Planning.begun(team.ruth)
    proposed = await planning.proposed((RUTH, 0, "E"), (SANDRA, 1, "L"), (SANDRA, 5, "W"))
    async with owner(roster.databases["roster"].url) as connection:
        until_on = "update team_member set until_on = $1 where employee_id = $2"
        await connection.execute(until_on, MONDAY + timedelta(days=3), SANDRA)
    urgent = {"urgency": "Monday has nobody", "ground": {"kind": "emergency", "words": "Nobody else"}}
    refused = await planning.tried(proposed, "publish", urgent)
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "duty_of_leaver", "/path/rota_version_id")
    assert refused.json()["detail"] == f"Employee {SANDRA} has a duty on {day(5)}, and is not in the team then."
    without = await planning.drafted((SANDRA, 5, None), from_version_id=id_of(proposed))
    published = await planning.done(without, "publish", urgent)
    assert on_duty(published) == {(str(RUTH), day(0), "E"), (str(SANDRA), day(1), "L")}
