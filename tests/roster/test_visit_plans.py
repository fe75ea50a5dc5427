"""How often, how long and on which days a client is visited is set by the named nurse with the client."""

from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Any

import pytest

from services.roster.domain.period import Period
from services.roster.domain.visit_plan import NewVisitPlan, VisitPlan, standing_minutes
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, a_plan, code, episode, hear, pointer
from tests.running import OTHER_TEAM, STRANGER, Running

WEEK = Period.week_of(date(2026, 11, 24))


async def test_anonymous_is_refused(roster: Running) -> None:
    nobody = await roster.client("roster", None)
    assert (await nobody.post("/v1/visit-plans", json=a_plan())).status_code == 401
    assert (await nobody.get("/v1/visit-plans")).status_code == 401


async def test_the_named_nurse_and_the_deputy_set_the_plan(roster: Running) -> None:
    await hear(roster, episode(EDITH, named_nurse_id=RUTH, deputy_id=TOM))
    for setter in (RUTH, TOM):
        nurse = await roster.client("roster", setter)
        plan = a_plan()
        made = await nurse.post("/v1/visit-plans", json=plan)
        assert made.status_code == 201, made.text
        unsaid = {"channel": "in_person", "until_on": None, "window_from_minute": None, "window_until_minute": None}
        unsaid |= {"hands": 1, "second_hand_reason": None, "wishes": {"liked": [], "not_liked": []}}
        assert made.json() == plan | unsaid | {"version": 1, "set_by": str(setter)}


async def test_a_colleague_does_not_set_it(roster: Running) -> None:
    await hear(roster, episode(EDITH, named_nurse_id=RUTH, deputy_id=TOM))
    colleague = await roster.client("roster", SANDRA)
    refused = await colleague.post("/v1/visit-plans", json=a_plan())
    assert (refused.status_code, code(refused), pointer(refused)) == (403, "not_the_named_nurse", "/body/client_id")


async def test_the_latest_episode_says_who_is_named(roster: Running) -> None:
    await hear(roster, episode(EDITH, named_nurse_id=TOM, deputy_id=SANDRA, opened_on="2026-11-10"))
    await hear(roster, episode(EDITH, named_nurse_id=RUTH, deputy_id=SANDRA, opened_on="2025-01-10"))
    earlier, later = await roster.client("roster", RUTH), await roster.client("roster", TOM)
    assert (await earlier.post("/v1/visit-plans", json=a_plan())).status_code == 403
    assert (await later.post("/v1/visit-plans", json=a_plan())).status_code == 201


@pytest.mark.parametrize("persona", ["coach", "heatshield", "hr", "finance", "steering", "commissioner", "service"])
async def test_nobody_outside_the_team_reads_or_sets_plans(roster: Running, persona: str) -> None:
    other = await roster.client("roster", "somebody", persona)
    assert (await other.post("/v1/visit-plans", json=a_plan())).status_code == 403
    assert (await other.get("/v1/visit-plans")).status_code == 403


async def test_another_teams_plans_do_not_exist_for_a_nurse(roster: Running) -> None:
    nurse, stranger = await roster.nurse("roster"), await roster.client("roster", STRANGER)
    plan = a_plan()
    await nurse.post("/v1/visit-plans", json=plan)
    assert (await nurse.post("/v1/visit-plans", json=a_plan(team_id=OTHER_TEAM))).status_code == 404
    assert (await stranger.get("/v1/visit-plans", params={"team_id": plan["team_id"]})).status_code == 404
    assert (await stranger.get("/v1/visit-plans")).json()["items"] == []
    listed = await nurse.get("/v1/visit-plans", params={"team_id": plan["team_id"]})
    assert [item["id"] for item in listed.json()["items"]] == [plan["id"]]


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"visits_per_four_weeks": 0}, "/body/visits_per_four_weeks"),
        ({"visits_per_four_weeks": 1.25}, "/body/visits_per_four_weeks"),
        ({"minutes": 0}, "/body/minutes"),
        ({"days": ["tue", "tue"]}, "/body/days"),
        ({"days": ["someday"]}, "/body/days/0"),
        ({"until_on": "2026-11-01"}, "/body/until_on"),
        ({"channel": "letter"}, "/body/channel"),
        ({"window": "morning"}, "/body/window"),
    ],
)
async def test_a_plan_that_makes_no_sense_is_refused_at_its_field(
    roster: Running, changes: dict[str, Any], at: str
) -> None:
    nurse = await roster.nurse("roster")
    refused = await nurse.post("/v1/visit-plans", json=a_plan(**changes))
    assert (refused.status_code, code(refused), pointer(refused)) == (422, "validation_failed", at)


def _minutes(**changes: Any) -> int | Fraction:
    plan = VisitPlan.made(NewVisitPlan.model_validate(a_plan(**changes)), RUTH, datetime(2026, 11, 2, tzinfo=UTC))
    return standing_minutes([plan], WEEK).minutes


def test_five_visits_in_four_weeks_are_one_and_a_quarter_a_week() -> None:
    assert _minutes(visits_per_four_weeks=5, minutes=45) == Fraction(225, 4)


def test_a_plan_counts_for_those_of_its_days_on_which_it_is_in_force() -> None:
    thrice = {"visits_per_four_weeks": 12, "minutes": 60, "days": ["mon", "wed", "fri"]}
    assert _minutes(**thrice) == 180
    assert _minutes(**thrice, until_on="2026-11-25") == 120
    assert _minutes(**thrice, from_on="2026-11-26") == 60
    assert _minutes(**thrice, until_on="2026-11-22") == 0
    assert _minutes(**thrice, from_on="2026-11-30") == 0


def test_a_plan_for_any_day_counts_by_sevenths() -> None:
    assert _minutes(visits_per_four_weeks=4, minutes=70, days=[], until_on="2026-11-23") == 10
