"""A day's rounds are proposed, looked at and adopted; windows and lengths stay, and what is told is held (row 4.12)."""

import json
from typing import Any

import pytest
from uuid6 import uuid7

from services.roster.usecases.proposing import HANDLERS
from tests.roster.facts import (
    EDITH,
    RUTH,
    SANDRA,
    TOM,
    WALTER,
    a_plan,
    a_shift,
    a_visit,
    clearance,
    code,
    competency,
    contract,
    hear,
)
from tests.roster.jobs.asked import over, working
from tests.roster.proposing.facts import a_base, a_place, put
from tests.roster.swapping.made import step
from tests.roster.visiting.told import cancelled
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running

DAY = "2031-11-25"
WHOLE_DAY = {"starts_at": f"{DAY}T09:00:00Z", "ends_at": f"{DAY}T16:30:00Z"}


def visit(client: Any, hour: str, **changes: Any) -> dict[str, Any]:
    ends = f"{int(hour) + 1:02d}"
    return a_visit(client_id=client, starts_at=f"{DAY}T{hour}:00:00Z", ends_at=f"{DAY}T{ends}:00:00Z", **changes)


@pytest.fixture
async def ruth(roster: Running) -> Any:
    """Ruth, with a day on which she and Tom are out, and where the base, Edith and Walter are."""
    ruth = await roster.nurse("roster")
    for member in (RUTH, TOM):
        assert (await ruth.post("/v1/shifts", json=a_shift(employee_id=member, **WHOLE_DAY))).status_code == 201
    for place in (a_base(), a_place(EDITH), a_place(WALTER, latitude=54.2, longitude=-3.1)):
        await put(ruth, "places", place)
    return ruth


async def planned(nurse: Any, *visits: dict[str, Any]) -> list[str]:
    for one in visits:
        answer = await nurse.post("/v1/visits", json=one)
        assert answer.status_code == 201, answer.text
    return [one["id"] for one in visits]


async def proposed(roster: Running, nurse: Any, **asked: Any) -> Any:
    """The newest plan of the day, once the job is over."""
    body = {"team_id": str(TEAM), "seconds": 1} | asked
    answer = await nurse.post(f"/v1/rounds/{DAY}/proposals", json=body)
    assert answer.status_code == 202, answer.text
    async with working(roster, HANDLERS):
        job = await over(roster, answer.json()["id"], seconds=60)
    assert (job.state, job.failure_code) == ("done", None)
    assert job.result is not None
    assert "54.1" not in str(job.input)
    return (await nurse.get(f"/v1/round-plans/{job.result['round_plan_id']}")).json()


async def adopt(nurse: Any, plan: Any, version: int = 1) -> Any:
    return await nurse.post(f"/v1/round-plans/{plan['id']}/adopt", headers={"If-Match": f'"{version}"'})


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    at = uuid7()
    for answer in (
        await nobody.post(f"/v1/rounds/{DAY}/proposals", json={"team_id": str(TEAM)}),
        await nobody.get(f"/v1/rounds/{DAY}"),
        await nobody.post(f"/v1/round-plans/{at}/adopt"),
        await nobody.get(f"/v1/pictures/round/{at}"),
    ):
        assert answer.status_code == 401


async def test_rounds_move_nothing_until_a_person_adopts_them(roster: Running, ruth: Any) -> None:
    """Both are Ruth's clients and Tom's visits: the named nurse comes, and the two visits may change places."""
    first, second = await planned(ruth, visit(EDITH, "10", employee_id=TOM), visit(WALTER, "11", employee_id=TOM))
    plan = await proposed(roster, ruth)
    assert {one["visit_id"] for one in plan["stops"]} == {first, second}
    assert {one["employee_id"] for one in plan["stops"]} == {str(RUTH)}
    assert (plan["state"], plan["unserved"], plan["travel_source"]) == ("proposed", [], "estimate")
    assert plan["cost"]["known_face_percent"] == 100
    assert all("{0} is the named nurse" in one["why"] for one in plan["stops"])
    assert (await ruth.get(f"/v1/visits/{first}")).json()["employee_id"] == str(TOM)
    assert [one["id"] for one in (await ruth.get(f"/v1/rounds/{DAY}")).json()["items"]] == [plan["id"]]

    adopted = await adopt(ruth, plan)
    assert (adopted.status_code, adopted.json()["state"], adopted.headers["etag"]) == (200, "adopted", '"2"')
    for stop in plan["stops"]:
        now = (await ruth.get(f"/v1/visits/{stop['visit_id']}")).json()
        assert (now["employee_id"], now["starts_at"]) == (str(RUTH), stop["starts_at"])
    again = await adopt(ruth, plan, version=2)
    assert (again.status_code, code(again)) == (409, "round_plan_adopted")
    assert (await adopt(ruth, plan)).status_code == 412


