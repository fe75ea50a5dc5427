"""A visit is planned for somebody who is in the team, on shift, free and allowed to go; the day is read in order."""

import asyncio
from typing import Any

import pytest
from uuid6 import uuid7

from services.roster.events import VisitPlanned
from tests.roster.facts import (
    EARLY,
    EDITH,
    NEXT,
    OVERLAPPING,
    RUTH,
    SANDRA,
    TOM,
    WALTER,
    a_plan,
    a_shift,
    a_visit,
    code,
    episode,
    hear,
    pointer,
    refused,
)
from tests.running import OTHER_TEAM, STRANGER, TEAM, Running


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post("/v1/visits", json=a_visit())).status_code == 401
    assert (await nobody.get("/v1/visits")).status_code == 401
    assert (await nobody.get(f"/v1/visits/{uuid7()}")).status_code == 401


async def test_a_visit_is_planned_and_the_others_hear_of_it(roster: Running, nurse: Any) -> None:
    visit = a_visit()
    planned = await nurse.post("/v1/visits", json=visit)
    assert planned.status_code == 201, planned.text
    assert planned.headers["etag"] == '"1"'
    assert planned.json() | visit == planned.json()
    assert (planned.json()["status"], planned.json()["planned_by"]) == ("planned", str(RUTH))
    (told,) = await roster.published("roster", VisitPlanned)
    assert told.data == {
        "visit_id": visit["id"],
        "client_id": str(EDITH),
        "team_id": str(TEAM),
        "employee_id": str(RUTH),
        "accompanied_by": None,
        "starts_at": "2026-11-24T10:00:00Z",
        "ends_at": "2026-11-24T11:15:00Z",
        "channel": "in_person",
        "status": "planned",
        "confirmed_at": None,
    }


async def test_a_visit_lies_wholly_within_one_shift(nurse: Any) -> None:
    outside = (409, "outside_shift", "/body/starts_at")
    assert await refused(nurse, starts_at="2026-11-24T08:59:00Z") == outside
    assert await refused(nurse, ends_at="2026-11-24T16:31:00Z") == outside
    evening = a_shift(starts_at="2026-11-24T16:30:00Z", ends_at="2026-11-24T20:00:00Z")
    await nurse.post("/v1/shifts", json=evening)
    across = {"starts_at": "2026-11-24T16:00:00Z", "ends_at": "2026-11-24T17:00:00Z"}
    assert await refused(nurse, **across) == outside
    assert (await nurse.post("/v1/visits", json=a_visit(ends_at="2026-11-24T16:30:00Z"))).status_code == 201


async def test_a_visit_may_lie_in_a_stretch_on_call_but_not_in_a_meeting(nurse: Any) -> None:
    evening = {"starts_at": "2026-11-24T18:00:00Z", "ends_at": "2026-11-24T19:00:00Z"}
    await nurse.post("/v1/shifts", json=a_shift(kind="meeting", **evening))
    assert await refused(nurse, **evening) == (409, "outside_shift", "/body/starts_at")
    await nurse.post("/v1/shifts", json=a_shift(kind="on_call", **evening))
    assert await refused(nurse, **evening) == (409, "time_is_protected", "/body/starts_at")
    called = a_visit(**evening, override_words="A blocked catheter")
    assert (await nurse.post("/v1/visits", json=called)).status_code == 201


async def test_a_nurse_is_not_booked_twice(nurse: Any) -> None:
    await nurse.post("/v1/visits", json=a_visit())
    booked = (409, "nurse_already_booked", "/body/starts_at")
    assert await refused(nurse, client_id=WALTER, **OVERLAPPING) == booked
    assert (await nurse.post("/v1/visits", json=a_visit(client_id=WALTER, **NEXT))).status_code == 201


async def test_a_client_is_not_visited_twice_at_a_time(nurse: Any) -> None:
    await nurse.post("/v1/visits", json=a_visit())
    visited = (409, "client_already_visited", "/body/starts_at")
    assert await refused(nurse, employee_id=TOM, **OVERLAPPING) == visited
    assert (await nurse.post("/v1/visits", json=a_visit(employee_id=TOM, **NEXT))).status_code == 201


async def test_of_fifty_who_book_the_same_nurse_at_once_one_succeeds(roster: Running, nurse: Any) -> None:
    clients = [uuid7() for _ in range(50)]
    for client in clients:
        await hear(roster, episode(client))
    posts = (nurse.post("/v1/visits", json=a_visit(client_id=client)) for client in clients)
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 49
    assert {code(answer) for answer in answers if answer.status_code == 409} == {"nurse_already_booked"}
    assert len(await roster.published("roster", VisitPlanned)) == 1


async def test_of_many_who_book_the_same_client_at_once_one_succeeds(nurse: Any) -> None:
    posts = (nurse.post("/v1/visits", json=a_visit(employee_id=who)) for who in (RUTH, TOM) * 10)
    assert sorted(answer.status_code for answer in await asyncio.gather(*posts)) == [201] + [409] * 19


async def test_a_visit_is_made_by_a_member_of_the_team_on_that_day(roster: Running, nurse: Any) -> None:
    assert await refused(nurse, employee_id=STRANGER) == (409, "not_in_the_team", "/body/employee_id")
    assert await refused(nurse, accompanied_by=STRANGER) == (409, "not_in_the_team", "/body/accompanied_by")
    left = {"team_id": str(TEAM), "employee_id": str(TOM), "from_on": "2025-01-01", "until_on": "2026-11-23"}
    await roster.deliver("roster", "hr.team_membership.changed.v1", left, version=2)
    assert await refused(nurse, employee_id=TOM) == (409, "not_in_the_team", "/body/employee_id")


