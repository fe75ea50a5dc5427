"""Time with clients over twelve weeks, travel apart, and one's own week, which nobody else can ask for."""

from typing import Any

import pytest
from uuid6 import uuid7

from tests.roster.facts import EDITH, NEXT, RUTH, TOM, WALTER, a_shift, a_visit, contact, contract, hear
from tests.roster.test_time_summary import summary
from tests.running import OTHER_TEAM, TEAM, Running

WEEK = {"team_id": str(TEAM), "week_of": "2026-11-25"}


async def mine(client: Any) -> Any:
    answer = await client.get("/v1/time-summary/mine", params=WEEK)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.get("/v1/time-summary/mine", params=WEEK)).status_code == 401


async def test_time_with_clients_is_told_apart_from_coordination_and_travel(nurse: Any, roster: Running) -> None:
    await hear(roster, contract(RUTH, 1800))
    await hear(roster, contact(EDITH, RUTH, {"nursing": 60, "wider_support": 15, "coordination": 10}))
    for visit in (a_visit(accompanied_by=str(TOM)), a_visit(**NEXT, client_id=str(WALTER), channel="phone")):
        assert (await nurse.post("/v1/visits", json=visit)).status_code == 201
    found = await summary(nurse)
    assert (found["client_facing_minutes"], found["coordination_minutes"], found["recorded_minutes"]) == (75, 10, 85)
    # Two people drive to Edith, and nobody to a call by phone.
    assert found["travel_minutes"] == 32


async def test_twelve_weeks_and_the_last_four_of_them_as_one(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    await hear(roster, contract(RUTH, 1000, from_on="2026-11-09"))
    for day, minutes in (("11-24", 300), ("11-17", 500), ("11-10", 400), ("11-03", 100), ("09-07", 50), ("09-06", 70)):
        await hear(roster, contact(EDITH, RUTH, {"nursing": minutes}, started_at=f"2026-{day}T10:00:00Z"))
    found = await summary(nurse)
    weeks = [(one["from_on"], one["recorded_minutes"], one["contracted_minutes"]) for one in found["trend"]]
    assert (len(weeks), weeks[0]) == (12, ("2026-09-07", 50, 0))
    assert weeks[-4:] == [
        ("2026-11-02", 100, 0),
        ("2026-11-09", 400, 1000),
        ("2026-11-16", 500, 1000),
        ("2026-11-23", 300, 1000),
    ]
    assert [one["recorded_share"]["percent"] for one in found["trend"][-4:]] == [None, 40, 50, 30]
    assert found["four_weeks_share"] == {"numerator": 1300, "denominator": 3000, "percent": 43.3}


async def test_outside_the_team_a_week_of_few_clients_has_no_place_in_the_trend(roster: Running) -> None:
    coach = await roster.client("roster", "somebody", "coach")
    await hear(roster, contract(RUTH, 1000))
    for week in (1, 8, 15, 22):
        for _ in range(4 if week == 15 else 5):
            await hear(roster, contact(uuid7(), RUTH, {"nursing": 30}, started_at=f"2026-06-{week:02}T10:00:00Z"))
    found = await summary(coach, week_of="2026-06-24")
    assert [one["recorded_minutes"] for one in found["trend"][-4:]] == [150, 150, None, 150]
    assert found["four_weeks_share"] is None
    await hear(roster, contact(uuid7(), RUTH, {"nursing": 30}, started_at="2026-06-15T10:00:00Z"))
    assert (await summary(coach, week_of="2026-06-24"))["four_weeks_share"]["percent"] == 15


async def test_the_coach_sees_that_protected_time_was_overwritten_twice(nurse: Any, roster: Running) -> None:
    coach = await roster.client("roster", "somebody", "coach")
    for day, start, end in ((24, "10:30", "11:30"), (24, "14:00", "14:30"), (25, "09:00", "10:00")):
        shift = a_shift(
            kind="protected_time",
            starts_at=f"2026-11-{day}T{start}:00Z",
            ends_at=f"2026-11-{day}T{end}:00Z",
            unpaid_break_minutes=0,
        )
        assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201
    later = {"starts_at": "2026-11-24T14:15:00Z", "ends_at": "2026-11-24T15:00:00Z"}
    words = {"override_words": "She cannot wait"}
    for visit in (a_visit(**words), a_visit(**later, **words)):
        assert (await nurse.post("/v1/visits", json=visit)).status_code == 201
    assert (await summary(coach))["protected_time_overwritten"] == 2
    assert (await summary(coach, week_of="2026-12-16"))["protected_time_overwritten"] == 2
    assert (await summary(coach, week_of="2026-12-23"))["protected_time_overwritten"] == 0


async def test_ones_own_week_holds_nobody_elses(nurse: Any, roster: Running) -> None:
    await hear(roster, contract(RUTH, 1800))
    await hear(roster, contract(TOM, 2250))
    await hear(roster, contact(EDITH, RUTH, {"nursing": 60, "coordination": 12}))
    await hear(roster, contact(EDITH, TOM, {"nursing": 200}))
    assert await mine(nurse) == {
        "team_id": str(TEAM),
        "from_on": "2026-11-23",
        "to_on": "2026-11-29",
        "contracted_minutes": 1800,
        "planned_minutes": 420,
        "recorded_minutes": 72,
        "recorded_share": {"numerator": 72, "denominator": 1800, "percent": 4.0},
        "client_facing_minutes": 60,
        "coordination_minutes": 12,
        "meeting_minutes": 0,
        "training_minutes": 0,
        "protected_time_minutes": 0,
        "admin_minutes": 0,
    }
    assert (await mine(await roster.client("roster", TOM)))["recorded_minutes"] == 200
    # There is no way to name somebody else.
    answer = await nurse.get("/v1/time-summary/mine", params={**WEEK, "employee_id": str(TOM)})
    assert (answer.is_error, "recorded_minutes" in answer.json()) == (True, False)


@pytest.mark.parametrize("persona", ["coach", "heatshield", "steering", "commissioner", "finance", "hr", "ops"])
async def test_nobody_around_the_team_has_a_week_of_their_own_in_it(roster: Running, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    assert (await other.get("/v1/time-summary/mine", params=WEEK)).status_code == 403


async def test_another_teams_week_is_nobodys_own(roster: Running) -> None:
    nurse = await roster.nurse("roster")
    answer = await nurse.get("/v1/time-summary/mine", params={**WEEK, "team_id": str(OTHER_TEAM)})
    assert answer.status_code == 404
