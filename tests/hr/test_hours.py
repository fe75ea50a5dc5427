"""Contracted, rostered and client-facing minutes: HR and finance read every line, a nurse her own."""

from typing import Any
from uuid import UUID

import pytest
from uuid6 import uuid7

from services.common.auth import Persona
from services.common.events import Envelope
from tests.hr.office import OUTSIDERS, a_contract, employed, office
from tests.running import NURSE, OTHER_TEAM, TEAM, Running

SHIFT, CONTACT = "roster.shift.planned.v1", "caseload.care_contact.recorded.v1"
WEEK = "2026-11-25"


def a_shift(employee_id: object = NURSE, **changes: Any) -> dict[str, Any]:
    shift = {
        "shift_id": str(uuid7()),
        "team_id": str(TEAM),
        "employee_id": str(employee_id),
        "kind": "early",
        "starts_at": "2026-11-24T09:00:00Z",
        "ends_at": "2026-11-24T17:00:00Z",
        "unpaid_break_minutes": 30,
    }
    return shift | changes


def a_contact(employee_id: object = NURSE, **changes: Any) -> dict[str, Any]:
    contact = {
        "care_contact_id": str(uuid7()),
        "client_id": str(uuid7()),
        "episode_of_care_id": str(uuid7()),
        "referral_id": str(uuid7()),
        "team_id": str(TEAM),
        "visit_id": None,
        "employee_id": str(employee_id),
        "channel": "in_person",
        "started_at": "2026-11-24T09:30:00Z",
        "minutes": 75,
        "segments": [],
    }
    return contact | changes


async def _hours(hr: Running, persona: Persona = Persona.HR, week_of: str = WEEK, who: UUID = NURSE) -> Any:
    caller = await hr.client("hr", who, persona)
    answer = await caller.get("/v1/hours", params={"team_id": str(TEAM), "week_of": week_of})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _rostered(hr: Running, week_of: str = WEEK) -> list[int]:
    return [line["rostered_minutes"] for line in (await _hours(hr, week_of=week_of))["lines"]]


async def _again(hr: Running, envelope: Envelope) -> None:
    await hr.hand_over("hr", envelope)


async def test_anonymous_is_refused(hr: Running) -> None:
    nobody = await hr.client("hr", None)
    assert (await nobody.get("/v1/hours", params={"team_id": str(TEAM)})).status_code == 401


async def test_hours_of_a_week_stand_beside_each_other(hr: Running) -> None:
    employee = await employed(hr)
    await (await office(hr)).post("/v1/contracts", json=a_contract(employee, minutes_per_week=1350))
    await hr.deliver("hr", SHIFT, a_shift(employee))
    await hr.deliver("hr", CONTACT, a_contact(employee))
    await hr.deliver("hr", CONTACT, a_contact(employee, started_at="2026-11-26T09:30:00Z", minutes=20))
    line = {"contracted_minutes": 1350, "rostered_minutes": 450, "contact_minutes": 95}
    assert await _hours(hr) == {
        "team_id": str(TEAM),
        "from_on": "2026-11-23",
        "to_on": "2026-11-29",
        "lines": [{"employee_id": employee, **line}],
        "totals": line,
    }