async def test_nobody_goes_round_in_a_shift_that_is_off(roster: Running, ruth: Any) -> None:
    await planned(ruth, visit(EDITH, "10", employee_id=TOM))
    (own,) = [one for one in await _shifts(ruth) if one["employee_id"] == str(RUTH)]
    assert (await cancelled(ruth, own)).status_code == 200
    assert {one["employee_id"] for one in (await proposed(roster, ruth))["stops"]} == {str(TOM)}


async def test_whoever_is_lent_goes_round_in_that_shift(roster: Running, ruth: Any) -> None:
    """The stranger is lent, and able by what her own team knew, and its contracts are not the borrower's."""
    for member in (RUTH, TOM):
        await hear(roster, contract(member, 1800))
    plan = a_plan(minutes=60, days=[], skills=["insulin"])
    assert (await ruth.post("/v1/visit-plans", json=plan)).status_code == 201
    (one,) = await planned(ruth, visit(EDITH, "10", visit_plan_id=plan["id"], override_words="Until somebody can"))
    await hear(roster, clearance(STRANGER, team_id=OTHER_TEAM))
    await hear(roster, contract(STRANGER, 1800, team_id=OTHER_TEAM))
    await hear(roster, competency(STRANGER, "insulin", team_id=OTHER_TEAM))
    await roster.join("roster", team=OTHER_TEAM, employee=SANDRA)
    away = await roster.client("roster", SANDRA)
    loan = {"id": str(uuid7()), "team_id": str(TEAM), "lending_team_id": str(OTHER_TEAM), "reason": "skill"}
    asked = await ruth.post("/v1/loans", json=loan | WHOLE_DAY)
    agreed = await step(away, asked, "agree", {"employee_id": str(STRANGER), "below_floor_words": "Quiet"}, of="loans")
    assert agreed.status_code == 200, agreed.text
    lent = await step(await roster.client("roster", STRANGER), agreed, "place", of="loans")
    assert lent.status_code == 200, lent.text
    await roster.alter("roster", f"update visit set override_words = null where id = '{one}'")
    (stop,) = (await proposed(roster, ruth))["stops"]
    assert (stop["visit_id"], stop["employee_id"]) == (one, str(STRANGER))


async def _shifts(nurse: Any) -> list[dict[str, Any]]:
    return list((await nurse.get("/v1/shifts", params={"from_on": DAY, "to_on": DAY})).json()["items"])


async def test_a_round_from_home_tells_nobody_how_far_that_is(roster: Running, ruth: Any) -> None:
    """Ruth lives where Walter does, half an hour from the base."""
    (one,) = await planned(ruth, visit(WALTER, "10"))
    from_base = await proposed(roster, ruth)
    assert "minutes from where the round begins" in from_base["stops"][0]["why"]
    assert from_base["cost"]["travel_minutes"] > 40
    await put(ruth, "places", a_place(RUTH, kind="employee_home", latitude=54.2, longitude=-3.15))
    plan = await proposed(roster, await roster.client("roster", TOM))
    assert [(stop["visit_id"], stop["employee_id"]) for stop in plan["stops"]] == [(one, str(RUTH))]
    assert plan["stops"][0]["why"] == "{0} is the named nurse; the round begins at home."
    assert (plan["cost"]["travel_minutes"], plan["cost"]["points"]) == (0, 0)