@pytest.mark.usefixtures("competent")
async def test_a_visit_follows_a_plan_of_its_own_client_only(nurse: Any) -> None:
    plan, other = a_plan(), a_plan(client_id=WALTER)
    for made in (plan, other):
        assert (await nurse.post("/v1/visit-plans", json=made)).status_code == 201
    wrong = (422, "plan_of_another_client", "/body/visit_plan_id")
    assert await refused(nurse, visit_plan_id=other["id"]) == wrong
    assert await refused(nurse, visit_plan_id=uuid7()) == wrong
    assert (await nurse.post("/v1/visits", json=a_visit(visit_plan_id=plan["id"]))).status_code == 201


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"ends_at": "2026-11-24T10:00:00Z"}, "/body/ends_at"),
        ({"starts_at": "2026-11-24T10:00:00"}, "/body/starts_at"),
        ({"channel": "letter"}, "/body/channel"),
        ({"purpose": ""}, "/body/purpose"),
        ({"status": "done"}, "/body/status"),
    ],
)
async def test_a_visit_that_makes_no_sense_is_refused_at_its_field(
    nurse: Any, changes: dict[str, Any], at: str
) -> None:
    assert await refused(nurse, **changes) == (422, "validation_failed", at)


async def test_the_same_visit_twice_is_told_apart_from_a_clash(nurse: Any) -> None:
    visit = a_visit()
    await nurse.post("/v1/visits", json=visit)
    again = await nurse.post("/v1/visits", json=visit)
    assert (again.status_code, code(again)) == (409, "already_recorded")


@pytest.mark.parametrize("persona", ["coach", "heatshield", "hr", "finance", "steering", "commissioner", "council"])
async def test_nobody_outside_the_team_sees_who_is_visited(roster: Running, nurse: Any, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    visit = a_visit()
    await nurse.post("/v1/visits", json=visit)
    for path in ("/v1/visits", f"/v1/visits/{visit['id']}"):
        assert (await other.get(path)).status_code == 403
    assert (await other.post("/v1/visits", json=a_visit())).status_code == 403


async def test_another_teams_visits_do_not_exist_for_a_nurse(roster: Running, nurse: Any) -> None:
    stranger = await roster.client("roster", STRANGER)
    visit = a_visit()
    await nurse.post("/v1/visits", json=visit)
    hidden = await stranger.get(f"/v1/visits/{visit['id']}")
    absent = await stranger.get(f"/v1/visits/{uuid7()}")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}
    assert (await stranger.get("/v1/visits", params={"team_id": str(TEAM)})).status_code == 404
    assert (await stranger.get("/v1/visits", params={"on": "2026-11-24"})).json() == {"items": []}
    assert (await nurse.post("/v1/visits", json=a_visit(team_id=OTHER_TEAM))).status_code == 404


async def test_a_sister_service_may_ask_about_one_visit(roster: Running, nurse: Any) -> None:
    service = await roster.client("roster", "svc:interop", "service")
    visit = a_visit()
    await nurse.post("/v1/visits", json=visit)
    assert (await service.get(f"/v1/visits/{visit['id']}")).json()["id"] == visit["id"]
    assert (await service.get("/v1/visits")).status_code == 403


async def test_the_days_visits_come_in_order(nurse: Any) -> None:
    later, first = a_visit(**NEXT, client_id=WALTER), a_visit(**EARLY)
    toms = a_visit(employee_id=SANDRA, accompanied_by=TOM)
    for visit in (later, first, toms):
        assert (await nurse.post("/v1/visits", json=visit)).status_code == 201

    async def listed(**params: str) -> list[str]:
        answer = await nurse.get("/v1/visits", params={"team_id": str(TEAM), "on": "2026-11-24", **params})
        return [visit["id"] for visit in answer.json()["items"]]

    assert await listed() == [first["id"], toms["id"], later["id"]]
    assert await listed(employee_id=str(RUTH)) == [first["id"], later["id"]]
    assert await listed(employee_id=str(TOM)) == [toms["id"]]
    assert await listed(on="2026-11-25") == []


async def test_a_visit_belongs_to_the_day_in_england(nurse: Any) -> None:
    night = {"starts_at": "2026-06-30T22:30:00Z", "ends_at": "2026-07-01T05:00:00Z"}
    await nurse.post("/v1/shifts", json=a_shift(**night))
    after_midnight = a_visit(starts_at="2026-06-30T23:15:00Z", ends_at="2026-06-30T23:45:00Z")
    assert (await nurse.post("/v1/visits", json=after_midnight)).status_code == 201
    for day, count in (("2026-06-30", 0), ("2026-07-01", 1)):
        assert len((await nurse.get("/v1/visits", params={"on": day})).json()["items"]) == count


async def test_a_client_whom_nobody_knows_and_one_of_another_team_are_unknown_alike(
    roster: Running, nurse: Any
) -> None:
    theirs = uuid7()
    await hear(roster, episode(theirs, team_id=OTHER_TEAM))
    for client in (theirs, uuid7()):
        assert await refused(nurse, client_id=client) == (409, "unknown_client", "/body/client_id")
        plan = await nurse.post("/v1/visit-plans", json=a_plan(client_id=client))
        assert (plan.status_code, code(plan), pointer(plan)) == (409, "unknown_client", "/body/client_id")


async def test_a_visit_to_somebody_taken_on_just_now_is_taken_when_it_is_sent_again(
    roster: Running, nurse: Any
) -> None:
    client = uuid7()
    visit, key = a_visit(client_id=client), {"Idempotency-Key": str(uuid7())}
    assert (await nurse.post("/v1/visits", json=visit, headers=key)).status_code == 409
    await hear(roster, episode(client))
    assert (await nurse.post("/v1/visits", json=visit, headers=key)).status_code == 201