async def test_the_hours_of_a_nurse_who_is_lent_count_where_she_works(hr: Running) -> None:
    """Her contract is with the team that lends her; her shift and her time with clients are the borrower's."""
    own, lent = str(uuid7()), str(uuid7())
    await hr.deliver("hr", SHIFT, a_shift(lent, loan_id=str(uuid7())))
    await hr.deliver("hr", SHIFT, a_shift(own, team_id=str(OTHER_TEAM)))
    await hr.deliver("hr", CONTACT, a_contact(lent))
    lines = (await _hours(hr))["lines"]
    assert lines == [{"employee_id": lent, "contracted_minutes": 0, "rostered_minutes": 450, "contact_minutes": 75}]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "minutes", "week_of"),
    [
        ("2026-10-24T21:00:00Z", "2026-10-25T06:00:00Z", 540, "2026-10-19"),
        ("2026-10-24T22:00:00+01:00", "2026-10-25T06:00:00+00:00", 540, "2026-10-25"),
        ("2027-03-27T22:00:00Z", "2027-03-28T05:00:00Z", 420, "2027-03-28"),
    ],
)
async def test_a_night_over_the_clock_change_has_the_minutes_that_were_worked(
    hr: Running, starts_at: str, ends_at: str, minutes: int, week_of: str
) -> None:
    """22:00 to 06:00 by the clock on the wall is nine hours in October 2026 and seven in March 2027."""
    await hr.deliver("hr", SHIFT, a_shift(starts_at=starts_at, ends_at=ends_at, unpaid_break_minutes=0))
    assert await _rostered(hr, week_of) == [minutes]


async def test_the_week_runs_from_monday_to_sunday_in_england(hr: Running) -> None:
    """In summer Monday begins at 23:00 UTC on Sunday. A shift counts in the week in which it starts."""
    sunday_night = a_shift(starts_at="2026-06-07T22:30:00Z", ends_at="2026-06-08T05:30:00Z", unpaid_break_minutes=0)
    monday = a_shift(starts_at="2026-06-07T23:00:00Z", ends_at="2026-06-08T00:00:00Z", unpaid_break_minutes=0)
    await hr.deliver("hr", SHIFT, sunday_night)
    await hr.deliver("hr", SHIFT, monday)
    await hr.deliver("hr", CONTACT, a_contact(started_at="2026-06-07T22:59:00Z", minutes=5))
    await hr.deliver("hr", CONTACT, a_contact(started_at="2026-06-07T23:00:00Z", minutes=7))
    before, after = await _hours(hr, week_of="2026-06-07"), await _hours(hr, week_of="2026-06-08")
    assert (before["from_on"], before["totals"]["rostered_minutes"], before["totals"]["contact_minutes"]) == (
        "2026-06-01",
        420,
        5,
    )
    assert (after["from_on"], after["totals"]["rostered_minutes"], after["totals"]["contact_minutes"]) == (
        "2026-06-08",
        60,
        7,
    )


async def test_a_newer_plan_of_a_shift_replaces_the_old_one_and_an_older_changes_nothing(hr: Running) -> None:
    shift = a_shift()
    await hr.deliver("hr", SHIFT, shift, version=1)
    newest = await hr.deliver("hr", SHIFT, shift | {"ends_at": "2026-11-24T13:00:00Z"}, version=3)
    assert await _rostered(hr) == [210]
    await hr.deliver("hr", SHIFT, shift | {"ends_at": "2026-11-24T15:00:00Z"}, version=2)
    await _again(hr, newest)
    assert await _rostered(hr) == [210]


async def test_a_shift_that_changes_hands_counts_for_who_has_it_now(hr: Running) -> None:
    shift, other = a_shift(), uuid7()
    await hr.deliver("hr", SHIFT, shift, version=1)
    await hr.deliver("hr", SHIFT, shift | {"employee_id": str(other)}, version=2)
    assert [line["employee_id"] for line in (await _hours(hr))["lines"]] == [str(other)]


async def test_a_contact_delivered_twice_counts_once(hr: Running) -> None:
    contact = a_contact()
    envelope = await hr.deliver("hr", CONTACT, contact)
    await _again(hr, envelope)
    await hr.deliver("hr", CONTACT, contact)
    assert (await _hours(hr))["totals"]["contact_minutes"] == 75


async def test_what_is_kept_of_a_contact_says_nothing_about_the_client(hr: Running) -> None:
    table = hr.databases["hr"].metadata.tables["contact_time"]
    assert set(table.c.keys()) == {"care_contact_id", "team_id", "employee_id", "contact_on", "minutes", "version"}


