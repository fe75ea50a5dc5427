"""Below the floor: who leaves takes the team below it, and whoever can help sees it eight weeks before."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.common.events import Event
from services.common.types import day_in_england
from services.roster.events import FloorFallen, FloorRestored
from services.roster.usecases.capacity import look_at_floors
from tests.roster.facts import RUTH, SANDRA, TOM, competency, contract, hear, pointer
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

MEMBERSHIP = "hr.team_membership.changed.v1"
TODAY = day_in_england(datetime.now(UTC))
# In the fourth week from now, a Wednesday.
LAST_DAY = TODAY + timedelta(days=23 - TODAY.weekday())
WEEK_AFTER = LAST_DAY - timedelta(days=2)


async def leaves(roster: Running, who: UUID, until_on: date | None, version: int = 2) -> None:
    until = None if until_on is None else str(until_on)
    told = {"team_id": str(TEAM), "employee_id": str(who), "from_on": "2025-01-01", "until_on": until}
    await roster.deliver("roster", MEMBERSHIP, told, version=version)


async def alerts(client: Any, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/floor-alerts", params={"team_id": str(TEAM), **params})
    assert answer.status_code == 200, answer.text
    return [{name: one[name] for name in ("skill", "week_on", "have", "need")} for one in answer.json()["items"]]


async def falls(roster: Running, event: type[Event]) -> list[dict[str, Any]]:
    """What was told of falls to one and a half whole-time equivalents."""
    return [one.data for one in await roster.published("roster", event) if one.data["have"] == 150]


@pytest.fixture
async def two_and_a_half(roster: Running) -> Running:
    """Two and a half whole-time equivalents."""
    for who, minutes in ((RUTH, 2250), (TOM, 2250), (SANDRA, 1125)):
        await hear(roster, contract(who, minutes))
    return roster


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    for path in ("/v1/team-floor", "/v1/floor-alerts"):
        assert (await nobody.get(path, params={"team_id": str(TEAM)})).status_code == 401


async def test_a_leaver_takes_the_team_below_two_whole_time_equivalents(two_and_a_half: Running) -> None:
    nurse = await two_and_a_half.nurse("roster")
    database = two_and_a_half.databases["roster"]
    seen = await look_at_floors(database, None)
    # Before its contracts were told, the team had nobody.
    assert await alerts(nurse, open=True) == []
    await leaves(two_and_a_half, TOM, LAST_DAY)
    found = (await nurse.get("/v1/team-floor", params={"team_id": str(TEAM)})).json()["weeks"]
    assert len(found) == 8
    assert [one["have"] for one in found] == [250, 250, 250, 150, 150, 150, 150, 150]
    assert [one["is_kept"] for one in found] == [True] * 3 + [False] * 5
    seen = await look_at_floors(database, seen)
    below = [{"skill": None, "week_on": str(WEEK_AFTER), "have": 150, "need": 200}]
    assert await alerts(await two_and_a_half.client("roster", "somebody", "heatshield"), open=True) == below
    (told,) = await falls(two_and_a_half, FloorFallen)
    assert told | below[0] | {"team_id": str(TEAM)} == told
    # It is told once, and no more once somebody stays or comes.
    await look_at_floors(database, None)
    assert await alerts(nurse, open=True) == below
    await leaves(two_and_a_half, TOM, None, version=3)
    await look_at_floors(database, seen)
    assert (await alerts(nurse, open=True), (await alerts(nurse, open=False))[:1]) == ([], below)
    assert len(await falls(two_and_a_half, FloorFallen)) == 1
    restored = await falls(two_and_a_half, FloorRestored)
    assert restored[-1] | told == restored[-1]


async def test_not_quite_two_is_below_two(roster: Running) -> None:
    await hear(roster, contract(RUTH, 2250))
    await hear(roster, contract(TOM, 2249))
    await look_at_floors(roster.databases["roster"], None)
    (found,) = await alerts(await roster.nurse("roster"), open=True)
    assert (found["have"], found["need"]) == (199, 200)


async def test_a_team_asks_more_of_itself_and_never_less(two_and_a_half: Running) -> None:
    nurse = await two_and_a_half.nurse("roster")
    for skill in (RUTH, TOM):
        said = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": str(skill), "skill": "catheter"}
        assert (await nurse.post("/v1/member-skills", json={**said, "from_on": str(TODAY)})).status_code == 201
    for skill, fewest in (("catheter", 2), (None, 100), ("bowel_care", 1)):
        floor = {"id": str(uuid7()), "team_id": str(TEAM), "skill": skill, "fewest": fewest, "from_on": str(TODAY)}
        assert (await nurse.post("/v1/staffing-floors", json=floor)).status_code == 201
    await leaves(two_and_a_half, RUTH, LAST_DAY)
    await look_at_floors(two_and_a_half.databases["roster"], None)
    found = {one["skill"]: (one["week_on"], one["have"], one["need"]) for one in await alerts(nurse, open=True)}
    assert found == {
        None: (str(WEEK_AFTER), 150, 200),
        "catheter": (str(WEEK_AFTER), 1, 2),
        "bowel_care": (str(TODAY - timedelta(days=TODAY.weekday())), 0, 1),
    }


async def test_an_assistant_counts_for_a_skill_by_hrs_word_alone(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await hear(roster, contract(SANDRA, 2250, role="assistant_practitioner"))
    said = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": str(SANDRA), "skill": "catheter"}
    assert (await nurse.post("/v1/member-skills", json={**said, "from_on": str(TODAY)})).status_code == 201
    floor = {"id": str(uuid7()), "team_id": str(TEAM), "skill": "catheter", "fewest": 1, "from_on": str(TODAY)}
    assert (await nurse.post("/v1/staffing-floors", json=floor)).status_code == 201

    async def kept() -> set[bool]:
        weeks = (await nurse.get("/v1/team-floor", params={"team_id": str(TEAM)})).json()["weeks"]
        return {one["is_kept"] for one in weeks if one["skill"] == "catheter" and one["week_on"] > str(TODAY)}

    assert await kept() == {False}
    await hear(roster, competency(SANDRA, "catheter"))
    assert await kept() == {True}


async def test_an_open_alert_follows_the_figures(two_and_a_half: Running) -> None:
    nurse, database = await two_and_a_half.nurse("roster"), two_and_a_half.databases["roster"]
    await leaves(two_and_a_half, TOM, LAST_DAY)
    await look_at_floors(database, None)
    sooner = LAST_DAY - timedelta(days=7)
    await leaves(two_and_a_half, TOM, sooner, version=3)
    await leaves(two_and_a_half, SANDRA, sooner)
    await look_at_floors(database, None)
    assert await alerts(nurse, open=True) == [
        {"skill": None, "week_on": str(sooner - timedelta(days=2)), "have": 100, "need": 200}
    ]


async def test_a_team_that_cannot_be_checked_stops_no_other(
    two_and_a_half: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """The first team's alert cannot be written: the other, which has members and no contract, has its own."""
    await two_and_a_half.alter(
        "roster",
        "delete from floor_alert;"
        f"alter table floor_alert add constraint never check (team_id <> '{min(TEAM, OTHER_TEAM)}')",
    )
    await leaves(two_and_a_half, TOM, LAST_DAY)
    assert await look_at_floors(two_and_a_half.databases["roster"], None) is None
    assert "floor not checked" in caplog.messages
    stranger = await two_and_a_half.client("roster", STRANGER)
    found = {TEAM: await alerts(await two_and_a_half.nurse("roster"))}
    found[OTHER_TEAM] = (await stranger.get("/v1/floor-alerts", params={"team_id": str(OTHER_TEAM)})).json()["items"]
    assert [len(found[team]) for team in sorted(found)] == [0, 1]


async def test_a_floor_is_set_by_the_team_alone(roster: Running) -> None:
    nurse, coach = await roster.nurse("roster"), await roster.client("roster", "somebody", "coach")
    floor = {"id": str(uuid7()), "team_id": str(TEAM), "fewest": 300, "from_on": str(TODAY)}
    assert (await coach.post("/v1/staffing-floors", json=floor)).status_code == 403
    assert (await nurse.post("/v1/staffing-floors", json={**floor, "team_id": str(OTHER_TEAM)})).status_code == 404
    refused = await nurse.post("/v1/staffing-floors", json={**floor, "fewest": 0})
    assert (refused.status_code, pointer(refused)) == (422, "/body/fewest")


async def test_another_teams_floor_does_not_exist_for_a_nurse(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    for path in ("/v1/team-floor", "/v1/floor-alerts"):
        assert (await nurse.get(path, params={"team_id": str(OTHER_TEAM)})).status_code == 404


@pytest.mark.parametrize("persona", ["council", "integrator", "social_worker", "practice", "ops", "service"])
async def test_others_see_no_floor(roster: Running, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    assert (await other.get("/v1/floor-alerts")).status_code == 403
