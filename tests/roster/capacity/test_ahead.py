"""Eight weeks ahead: what care asks of the team, and what time it has, by hand; and who is told how much of it."""

from typing import Any

import pytest
from uuid6 import uuid7

from tests.roster.agreeing.made import a_leave
from tests.roster.facts import (
    EDITH,
    NEXT,
    RUTH,
    SANDRA,
    TOM,
    a_plan,
    a_shift,
    a_visit,
    code,
    contract,
    episode,
    hear,
    pointer,
)
from tests.roster.test_time_summary import ALL_WEEK, HOURS, STANDING
from tests.running import OTHER_TEAM, TEAM, Running

MEMBERSHIP = "hr.team_membership.changed.v1"


async def ahead(client: Any, **params: str) -> Any:
    answer = await client.get("/v1/capacity", params={"team_id": str(TEAM), "week_of": "2026-11-25", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()["weeks"]


async def demo_team(roster: Running) -> Any:
    """The contracts and standing plans of the demo team."""
    nurse = await roster.nurse("roster")
    for employee, hours in HOURS.items():
        await hear(roster, contract(employee, int(hours * 60)))
    for visits, minutes in STANDING:
        plan = a_plan(visits_per_four_weeks=visits, minutes=minutes, days=ALL_WEEK)
        assert (await nurse.post("/v1/visit-plans", json=plan)).status_code == 201
    return nurse


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/capacity", params={"team_id": str(TEAM)})).status_code == 401


async def test_the_demo_teams_weeks_match_a_hand_calculation(roster: Running) -> None:
    weeks = await ahead(await demo_team(roster))
    assert [week["from_on"] for week in weeks][::7] == ["2026-11-23", "2027-01-11"]
    # 209 visits in four weeks are 52.25 a week, of 2,810 minutes, and 16 minutes of travel each: 836.
    # Of all work 30 of 100 minutes are neither: 3,646 / 0.7 = 5,208.57 of the 165 hours that are contracted.
    del weeks[0]["days"]
    assert weeks[0] == {
        "from_on": "2026-11-23",
        "to_on": "2026-11-29",
        "light": "green",
        "contracted_minutes": 9900,
        "vacant_minutes": 0,
        "client_minutes": 2810,
        "travel_minutes": 836,
        "indirect_minutes": 1562.57,
        "asked_minutes": 5208.57,
        "leave_minutes": 0,
        "away_minutes": 0,
        "capacity_minutes": 9900,
        "load": {"numerator": 36460, "denominator": 69300, "percent": 52.6},
    }


async def test_somebody_who_leaves_lowers_capacity_from_the_day_after(roster: Running) -> None:
    nurse = await demo_team(roster)
    leaves = {"team_id": str(TEAM), "employee_id": str(TOM), "from_on": "2025-01-01", "until_on": "2026-12-02"}
    await roster.deliver("roster", MEMBERSHIP, leaves, version=2)
    weeks = await ahead(nurse)
    # Tom's 4,050 minutes a week: three days of seven of the second week, then none.
    assert [week["contracted_minutes"] for week in weeks[:3]] == [9900, 5850 + 1735.71, 5850]
    assert [week["light"] for week in weeks[:3]] == ["green", "green", "green"]
    await roster.deliver("roster", MEMBERSHIP, {**leaves, "employee_id": str(RUTH)}, version=2)
    alone = (await ahead(nurse))[2]
    assert (alone["contracted_minutes"], alone["light"], alone["load"]["percent"]) == (2700, "red", 192.9)


async def test_agreed_leave_lowers_the_capacity_of_its_days(roster: Running) -> None:
    """Mission row 4.14: Tom's 1,500 minutes are ten days of two weeks, 150 a day; what is only asked counts nothing."""
    nurse, tom = await demo_team(roster), await roster.client("roster", TOM)
    of_tom = a_leave(TOM, from_on="2026-11-27", to_on="2026-12-06", minutes=1500)
    answer = await tom.post("/v1/leave", json=of_tom)
    assert answer.status_code == 201, answer.text
    assert [week["leave_minutes"] for week in (await ahead(nurse))[:3]] == [0, 0, 0]
    agreed = await nurse.post(f"/v1/leave/{of_tom['id']}/answer", json={"ok": True}, headers={"If-Match": '"1"'})
    assert agreed.status_code == 200, agreed.text
    weeks = (await ahead(nurse))[:3]
    assert [week["leave_minutes"] for week in weeks] == [450, 1050, 0]
    assert [week["capacity_minutes"] for week in weeks] == [9450, 8850, 9900]
    leaves = {"team_id": str(TEAM), "employee_id": str(TOM), "from_on": "2025-01-01", "until_on": "2026-12-01"}
    await roster.deliver("roster", MEMBERSHIP, leaves, version=2)
    assert [week["leave_minutes"] for week in (await ahead(nurse))[:2]] == [450, 300]


async def test_a_contract_that_begins_or_ends_within_a_week_counts_by_its_days(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await hear(roster, contract(RUTH, 1750, until_on="2026-11-26"))
    await hear(roster, contract(TOM, 700, from_on="2026-12-03"))
    assert [week["contracted_minutes"] for week in (await ahead(nurse))[:3]] == [1000, 400, 700]


async def test_what_is_set_aside_is_no_capacity_and_shifts_tell_the_gap_of_a_day(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await hear(roster, contract(RUTH, 420))
    plan = a_plan(visits_per_four_weeks=4, minutes=124, days=["tue"])
    assert (await nurse.post("/v1/visit-plans", json=plan)).status_code == 201
    for shift in (
        a_shift(
            kind="meeting", starts_at="2026-11-23T13:30:00Z", ends_at="2026-11-23T15:30:00Z", unpaid_break_minutes=0
        ),
        a_shift(starts_at="2026-11-24T09:00:00Z", ends_at="2026-11-24T12:00:00Z", unpaid_break_minutes=0),
    ):
        assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201
    this, following = (await ahead(nurse))[:2]
    # 124 with the client and 16 on the road are seven tenths of 200 minutes.
    assert (this["asked_minutes"], this["away_minutes"], this["capacity_minutes"]) == (200, 120, 300)
    assert (this["load"]["percent"], this["light"]) == (66.7, "green")
    days = {day["on"]: day for day in this["days"]}
    assert days["2026-11-24"] == {
        "on": "2026-11-24",
        "asked_minutes": 200,
        "on_shift_minutes": 180,
        "gap_minutes": 20,
    }
    assert days["2026-11-25"]["gap_minutes"] == 0
    assert {day["on_shift_minutes"] for day in following["days"]} == {None}


async def test_a_team_is_full_above_nine_tenths_and_over_above_all(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await hear(roster, contract(RUTH, 200, until_on="2026-11-29"))
    await hear(roster, contract(RUTH, 222, from_on="2026-11-30", until_on="2026-12-06"))
    await hear(roster, contract(RUTH, 223, from_on="2026-12-07", until_on="2026-12-13"))
    await nurse.post("/v1/visit-plans", json=a_plan(visits_per_four_weeks=4, minutes=124, days=["tue"]))
    lights = [(week["light"], week["load"]["percent"]) for week in (await ahead(nurse))[:4]]
    assert lights == [("amber", 100), ("amber", 90.1), ("green", 89.7), ("red", None)]


async def test_visits_beyond_the_standing_plans_and_second_hands_are_asked_for(nurse: Any, roster: Running) -> None:
    plan = a_plan(visits_per_four_weeks=4, minutes=75, days=["tue"])
    await nurse.post("/v1/visit-plans", json=plan)
    planned = a_visit(visit_plan_id=plan["id"], accompanied_by=str(TOM), override_words="They know her")
    cancelled = a_visit(starts_at="2026-11-24T14:00:00Z", ends_at="2026-11-24T15:00:00Z")
    for visit in (planned, a_visit(**NEXT), cancelled):
        assert (await nurse.post("/v1/visits", json=visit)).status_code == 201
    off = await nurse.post(f"/v1/visits/{cancelled['id']}/cancel", json={"reason": "Away"}, headers={"If-Match": '"1"'})
    assert off.status_code == 200
    week = (await ahead(nurse))[0]
    # The plan's 75, Tom's 75 beside it, and 45 of a visit of its own; three journeys.
    assert (week["client_minutes"], week["travel_minutes"]) == (195, 48)


async def test_a_plan_for_two_asks_for_both_and_a_visit_of_two_adds_nothing_to_it(nurse: Any) -> None:
    two = {"hands": 2, "second_hand_reason": "moving_handling"}
    plan = a_plan(visits_per_four_weeks=4, minutes=75, days=["tue"], **two)
    assert (await nurse.post("/v1/visit-plans", json=plan)).status_code == 201
    visit = a_visit(visit_plan_id=plan["id"], accompanied_by=str(TOM), override_words="They know her")
    assert (await nurse.post("/v1/visits", json=visit)).status_code == 201
    week = (await ahead(nurse))[0]
    assert (week["client_minutes"], week["travel_minutes"]) == (150, 32)


async def test_care_that_is_paused_asks_for_nothing(roster: Running) -> None:
    nurse, client = await roster.nurse("roster"), uuid7()
    name, opened = episode(client)
    await hear(roster, (name, opened))
    await nurse.post("/v1/visit-plans", json=a_plan(client_id=str(client)))
    told = {name: opened[name] for name in ("episode_of_care_id", "client_id", "team_id")}
    paused = {**told, "status": "onhold", "since_on": "2026-12-01"}
    await roster.deliver("roster", "caseload.episode_of_care.paused.v1", paused, version=2)
    assert [week["client_minutes"] for week in (await ahead(nurse))[:3]] == [150, 0, 0]


async def test_a_vacancy_stands_apart_until_it_is_filled(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await hear(roster, contract(RUTH, 1800))
    vacancy = {
        "id": str(uuid7()),
        "team_id": str(TEAM),
        "minutes_per_week": 1400,
        "role": "registered_nurse",
        "skills": ["catheter"],
        "from_on": "2026-11-30",
    }
    told = await nurse.post("/v1/vacancies", json=vacancy)
    assert (told.status_code, told.json()["filled_on"]) == (201, None)
    assert [(w["vacant_minutes"], w["capacity_minutes"]) for w in (await ahead(nurse))[:2]] == [(0, 1800), (1400, 1800)]
    filled = {"json": {"filled_on": "2026-12-10"}, "headers": {"If-Match": '"1"'}}
    early = {**filled, "json": {"filled_on": "2026-11-01"}}
    at = f"/v1/vacancies/{vacancy['id']}/fill"
    refused = await nurse.post(at, json=early["json"], headers=early["headers"])
    assert (refused.status_code, pointer(refused)) == (422, "/body/filled_on")
    assert (await nurse.post(at, **filled)).status_code == 200
    # Monday to Wednesday of the third week.
    assert [week["vacant_minutes"] for week in (await ahead(nurse))[1:4]] == [1400, 600, 0]
    again = await nurse.post(at, json=filled["json"], headers={"If-Match": '"2"'})
    assert (again.status_code, code(again)) == (409, "vacancy_already_filled")
    listed = (await nurse.get("/v1/vacancies", params={"team_id": str(TEAM)})).json()["items"]
    assert [one["filled_on"] for one in listed] == ["2026-12-10"]


async def test_a_vacancy_is_told_by_the_team_alone(roster: Running) -> None:
    nurse, coach = await roster.nurse("roster"), await roster.client("roster", "somebody", "coach")
    vacancy = {
        "id": str(uuid7()),
        "team_id": str(OTHER_TEAM),
        "minutes_per_week": 1,
        "role": "nurse",
        "from_on": "2026-11-30",
    }
    assert (await nurse.post("/v1/vacancies", json=vacancy)).status_code == 404
    assert (await coach.post("/v1/vacancies", json={**vacancy, "team_id": str(TEAM)})).status_code == 403
    refused = await nurse.post("/v1/vacancies", json={**vacancy, "minutes_per_week": 10081})
    assert (refused.status_code, pointer(refused)) == (422, "/body/minutes_per_week")


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner"])
async def test_outside_the_team_a_week_is_its_light_and_its_posts(roster: Running, persona: str) -> None:
    nurse, other = await roster.nurse("roster"), await roster.client("roster", "somebody", persona)
    await hear(roster, contract(RUTH, 1800))
    for number in range(5):
        assert (await ahead(other))[0]["light"] is None
        client = EDITH if number == 0 else uuid7()
        await hear(roster, episode(client))
        await nurse.post("/v1/visit-plans", json=a_plan(client_id=str(client)))
    assert (await ahead(other))[0] == {
        "from_on": "2026-11-23",
        "to_on": "2026-11-29",
        "light": "green",
        "contracted_minutes": 1800,
        "vacant_minutes": 0,
    }


async def test_another_teams_weeks_do_not_exist_for_a_nurse(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    assert (await nurse.get("/v1/capacity", params={"team_id": str(OTHER_TEAM)})).status_code == 404
    assert (await nurse.get("/v1/capacity", params={"team_id": str(TEAM), "week_of": "soon"})).status_code == 422


async def test_sandra_is_counted_while_she_is_supervised(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await hear(roster, contract(SANDRA, 900))
    assert (await ahead(nurse))[0]["capacity_minutes"] == 900