async def test_a_contract_counts_in_the_weeks_whose_monday_it_covers(hr: Running) -> None:
    employee, hr_office = await employed(hr), await office(hr)
    term = {"kind": "temporary", "from_on": "2026-11-17", "until_on": "2026-11-30", "minutes_per_week": 600}
    await hr_office.post("/v1/contracts", json=a_contract(employee, **term))
    await hr_office.post("/v1/contracts", json=a_contract(employee, minutes_per_week=120))
    contracted = {
        monday: (await _hours(hr, week_of=monday))["totals"]["contracted_minutes"]
        for monday in ("2026-11-16", "2026-11-23", "2026-11-30", "2026-12-07")
    }
    assert contracted == {"2026-11-16": 120, "2026-11-23": 720, "2026-11-30": 720, "2026-12-07": 120}


async def test_another_teams_time_is_not_counted(hr: Running) -> None:
    employee = await employed(hr)
    await (await office(hr)).post("/v1/contracts", json=a_contract(employee, team_id=str(OTHER_TEAM)))
    await hr.deliver("hr", SHIFT, a_shift(employee, team_id=str(OTHER_TEAM)))
    await hr.deliver("hr", CONTACT, a_contact(employee, team_id=str(OTHER_TEAM)))
    assert (await _hours(hr))["lines"] == []


async def test_hr_and_finance_read_every_line_and_a_nurse_her_own(hr: Running) -> None:
    colleague = uuid7()
    await hr.deliver("hr", SHIFT, a_shift())
    await hr.deliver("hr", SHIFT, a_shift(colleague))
    for persona in (Persona.HR, Persona.FINANCE):
        whole = await _hours(hr, persona)
        assert [line["employee_id"] for line in whole["lines"]] == [str(NURSE), str(colleague)]
    own = await _hours(hr, Persona.NURSE)
    assert [line["employee_id"] for line in own["lines"]] == [str(NURSE)]
    assert own["totals"] == whole["totals"]
    assert own["totals"]["rostered_minutes"] == 900


@pytest.mark.parametrize("persona", [Persona.COACH, Persona.HEATSHIELD])
async def test_coach_and_heatshield_read_totals_alone_and_only_of_five_people_or_more(
    hr: Running, persona: Persona
) -> None:
    """Mission row 8.13: a total of few people is nearly one person's figure."""
    for _ in range(4):
        await hr.deliver("hr", SHIFT, a_shift(uuid7()))
    few = await _hours(hr, persona, who=uuid7())
    assert (few["lines"], few["totals"]) == ([], None)
    await hr.deliver("hr", SHIFT, a_shift())
    enough = await _hours(hr, persona)
    totals = {"contracted_minutes": 0, "rostered_minutes": 5 * 450, "contact_minutes": None}
    assert (enough["lines"], enough["totals"]) == ([], totals), "how many clients the time was spent with is not known"


async def test_another_teams_hours_are_not_shown(hr: Running) -> None:
    nurse = await hr.nurse("hr")
    hidden = await nurse.get("/v1/hours", params={"team_id": str(OTHER_TEAM)})
    absent = await nurse.get("/v1/hours", params={"team_id": str(uuid7())})
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


@pytest.mark.parametrize("persona", OUTSIDERS)
async def test_who_works_apart_from_the_team_does_not_see_its_hours(hr: Running, persona: Persona) -> None:
    other = await hr.client("hr", uuid7(), persona)
    assert (await other.get("/v1/hours", params={"team_id": str(TEAM)})).status_code == 403


async def test_a_shift_that_was_cancelled_has_no_minutes(hr: Running) -> None:
    await employed(hr)
    shift = a_shift()
    await hr.deliver("hr", SHIFT, shift | {"status": "planned"})
    assert await _rostered(hr) == [450]
    await hr.deliver("hr", SHIFT, shift | {"status": "cancelled"}, version=2)
    assert sum(await _rostered(hr)) == 0
