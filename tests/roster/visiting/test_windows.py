"""When a client is visited is set by the named nurse alone, and two people come for a reason (rows 1.02, 3.05)."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.common.auth import SYSTEM
from services.roster.domain.visit import Visit
from services.roster.domain.window import TimeNotOnTheClock, Window, instant_on
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, a_plan, a_visit, code, episode, hear, pointer, refused
from tests.roster.visiting.told import step
from tests.running import Running

pytestmark = pytest.mark.usefixtures("competent")

MORNING = {"window_from_minute": 540, "window_until_minute": 630}
BY_TWO = {"hands": 2, "second_hand_reason": "moving_handling"}


async def with_plan(nurse: Any, **changes: Any) -> str:
    plan = a_plan(**changes)
    answer = await nurse.post("/v1/visit-plans", json=plan)
    assert answer.status_code == 201, answer.text
    return str(plan["id"])


@pytest.fixture
async def sandra(roster: Running, nurse: Any) -> Any:
    """A colleague who is not the named nurse, while everybody is on shift."""
    return await roster.client("roster", SANDRA)


async def test_a_visit_of_a_plan_carries_its_window(nurse: Any) -> None:
    plan = await with_plan(nurse, **MORNING)
    visit = (await nurse.post("/v1/visits", json=a_visit(visit_plan_id=plan))).json()
    assert (visit["window_from_minute"], visit["window_until_minute"]) == (540, 630)


async def test_nobody_but_the_named_nurse_and_the_deputy_plans_or_moves_outside_the_window(
    roster: Running, nurse: Any, sandra: Any
) -> None:
    plan = await with_plan(nurse, **MORNING)
    late = {"starts_at": "2026-11-24T10:31:00Z", "ends_at": "2026-11-24T11:30:00Z", "visit_plan_id": plan}
    assert await refused(sandra, **late) == (409, "outside_window", "/body/starts_at")
    visit = a_visit(visit_plan_id=plan)
    assert (await sandra.post("/v1/visits", json=visit)).status_code == 201
    moved = await step(sandra, visit["id"], "move", {"starts_at": "2026-11-24T12:00:00Z"})
    assert (moved.status_code, code(moved), pointer(moved)) == (409, "outside_window", "/body/starts_at")
    assert (await step(sandra, visit["id"], "move", {"starts_at": "2026-11-24T10:30:00Z"})).status_code == 200
    deputy = await roster.client("roster", TOM)
    assert (await step(deputy, visit["id"], "move", {"starts_at": "2026-11-24T12:00:00Z"})).status_code == 200


async def test_whoever_was_the_named_nurse_sets_the_window_no_more(roster: Running, nurse: Any) -> None:
    plan = await with_plan(nurse, **MORNING)
    await hear(roster, episode(EDITH, named_nurse_id=SANDRA, deputy_id=TOM, opened_on="2026-11-20"))
    late = {"starts_at": "2026-11-24T12:00:00Z", "ends_at": "2026-11-24T12:30:00Z", "visit_plan_id": plan}
    assert (await refused(nurse, **late))[1] == "outside_window"


async def test_a_window_is_of_the_clocks_of_england() -> None:
    window = Window(540, 600)
    assert window.holds(datetime(2026, 7, 1, 8, 0, tzinfo=UTC))
    assert not window.holds(datetime(2026, 7, 1, 9, 1, tzinfo=UTC))
    assert window.holds(datetime(2026, 12, 1, 10, 0, tzinfo=UTC))


async def test_a_window_over_midnight_holds_on_both_sides() -> None:
    night = Window(1380, 1560)
    times = {"22:59": False, "23:00": True, "00:30": True, "02:00": True, "02:01": False}
    for clock, holds in times.items():
        hour, minute = map(int, clock.split(":"))
        assert night.holds(datetime(2026, 12, 1, hour, minute, tzinfo=UTC)) == holds, clock


@pytest.mark.parametrize(("day", "times"), [(date(2026, 3, 29), 0), (date(2026, 10, 25), 2)])
def test_a_time_that_the_clocks_do_not_show_once_is_asked_about(day: date, times: int) -> None:
    assert times != 1
    with pytest.raises(TimeNotOnTheClock):
        instant_on(day, 90)
    assert instant_on(day, 150).tzinfo is UTC


@pytest.mark.parametrize(
    "changes",
    [
        {"window_from_minute": 540},
        {"window_from_minute": 600, "window_until_minute": 540},
        {"hands": 2},
        {"second_hand_reason": "safety"},
    ],
)
async def test_a_plan_says_what_belongs_together(nurse: Any, changes: dict[str, Any]) -> None:
    answer = await nurse.post("/v1/visit-plans", json=a_plan(**changes))
    assert (answer.status_code, code(answer)) == (422, "validation_failed")


async def test_the_clients_wishes_for_people_are_kept_with_the_plan(nurse: Any) -> None:
    plan = a_plan(wishes={"liked": [str(RUTH)], "not_liked": [str(TOM)]})
    made = await nurse.post("/v1/visit-plans", json=plan)
    assert made.json()["wishes"] == {"liked": [str(RUTH)], "not_liked": [str(TOM)]}


async def test_whoever_comes_along_comes_for_a_reason(nurse: Any) -> None:
    unsaid = a_visit(accompanied_by=TOM) | {"second_hand_reason": None}
    answer = await nurse.post("/v1/visits", json=unsaid)
    assert (answer.status_code, code(answer)) == (422, "second_hand_without_reason")
    assert pointer(answer) == "/body/second_hand_reason"
    made = await nurse.post("/v1/visits", json=a_visit(accompanied_by=TOM, second_hand_reason="training"))
    assert (made.status_code, made.json()["second_hand_reason"]) == (201, "training")


async def test_a_plan_for_two_asks_for_two_and_gives_the_reason(nurse: Any) -> None:
    plan = await with_plan(nurse, **BY_TWO)
    alone = await refused(nurse, visit_plan_id=plan)
    assert alone == (409, "second_hand_needed", "/body/accompanied_by")
    visit = a_visit(visit_plan_id=plan, accompanied_by=TOM) | {"second_hand_reason": None}
    made = await nurse.post("/v1/visits", json=visit)
    assert (made.status_code, made.json()["second_hand_reason"]) == (201, "moving_handling")


@pytest.mark.parametrize("said", [None, "efficiency"])
async def test_whoever_is_lifted_by_two_is_not_left_to_one(nurse: Any, said: str | None) -> None:
    visit = a_visit(accompanied_by=TOM, second_hand_reason="moving_handling")
    await nurse.post("/v1/visits", json=visit)
    for _ in range(2):
        alone = {"starts_at": "2026-11-24T12:00:00Z", "accompanied_by": None, "second_hand_reason": said}
        answer = await step(nurse, visit["id"], "move", alone)
        assert (answer.status_code, code(answer)) == (409, "second_hand_needed")
        kept = {"starts_at": "2026-11-24T12:00:00Z", "accompanied_by": str(TOM), "second_hand_reason": said}
        assert (await step(nurse, visit["id"], "move", kept)).json()["second_hand_reason"] == "moving_handling"


async def test_a_second_hand_for_any_other_reason_may_stay_away(nurse: Any) -> None:
    visit = a_visit(accompanied_by=TOM, second_hand_reason="training")
    await nurse.post("/v1/visits", json=visit)
    alone = await step(nurse, visit["id"], "move", {"starts_at": "2026-11-24T12:00:00Z", "accompanied_by": None})
    assert (alone.status_code, alone.json()["second_hand_reason"]) == (200, None)


async def test_who_came_along_before_anybody_asked_why_still_comes(roster: Running, nurse: Any) -> None:
    visit = a_visit(accompanied_by=TOM, second_hand_reason="training")
    await nurse.post("/v1/visits", json=visit)
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        (await tx.get(Visit, UUID(visit["id"]))).second_hand_reason = None
    noon = {"starts_at": "2026-11-24T12:00:00Z"}
    moved = await step(nurse, visit["id"], "move", noon)
    assert moved.status_code == 200, moved.text
    assert (moved.json()["accompanied_by"], moved.json()["second_hand_reason"]) == (str(TOM), None)
    named = await step(nurse, visit["id"], "move", noon | {"accompanied_by": str(TOM)})
    assert (named.status_code, code(named)) == (422, "second_hand_without_reason")


async def test_a_plan_that_the_release_before_writes_is_for_one(roster: Running, nurse: Any) -> None:
    plan = await with_plan(nurse)
    known = "version, changed_at, team_id, client_id, purpose, minutes, visits_per_four_weeks, role, skills, days"
    known = f"{known}, channel, from_on"
    copied = f"insert into visit_plan (id, {known}) select gen_random_uuid(), {known} from visit_plan"
    async with roster.databases["roster"].transaction(SYSTEM) as tx:
        await tx.session.execute(text(copied))
    items = (await nurse.get("/v1/visit-plans")).json()["items"]
    assert [one["hands"] for one in items if one["id"] != plan] == [1]
