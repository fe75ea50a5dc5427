"""Rest that is owed is had besides the rest that is due anyway, and whoever does not have it in time is seen to."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.common.events import Event
from services.roster.events import RestOverdue, RestSettled
from services.roster.usecases.resting import tell_of_overdue_rest
from tests.roster.agreeing.conftest import Team
from tests.roster.agreeing.made import TODAY, a_leave, day
from tests.roster.agreeing.test_placing import GROUND, at, placed
from tests.roster.facts import RUTH, a_shift, pointer
from tests.running import STRANGER, TEAM, Running

# A Tuesday three weeks ago or more, so that what was missed then was to be had by last week.
MISSED_ON = TODAY - timedelta(days=20 + TODAY.weekday())


async def owed(nurse: Any, **params: Any) -> list[tuple[int, bool]]:
    answer = await nurse.get("/v1/rest-owed", params=params)
    assert answer.status_code == 200, answer.text
    return [(one["taken_minutes"], one["settled_at"] is not None) for one in answer.json()["items"]]


async def look(roster: Running) -> int:
    return await tell_of_overdue_rest(roster.databases["roster"])


async def told(roster: Running, event: type[Event]) -> list[dict[str, Any]]:
    return [one.data for one in await roster.published("roster", event)]


def on(when: date, since: str, until: str, **changes: Any) -> dict[str, Any]:
    return a_shift(starts_at=f"{when}T{since}:00Z", ends_at=f"{when}T{until}:00Z", **changes)


async def test_the_rest_of_a_week_settles_nothing_that_is_owed(team: Team) -> None:
    """From Saturday at two to Monday at one are the eleven and the 24 hours that are due; an hour more is one."""
    long = {"unpaid_break_minutes": 180, "ground": GROUND}
    await placed(team, at(0, "14:00", "22:00"), at(1, "07:00", "14:00", ground=GROUND))
    for number in range(2, 6):
        assert (await placed(team, at(number, "01:00", "14:00", **long))).status_code == 201
    assert await owed(team.ruth) == [(0, False)]
    monday = at(7, "01:00", "14:00", **long)
    assert (await placed(team, monday)).status_code == 201
    assert await owed(team.ruth) == [(0, False)]
    later = {"starts_at": f"{day(7)}T02:00:00Z", "ends_at": monday["ends_at"]} | long
    moved = await team.ruth.patch(f"/v1/shifts/{monday['id']}", json=later, headers={"If-Match": '"1"'})
    assert moved.status_code == 200, moved.text
    assert await owed(team.ruth) == [(60, False)]


@pytest.fixture
async def missed(team: Team) -> dict[str, Any]:
    """Ruth owed herself two hours since a Tuesday, and has been on leave from the next day on until now."""
    late = on(MISSED_ON - timedelta(days=1), "14:00", "22:00")
    early = on(MISSED_ON, "07:00", "13:00", ground=GROUND)
    assert (await placed(team, late, early)).status_code == 201
    days = {"from_on": str(MISSED_ON + timedelta(days=1)), "to_on": str(TODAY + timedelta(days=1))}
    leave = a_leave(RUTH, kind="sick", **days)
    assert (await team.ruth.post("/v1/leave", json=leave)).status_code == 201
    return {"shift": early, "leave": leave}


async def test_rest_that_is_not_had_by_its_day_is_told_of_once(
    roster: Running, team: Team, missed: dict[str, Any]
) -> None:
    assert await look(roster) == 1
    (found,) = await told(roster, RestOverdue)
    due_on = str(MISSED_ON + timedelta(days=14))
    assert {name: found[name] for name in ("team_id", "minutes", "taken_minutes", "due_on")} == {
        "team_id": str(TEAM),
        "minutes": 120,
        "taken_minutes": 0,
        "due_on": due_on,
    }
    assert str(RUTH) not in str(found), "whose it is stays with the team"
    assert await look(roster) == 0
    assert len(await told(roster, RestOverdue)) == 1
    assert await told(roster, RestSettled) == []


async def test_what_is_overdue_is_listed_by_itself(roster: Running, team: Team, missed: dict[str, Any]) -> None:
    await placed(team, at(0, "14:00", "22:00"), at(1, "07:00", "13:00", ground=GROUND))
    assert len(await owed(team.tom)) == 2
    (late,) = (await team.tom.get("/v1/rest-owed", params={"overdue": True})).json()["items"]
    assert late["due_on"] == str(MISSED_ON + timedelta(days=14))
    assert len(await owed(team.tom, overdue=False)) == 1
    assert await owed(await roster.client("roster", STRANGER), overdue=True) == []
    refused = await team.tom.get("/v1/rest-owed", params={"overdue": "soon"})
    assert (refused.status_code, pointer(refused)) == (422, "/query/overdue")


async def test_its_end_is_told_of_when_it_was_had_at_last(roster: Running, team: Team, missed: dict[str, Any]) -> None:
    """She was not on leave after all: the days have passed as free ones."""
    await look(roster)
    back = f"/v1/leave/{missed['leave']['id']}/withdraw"
    assert (await team.ruth.post(back, headers={"If-Match": '"1"'})).status_code == 200
    assert await look(roster) == 1
    (found,) = await told(roster, RestSettled)
    assert (found["taken_minutes"], found["settled_at"] < found["overdue_at"]) == (120, True)
    assert await owed(team.ruth) == [(120, True)]
    assert await look(roster) == 0


async def test_its_end_is_told_of_when_it_is_owed_no_more(roster: Running, team: Team, missed: dict[str, Any]) -> None:
    await look(roster)
    off = await team.ruth.post(f"/v1/shifts/{missed['shift']['id']}/cancel", headers={"If-Match": '"1"'})
    assert off.status_code == 200, off.text
    assert len(await told(roster, RestSettled)) == 1
    assert await owed(team.ruth) == []
    assert await look(roster) == 0


async def test_what_was_had_in_time_is_never_told_of(roster: Running, team: Team) -> None:
    """Nothing was planned afterwards, so that nobody counted it, and the days have passed as free ones."""
    early = on(MISSED_ON, "07:00", "13:00", ground=GROUND)
    await placed(team, on(MISSED_ON - timedelta(days=1), "14:00", "22:00"), early)
    await roster.alter("roster", "update rest_owed set taken_minutes = 0, settled_at = null")
    assert await look(roster) == 0
    assert await owed(team.ruth) == [(120, True)]
    assert await told(roster, RestOverdue) == []
