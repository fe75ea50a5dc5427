"""The team sees its week against its contracted hours and the 60 per cent target; nobody sees a person's score."""

from datetime import UTC, datetime
from typing import Any

import pytest
from uuid6 import uuid7

from services.common.types import day_in_england
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, WALTER, a_plan, a_shift, contact, contract, episode, hear
from tests.running import OTHER_TEAM, TEAM, Running

ALL_WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# The demo team's standing plans: visits in four weeks, minutes of each.
STANDING = [
    *((8, 75), (4, 20), (4, 60), (20, 60), (8, 45), (28, 30), (4, 45), (12, 75), (4, 45), (4, 45), (1, 60), (4, 75)),
    *((12, 45), (12, 60), (28, 45), (4, 30), (8, 75), (12, 60), (8, 75), (8, 75), (4, 45), (8, 60), (4, 75)),
]
# A week that is over, and an hour in it.
OVER, THEN = {"week_of": "2026-06-17"}, "2026-06-17T10:05:00Z"
HOURS = {RUTH: 52.5, TOM: 67.5, SANDRA: 45}


async def summary(client: Any, **params: str) -> Any:
    answer = await client.get("/v1/time-summary", params={"team_id": str(TEAM), "week_of": "2026-11-25", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/time-summary", params={"team_id": str(TEAM)})).status_code == 401


async def test_the_demo_teams_standing_plans_make_28_4_per_cent_of_165_hours(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    for employee, hours in HOURS.items():
        await hear(roster, contract(employee, int(hours * 60)))
    for visits, minutes in STANDING:
        plan = a_plan(visits_per_four_weeks=visits, minutes=minutes, days=ALL_WEEK)
        assert (await nurse.post("/v1/visit-plans", json=plan)).status_code == 201
    found = await summary(nurse)
    assert (found["from_on"], found["to_on"]) == ("2026-11-23", "2026-11-29")
    assert found["contracted_minutes"] == 165 * 60
    assert found["standing_minutes"] == 2810
    assert round(found["standing_minutes"] / 60, 1) == 46.8
    assert found["standing_share"] == {"numerator": 2810, "denominator": 9900, "percent": 28.4}
    assert found["target_percent"] == 60


async def test_what_was_recorded_is_told_by_type(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await hear(roster, contract(RUTH, 1800))
    await hear(roster, contact(EDITH, RUTH, {"nursing": 60, "wider_support": 15}))
    await hear(roster, contact(WALTER, TOM, {"nursing": 30}, started_at="2026-11-29T23:30:00Z"))
    # Outside the week in England, on either side; and another team's.
    await hear(roster, contact(EDITH, RUTH, {"nursing": 100}, started_at="2026-11-30T00:00:00Z"))
    await hear(roster, contact(EDITH, RUTH, {"nursing": 100}, started_at="2026-11-22T23:59:00Z"))
    await hear(roster, contact(EDITH, RUTH, {"nursing": 100}, team_id=OTHER_TEAM))
    found = await summary(nurse)
    assert found["recorded_minutes"] == 105
    assert found["recorded_share"] == {"numerator": 105, "denominator": 1800, "percent": 5.8}
    assert found["recorded_by_type"] == [
        {"activity_type": "nursing", "minutes": 90, "share": {"numerator": 90, "denominator": 1800, "percent": 5.0}},
        {
            "activity_type": "wider_support",
            "minutes": 15,
            "share": {"numerator": 15, "denominator": 1800, "percent": 0.8},
        },
    ]


async def test_a_week_in_summer_begins_at_midnight_in_england(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    # Sunday 28 June, 23:30 UTC, is Monday in England.
    await hear(roster, contact(EDITH, RUTH, {"nursing": 20}, started_at="2026-06-28T23:30:00Z"))
    meeting = a_shift(
        kind="meeting", starts_at="2026-06-28T23:30:00Z", ends_at="2026-06-29T00:30:00Z", unpaid_break_minutes=0
    )
    assert (await nurse.post("/v1/shifts", json=meeting)).status_code == 201
    monday, sunday = await summary(nurse, week_of="2026-06-29"), await summary(nurse, week_of="2026-06-28")
    assert (monday["recorded_minutes"], monday["meeting_minutes"]) == (20, 60)
    assert (sunday["recorded_minutes"], sunday["meeting_minutes"]) == (0, 0)


async def test_time_for_other_things_is_told_apart(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    for kind, start, end, pause in (
        ("meeting", "13:30", "15:30", 0),
        ("training", "09:00", "13:00", 30),
        ("protected_time", "15:30", "16:00", 0),
        ("admin", "16:00", "16:45", 0),
        ("shift", "08:00", "17:00", 30),
        ("on_call", "17:00", "20:00", 0),
    ):
        times = {"starts_at": f"2026-11-25T{start}:00Z", "ends_at": f"2026-11-25T{end}:00Z"}
        shift = a_shift(kind=kind, unpaid_break_minutes=pause, **times)
        assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201
    await nurse.post("/v1/shifts", json=a_shift(kind="meeting", employee_id=TOM, unpaid_break_minutes=0))
    found = await summary(nurse)
    kinds = ("meeting", "training", "protected_time", "admin")
    assert [found[f"{kind}_minutes"] for kind in kinds] == [120 + 450, 210, 30, 45]


async def test_a_contract_that_changes_within_the_week_counts_by_its_days(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await hear(roster, contract(RUTH, 1800, until_on="2026-11-24"))
    await hear(roster, contract(RUTH, 1350, from_on="2026-11-25"))
    found = await summary(nurse)
    # 2 days of 1800 and 5 days of 1350, by sevenths, exactly.
    assert found["contracted_minutes"] == 1478.57
    assert found["standing_share"] == {"numerator": 0, "denominator": 2 * 1800 + 5 * 1350, "percent": 0.0}


async def test_without_contracts_there_is_no_percentage(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    found = await summary(nurse)
    assert found["standing_share"] == found["recorded_share"] == {"numerator": 0, "denominator": 0, "percent": None}


async def test_the_target_holds_from_the_day_of_its_source(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    assert (await summary(nurse, week_of="2019-11-27"))["target_percent"] is None
    assert (await summary(nurse, week_of="2019-12-04"))["target_percent"] == 60


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner", "finance", "hr"])
async def test_those_around_the_team_see_its_week_without_a_client(roster: Running, persona: str) -> None:
    nurse, other = await roster.nurse("roster"), await roster.client("roster", "somebody", persona)
    for number in range(5):
        few = await summary(other, **OVER)
        hidden = ("recorded_minutes", "recorded_share", "standing_minutes", "standing_share")
        assert ([few[name] for name in hidden], few["recorded_by_type"]) == ([None] * 4, [])
        client = EDITH if number == 0 else uuid7()
        await hear(roster, episode(client))
        await nurse.post("/v1/visit-plans", json=a_plan(client_id=client, from_on="2026-06-01"))
        await hear(roster, contact(client, RUTH, {"nursing": 60}, started_at=THEN))
    found = await summary(other, **OVER)
    assert (found["recorded_minutes"], found["standing_minutes"]) == (300, 750.0)
    assert [(one["activity_type"], one["minutes"]) for one in found["recorded_by_type"]] == [("nursing", 300)]
    assert str(EDITH) not in str(found)
    assert str(RUTH) not in str(found)


async def test_what_few_clients_were_given_is_not_told_by_the_rest_of_the_types(roster: Running) -> None:
    nurse, coach = await roster.nurse("roster"), await roster.client("roster", "somebody", "coach")
    for number in range(5):
        segments = {"nursing": 30, "personal_care": 20} if number == 0 else {"nursing": 30}
        await hear(roster, contact(uuid7(), RUTH, segments, started_at=THEN))
    assert len((await summary(nurse, **OVER))["recorded_by_type"]) == 2
    outside = await summary(coach, **OVER)
    assert (outside["recorded_minutes"], outside["recorded_by_type"]) == (170, [])


async def test_outside_the_team_nothing_recorded_is_told_before_the_week_is_over(roster: Running) -> None:
    nurse, coach = await roster.nurse("roster"), await roster.client("roster", "somebody", "coach")
    now = datetime.now(UTC)
    for _ in range(5):
        await hear(roster, contact(uuid7(), RUTH, {"nursing": 30}, started_at=now.isoformat()))
    running = {"week_of": str(day_in_england(now))}
    assert (await summary(nurse, **running))["recorded_minutes"] == 150
    outside = await summary(coach, **running)
    assert (outside["recorded_minutes"], outside["recorded_share"], outside["recorded_by_type"]) == (None, None, [])


@pytest.mark.parametrize("persona", ["council", "integrator", "social_worker", "ops", "service"])
async def test_others_do_not(roster: Running, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    assert (await other.get("/v1/time-summary", params={"team_id": str(TEAM)})).status_code == 403


async def test_another_teams_week_does_not_exist_for_a_nurse(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    assert (await nurse.get("/v1/time-summary", params={"team_id": str(OTHER_TEAM)})).status_code == 404
    assert (await nurse.get("/v1/time-summary", params={"team_id": str(TEAM), "week_of": "soon"})).status_code == 422