async def test_rounds_keep_to_meetings_opening_hours_and_what_was_said_of_a_time(roster: Running, ruth: Any) -> None:
    """What adoption would refuse is not proposed: the first hour is a meeting, and the team closes at noon."""
    meeting = {"kind": "meeting", "starts_at": f"{DAY}T09:00:00Z", "ends_at": f"{DAY}T10:00:00Z"}
    for member in (RUTH, TOM):
        answer = await ruth.post("/v1/shifts", json=a_shift(employee_id=member, unpaid_break_minutes=0, **meeting))
        assert answer.status_code == 201, answer.text
    said = "Her daughter is there then."
    before, after = await planned(
        ruth,
        visit(EDITH, "09", employee_id=TOM, override_words=said),
        visit(WALTER, "13", employee_id=TOM),
    )
    open_till_noon = [{"days": [*range(1, 8)], "from_minute": 480, "until_minute": 720}]
    hours = {"id": str(uuid7()), "team_id": str(TEAM), "from_on": DAY, "hours": open_till_noon}
    assert (await ruth.post("/v1/opening-hours", json=hours)).status_code == 201
    plan = await proposed(roster, ruth)
    held, moved = plan["stops"]
    assert (held["visit_id"], held["is_held"], held["employee_id"]) == (before, True, str(TOM))
    assert (moved["visit_id"], moved["is_moved"], plan["unserved"]) == (after, True, [])
    assert f"{DAY}T10:00:00" < moved["starts_at"] <= f"{DAY}T11:00:00Z"
    adopted = await adopt(ruth, plan)
    assert adopted.status_code == 200, adopted.text
    assert (await ruth.get(f"/v1/visits/{before}")).json()["override_words"] == said


async def test_two_visits_change_places_in_one_adoption(roster: Running, ruth: Any) -> None:
    """Each would clash with the other on the way."""
    ids = await planned(ruth, visit(EDITH, "10"), visit(WALTER, "11"))
    plan = await proposed(roster, ruth)
    swapped = [
        {"visit_id": ids[0], "starts_at": f"{DAY}T11:00:00+00:00"},
        {"visit_id": ids[1], "starts_at": f"{DAY}T10:00:00+00:00"},
    ]
    about = {"visit_version": 1, "employee_id": str(RUTH), "accompanied_by": None, "is_held": False, "is_moved": True}
    stops = [one | about | {"why": "", "people": []} for one in swapped]
    await _rewrite(roster, plan["id"], stops)
    answer = await adopt(ruth, plan)
    assert answer.status_code == 200, answer.text
    starts = [(await ruth.get(f"/v1/visits/{one}")).json()["starts_at"] for one in ids]
    assert starts == [f"{DAY}T11:00:00Z", f"{DAY}T10:00:00Z"]


async def _rewrite(roster: Running, plan_id: str, stops: list[dict[str, Any]]) -> None:

    await roster.alter("roster", f"update round_plan set stops = '{json.dumps(stops)}' where id = '{plan_id}'")


async def test_a_plan_that_clashes_moves_nothing(roster: Running, ruth: Any) -> None:
    ids = await planned(ruth, visit(EDITH, "10"), visit(WALTER, "11"), visit(WALTER, "13"))
    plan = await proposed(roster, ruth)
    about = {"visit_version": 1, "employee_id": str(RUTH), "accompanied_by": None, "is_held": False, "is_moved": True}
    at = {ids[0]: "15:00", ids[1]: "13:30"}
    stops = [
        about | {"visit_id": one, "starts_at": f"{DAY}T{when}:00+00:00", "why": "", "people": []}
        for one, when in at.items()
    ]
    await _rewrite(roster, plan["id"], stops)
    refused = await adopt(ruth, plan)
    assert (refused.status_code, code(refused)) in {(409, "client_already_visited"), (409, "nurse_already_booked")}
    assert (await ruth.get(f"/v1/visits/{ids[0]}")).json()["starts_at"] == f"{DAY}T10:00:00Z"
    assert (await ruth.get(f"/v1/round-plans/{plan['id']}")).json()["state"] == "proposed"


