"""A team plans its own time, and nobody works two shifts at once."""

import asyncio
from datetime import UTC, datetime

import pytest
from uuid6 import uuid7

from services.roster.domain.period import Period, whole_minutes
from services.roster.events import ShiftPlanned
from tests.roster.facts import RUTH, TOM, a_shift, code, pointer
from tests.running import OTHER_TEAM, STRANGER, Running


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post("/v1/shifts", json=a_shift())).status_code == 401
    assert (await nobody.get("/v1/shifts")).status_code == 401


async def test_a_nurse_plans_a_colleagues_shift_and_the_others_hear_of_it(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    shift = a_shift(employee_id=TOM)
    planned = await nurse.post("/v1/shifts", json=shift)
    assert planned.status_code == 201, planned.text
    assert planned.json() | shift == planned.json()
    assert (planned.json()["duration_minutes"], planned.json()["paid_minutes"]) == (450, 420)
    assert planned.json()["planned_by"] == str(RUTH)
    (told,) = await roster.published("roster", ShiftPlanned)
    assert told.data == {
        "shift_id": shift["id"],
        "team_id": shift["team_id"],
        "employee_id": str(TOM),
        "kind": "shift",
        "loan_id": None,
        "starts_at": "2026-11-24T09:00:00Z",
        "ends_at": "2026-11-24T16:30:00Z",
        "unpaid_break_minutes": 30,
        "status": "planned",
    }


@pytest.mark.parametrize("persona", ["coach", "heatshield", "hr", "finance", "steering", "commissioner", "service"])
async def test_nobody_outside_the_team_plans_its_shifts(roster: Running, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    assert (await other.post("/v1/shifts", json=a_shift())).status_code == 403
    assert (await other.get("/v1/shifts")).status_code == 403


async def test_another_teams_shifts_do_not_exist_for_a_nurse(roster: Running) -> None:
    nurse, stranger = await roster.nurse("roster"), await roster.client("roster", STRANGER)
    await nurse.post("/v1/shifts", json=a_shift())
    assert (await nurse.post("/v1/shifts", json=a_shift(team_id=OTHER_TEAM))).status_code == 404
    assert (await stranger.get("/v1/shifts", params={"team_id": a_shift()["team_id"]})).status_code == 404
    assert (await stranger.get("/v1/shifts")).json()["items"] == []


async def test_a_shift_is_for_a_member_of_the_team(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    refused = await nurse.post("/v1/shifts", json=a_shift(employee_id=STRANGER))
    assert (refused.status_code, code(refused), pointer(refused)) == (409, "not_in_the_team", "/body/employee_id")


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"ends_at": "2026-11-24T09:00:00Z"}, "/body/ends_at"),
        ({"ends_at": "2026-11-24T08:00:00Z"}, "/body/ends_at"),
        ({"ends_at": "2026-11-25T01:01:00Z"}, "/body/ends_at"),
        ({"unpaid_break_minutes": 450}, "/body/unpaid_break_minutes"),
        ({"unpaid_break_minutes": -1}, "/body/unpaid_break_minutes"),
        ({"kind": "lunch"}, "/body/kind"),
        ({"id": "4d9f1f0e-7d3c-4a54-9d1b-6a8f6b4c2e11"}, "/body/id"),
    ],
)
async def test_a_shift_that_makes_no_sense_is_refused_at_its_field(
    roster: Running, changes: dict[str, object], at: str
) -> None:
    nurse = await roster.nurse("roster")
    refused = await nurse.post("/v1/shifts", json=a_shift(**changes))
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "validation_failed", at)


async def test_shifts_of_one_person_do_not_overlap(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await nurse.post("/v1/shifts", json=a_shift())
    clash = await nurse.post(
        "/v1/shifts", json=a_shift(starts_at="2026-11-24T16:29:00Z", ends_at="2026-11-24T20:00:00Z")
    )
    assert (clash.status_code, code(clash), pointer(clash)) == (409, "shift_clash", "/body/starts_at")
    for fine in (
        a_shift(starts_at="2026-11-24T16:30:00Z", ends_at="2026-11-24T20:00:00Z"),
        a_shift(employee_id=TOM),
        a_shift(kind="meeting", starts_at="2026-11-24T13:30:00Z", ends_at="2026-11-24T15:30:00Z"),
    ):
        assert (await nurse.post("/v1/shifts", json=fine)).status_code == 201


async def test_of_many_who_plan_the_same_shift_at_once_one_succeeds(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    answers = await asyncio.gather(*(nurse.post("/v1/shifts", json=a_shift()) for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert len(await roster.published("roster", ShiftPlanned)) == 1


async def test_the_same_id_twice_is_told_apart_from_a_clash(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    shift = a_shift()
    await nurse.post("/v1/shifts", json=shift)
    again = await nurse.post("/v1/shifts", json=shift)
    assert (again.status_code, code(again)) == (409, "already_recorded")


async def test_a_night_over_the_clock_change_has_its_right_length(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    autumn = a_shift(starts_at="2026-10-24T22:00:00+01:00", ends_at="2026-10-25T06:00:00+00:00", unpaid_break_minutes=0)
    spring = a_shift(starts_at="2027-03-27T22:00:00+00:00", ends_at="2027-03-28T06:00:00+01:00", unpaid_break_minutes=0)
    assert (await nurse.post("/v1/shifts", json=autumn)).json()["duration_minutes"] == 9 * 60
    assert (await nurse.post("/v1/shifts", json=spring)).json()["duration_minutes"] == 7 * 60


def test_the_day_of_the_clock_change_has_25_hours() -> None:
    day = Period(datetime(2026, 10, 25, tzinfo=UTC).date(), datetime(2026, 10, 25, tzinfo=UTC).date())
    assert whole_minutes(day.starts_at, day.ends_at) == 25 * 60


async def test_shifts_are_listed_by_the_day_in_england_on_which_they_start(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    # 23:30 UTC on 30 June is half past midnight on 1 July in England.
    july = a_shift(starts_at="2026-06-30T23:30:00Z", ends_at="2026-07-01T06:00:00Z")
    june = a_shift(starts_at="2026-06-30T08:00:00Z", ends_at="2026-06-30T12:00:00Z")
    for shift in (july, june):
        assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201

    async def listed(**params: str) -> list[str]:
        answer = await nurse.get("/v1/shifts", params={"team_id": july["team_id"], **params})
        return [shift["id"] for shift in answer.json()["items"]]

    assert await listed(from_on="2026-07-01", to_on="2026-07-01") == [july["id"]]
    assert await listed(to_on="2026-06-30") == [june["id"]]
    assert await listed() == [july["id"], june["id"]]


async def test_a_list_of_shifts_goes_on_page_by_page(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    shifts = [
        a_shift(id=str(uuid7()), starts_at=f"2026-11-{day}T09:00:00Z", ends_at=f"2026-11-{day}T12:00:00Z")
        for day in (23, 24, 25)
    ]
    for shift in shifts:
        await nurse.post("/v1/shifts", json=shift)
    first = (await nurse.get("/v1/shifts", params={"limit": 2})).json()
    rest = (await nurse.get("/v1/shifts", params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert [shift["id"] for shift in first["items"] + rest["items"]] == [shift["id"] for shift in shifts]
    assert rest["next_cursor"] is None


async def test_a_shift_sent_again_with_its_key_is_planned_once(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    shift, key = a_shift(), {"Idempotency-Key": "shift-1"}
    first = await nurse.post("/v1/shifts", json=shift, headers=key)
    again = await nurse.post("/v1/shifts", json=shift, headers=key)
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, first.json())
    assert len(await roster.published("roster", ShiftPlanned)) == 1
