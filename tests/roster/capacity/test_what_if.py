"""What if we took her on, asked over HTTP: the week that stands for all, who is able, and what is kept of it."""

from typing import Any

import pytest
from sqlalchemy import text
from uuid6 import uuid7

from services.common.auth import SYSTEM
from tests.roster.facts import (
    EDITH,
    RUTH,
    SANDRA,
    TOM,
    WALTER,
    a_shift,
    a_visit,
    code,
    contact,
    contract,
    hear,
    pointer,
)
from tests.running import OTHER_TEAM, TEAM, Running

NO_TIME = {"from_minute": 600, "until_minute": 600}
PLACE = {"latitude": 54.11873, "longitude": -3.23641}


async def ask(client: Any, *visits: dict[str, Any], **changes: Any) -> Any:
    wanted = [{"times_a_week": 1, "minutes": 60, "days": ["tue"], **visit} for visit in visits or ({},)]
    body = {"team_id": str(TEAM), "visits": wanted, "week_of": "2026-12-02"} | changes
    return await client.post("/v1/capacity/what-if", json=body)


async def tried(client: Any, *visits: dict[str, Any], **changes: Any) -> Any:
    answer = await ask(client, *visits, **changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
async def team(nurse: Any, roster: Running) -> Any:
    """Ruth and Tom are registered nurses, Sandra is not; all are on shift on Tuesday, 24 November."""
    for who, role in ((RUTH, "registered_nurse"), (TOM, "registered_nurse"), (SANDRA, "assistant_practitioner")):
        await hear(roster, contract(who, 1800, role=role))
    return nurse


async def test_anonymous_is_refused(roster: Running) -> None:
    assert (await ask(await roster.client("roster", None))).status_code == 401


async def test_a_visit_that_fits_is_told_with_who_and_when(team: Any) -> None:
    assert (await team.post("/v1/visits", json=a_visit(ends_at="2026-11-24T16:00:00Z"))).status_code == 201
    found = await tried(team)
    # The week asked for has no shifts yet: the newest that has stands for it.
    assert found["typical_week"] == {"from_on": "2026-11-23", "to_on": "2026-11-29"}
    assert (found["fits"], found["gap_minutes"], [day["on"] for day in found["days"]][::6]) == (
        True,
        0,
        ["2026-11-23", "2026-11-29"],
    )
    (visit,) = found["days"][1]["visits"]
    # Ruth has her round; Tom sets out at nine, and is sixteen minutes on the way.
    assert visit == {
        "visit": 0,
        "fits": True,
        "employee_ids": [str(TOM)],
        "start_minute": 556,
        "extra_travel_minutes": 32,
        "is_new_face": None,
        "gap_minutes": 0,
        "why": None,
    }


async def test_three_visits_on_seven_days_are_answered_with_the_gap_of_each_day(team: Any) -> None:
    found = await tried(team, {"times_a_week": 21, "minutes": 30, "days": []})
    assert [len(day["visits"]) for day in found["days"]] == [3] * 7
    # On Tuesday the last third of the waking day begins at 16:00, when nobody has time to drive, stay and come back.
    assert [day["gap_minutes"] for day in found["days"]] == [138, 46, 138, 138, 138, 138, 138]
    assert (found["fits"], found["gap_minutes"]) == (False, 874)
    assert {visit["why"] for visit in found["days"][0]["visits"]} == {"Nobody is on shift."}


async def test_skills_are_hrs_word_or_the_teams(team: Any, roster: Running) -> None:
    assert not (await tried(team, {"skills": ["catheter"]}))["fits"]
    said = {"id": str(uuid7()), "team_id": str(TEAM), "employee_id": str(TOM), "skill": "catheter"}
    answer = await team.post("/v1/member-skills", json={**said, "from_on": "2026-11-01"})
    assert answer.status_code == 201, answer.text
    assert (await tried(team, {"skills": ["catheter"]}))["days"][1]["visits"][0]["employee_ids"] == [str(TOM)]
    signed_off = {
        "competency_id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(RUTH),
        "task": "bowel_care",
        "assessed_on": "2026-11-01",
        "until_on": "2027-11-01",
    }
    await roster.deliver("roster", "hr.competency.signed_off.v1", signed_off)
    found = await tried(team, {"skills": ["bowel_care"]})
    assert found["days"][1]["visits"][0]["employee_ids"] == [str(RUTH)]
    withdrawn = {**signed_off, "withdrawn_at": "2026-11-20T09:00:00Z"}
    await roster.deliver("roster", "hr.competency.withdrawn.v1", withdrawn, version=2)
    assert not (await tried(team, {"skills": ["bowel_care"]}))["fits"]


async def test_time_that_is_set_aside_is_nobodys_to_take(team: Any) -> None:
    for who in (RUTH, TOM):
        meeting = a_shift(
            employee_id=who,
            kind="meeting",
            starts_at="2026-11-24T09:00:00Z",
            ends_at="2026-11-24T16:00:00Z",
            unpaid_break_minutes=0,
        )
        assert (await team.post("/v1/shifts", json=meeting)).status_code == 201
    assert not (await tried(team))["fits"]


async def test_whoever_knows_the_client_comes_before_others(team: Any, roster: Running) -> None:
    await hear(roster, contact(WALTER, TOM, {"nursing": 30}, started_at="2026-11-10T10:00:00Z"))
    (visit,) = (await tried(team, client_id=str(WALTER)))["days"][1]["visits"]
    assert (visit["employee_ids"], visit["is_new_face"]) == ([str(RUTH)], False)
    unknown = await ask(team, client_id=str(uuid7()))
    assert (unknown.status_code, code(unknown)) == (409, "unknown_client")


async def test_without_any_shift_all_of_it_is_missing(roster: Running) -> None:
    found = await tried(await roster.nurse("roster"))
    assert (found["typical_week"]["from_on"], found["gap_minutes"]) == ("2026-11-30", 76)


@pytest.mark.parametrize(
    ("visits", "at"),
    [
        ([], "/body/visits"),
        ([{"times_a_week": 0, "minutes": 60}], "/body/visits/0/times_a_week"),
        ([{"times_a_week": 84, "minutes": 60}, {"times_a_week": 1, "minutes": 60}], "/body/visits"),
        (
            [{"times_a_week": 1, "minutes": 60, "window": {"from_minute": 600, "until_minute": 600}}],
            "/body/visits/0/window",
        ),
    ],
)
async def test_what_cannot_be_meant_is_refused(roster: Running, visits: list[Any], at: str) -> None:
    answer = await ask(await roster.nurse("roster"), visits=visits)
    assert (answer.status_code, pointer(answer)) == (422, at)


async def test_the_places_of_a_question_are_kept_nowhere(team: Any, roster: Running, caplog: Any) -> None:
    caplog.set_level(0)
    around = [{"client_id": str(EDITH), **PLACE}]
    answer = await ask(team, place=PLACE, base=PLACE, around=around)
    assert answer.status_code == 200
    assert (
        await team.post("/v1/capacity/what-if", json={"place": {**PLACE, "latitude": 954.11873}})
    ).status_code == 422
    told = answer.text + caplog.text + str(await roster.published("roster"))
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        for table in ("audit_event", "idempotency_key"):
            told += str(await tx.rows(text(f'select t::text from "{table}" t')))
    assert "54.118" not in told
    assert "3.236" not in told


@pytest.mark.parametrize("persona", ["coach", "heatshield", "commissioner", "finance"])
async def test_the_team_alone_asks(roster: Running, persona: str) -> None:
    assert (await ask(await roster.client("roster", "somebody", persona))).status_code == 403


async def test_another_teams_week_does_not_exist(roster: Running) -> None:
    assert (await ask(await roster.nurse("roster"), team_id=str(OTHER_TEAM))).status_code == 404