async def test_a_visit_that_was_told_is_held_and_one_that_changed_makes_the_plan_old(
    roster: Running, ruth: Any
) -> None:
    told, free = await planned(ruth, visit(EDITH, "10", employee_id=TOM), visit(WALTER, "11", employee_id=TOM))
    confirmed = await ruth.post(f"/v1/visits/{told}/confirm", json={"told_how": "phone"}, headers={"If-Match": '"1"'})
    assert confirmed.status_code == 200, confirmed.text
    plan = await proposed(roster, ruth)
    held = {one["visit_id"]: one for one in plan["stops"]}
    assert (held[told]["is_held"], held[told]["is_moved"], held[told]["employee_id"]) == (True, False, str(TOM))
    assert not held[free]["is_held"]
    moved = await ruth.post(
        f"/v1/visits/{free}/move", json={"starts_at": f"{DAY}T14:00:00Z"}, headers={"If-Match": '"1"'}
    )
    assert moved.status_code == 200, moved.text
    old = await adopt(ruth, plan)
    assert (old.status_code, code(old)) == (409, "round_plan_outdated")


async def test_a_round_goes_to_whoever_has_the_role_and_the_skill(roster: Running, ruth: Any) -> None:
    """Ruth is the named nurse, and can no longer do what Tom has been signed off for."""
    for who in (RUTH, TOM):
        await hear(roster, contract(who, 1800))
        await hear(roster, competency(who, "compression", until_on="2031-11-24" if who == RUTH else "2199-12-31"))
    plan = a_plan(days=[])
    assert (await ruth.post("/v1/visit-plans", json=plan)).status_code == 201
    await planned(ruth, visit(EDITH, "10", employee_id=TOM, visit_plan_id=plan["id"]))
    assert [one["employee_id"] for one in (await proposed(roster, ruth))["stops"]] == [str(TOM)]


async def test_what_nobody_can_take_is_listed(roster: Running, ruth: Any) -> None:
    """Of a day of seven and a half hours each, two people cannot make what is planned for a third as well."""
    await ruth.post(
        "/v1/shifts", json=a_shift(employee_id=RUTH, starts_at=f"{DAY}T17:00:00Z", ends_at=f"{DAY}T18:00:00Z")
    )
    (one,) = await planned(ruth, visit(EDITH, "10"))
    await roster.alter(
        "roster", f"update shift set ends_at = starts_at + interval '30 minutes' where starts_at::date = '{DAY}'"
    )
    plan = await proposed(roster, ruth)
    assert [left["visit_id"] for left in plan["unserved"]] == [one]
    assert plan["unserved"][0]["why"].startswith("Not served")
    assert plan["stops"] == []


async def test_a_day_with_nobody_out_is_answered(roster: Running, nurse: Any) -> None:
    plan = await proposed(roster, nurse)
    assert (plan["stops"], plan["unserved"]) == ([], [])


async def test_rounds_are_the_teams_alone(roster: Running, ruth: Any) -> None:
    await planned(ruth, visit(EDITH, "10"))
    plan = await proposed(roster, ruth)
    stranger = await roster.client("roster", STRANGER)
    asked = await stranger.post(f"/v1/rounds/{DAY}/proposals", json={"team_id": str(TEAM)})
    assert asked.status_code == 404
    assert (await stranger.get(f"/v1/rounds/{DAY}")).json()["items"] == []
    assert (await adopt(stranger, plan)).status_code == 404
    assert (await stranger.get(f"/v1/pictures/round/{plan['id']}")).status_code == 404


async def test_rounds_are_drawn_in_the_form_that_is_asked_for(roster: Running, ruth: Any) -> None:
    await planned(ruth, visit(EDITH, "10"), visit(WALTER, "12"))
    at = f"/v1/pictures/round/{(await proposed(roster, ruth))['id']}"
    drawn = await ruth.get(at, headers={"Accept": "image/svg+xml"})
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert "Proposed, not adopted" in drawn.text
    assert "A is the named nurse" in drawn.text
    assert "54.1" not in drawn.text
    assert (await ruth.get(at, headers={"Accept": "image/png"})).content.startswith(b"\x89PNG")
    assert "<h1>Rounds of Tuesday 25 November 2031" in (await ruth.get(at, headers={"Accept": "text/html"})).text
    refused = await ruth.get(at, headers={"Accept": "application/pdf"})
    assert (refused.status_code, code(refused)) == (406, "no_such_picture")
