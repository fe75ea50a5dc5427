"""Whoever is alone on a round and does not say so in time is looked for by the team."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.roster.events import VisitLate
from services.roster.usecases.visiting import tell_of_late_visits
from tests.roster.facts import EDITH, RUTH, TOM, WALTER, contact, hear
from tests.roster.visiting.told import at, on_shift_now, planned, step
from tests.running import Running


@pytest.fixture
async def ruth(roster: Running) -> Any:
    ruth = await roster.nurse("roster")
    await on_shift_now(ruth)
    return ruth


async def late(roster: Running, minutes: int = 0) -> int:
    return await tell_of_late_visits(roster.databases["roster"], datetime.now(UTC) + timedelta(minutes=minutes))


async def listed(nurse: Any) -> list[str]:
    days = {at(-120)[:10], at(0)[:10], at(120)[:10]}
    found = [await nurse.get("/v1/visits", params={"late": "true", "on": day}) for day in sorted(days)]
    return [visit["id"] for answer in found for visit in answer.json()["items"]]


async def test_a_visit_that_began_and_does_not_end_is_told_of_once(roster: Running, ruth: Any) -> None:
    visit = await planned(ruth, starts_at=at(-5), ends_at=at(40))
    await step(ruth, visit, "start")
    assert (await late(roster, 54), await late(roster, 57), await late(roster, 58)) == (0, 1, 0)
    (told,) = await roster.published("roster", VisitLate)
    assert (told.data["visit_id"], told.data["employee_id"], told.data["has_begun"]) == (visit, str(RUTH), True)
    assert datetime.fromisoformat(told.data["due_at"]) == datetime.fromisoformat(at(40))
    assert await listed(ruth) == [visit]


async def test_the_next_visit_of_a_round_that_does_not_begin_is_told_of(roster: Running, ruth: Any) -> None:
    first = await planned(ruth, starts_at=at(-5), ends_at=at(10))
    await step(ruth, first, "start")
    second = await planned(ruth, client_id=WALTER, starts_at=at(20), ends_at=at(40))
    await hear(roster, contact(EDITH, RUTH, {"nursing": 15}, visit_id=first))
    assert (await late(roster, 34), await late(roster, 37)) == (0, 1)
    (told,) = await roster.published("roster", VisitLate)
    assert (told.data["visit_id"], told.data["has_begun"]) == (second, False)


async def test_whoever_does_not_say_where_they_are_is_not_looked_for(roster: Running, ruth: Any) -> None:
    await planned(ruth, starts_at=at(-5), ends_at=at(10))
    await planned(ruth, client_id=WALTER, employee_id=TOM, starts_at=at(-5), ends_at=at(10), channel="phone")
    assert await late(roster, 120) == 0


@pytest.mark.parametrize("ending", ["done", "no-reply"])
async def test_whoever_was_heard_of_is_not_late(roster: Running, ruth: Any, ending: str) -> None:
    visit = await planned(ruth)
    await step(ruth, visit, "start")
    if ending == "done":
        await hear(roster, contact(EDITH, RUTH, {"nursing": 15}, visit_id=visit))
    else:
        await step(ruth, visit, ending, {"reason": "Knocked"})
    assert await late(roster, 120) == 0


async def test_whoever_was_late_to_begin_is_watched_until_the_end(roster: Running, ruth: Any) -> None:
    first = await planned(ruth, starts_at=at(-60), ends_at=at(-40))
    await step(ruth, first, "start")
    await step(ruth, first, "no-reply", {"reason": "Knocked"})
    second = await planned(ruth, client_id=WALTER, starts_at=at(-30), ends_at=at(10))
    assert await late(roster) == 1
    await step(ruth, second, "start")
    assert await listed(ruth) == []
    assert await late(roster, 27) == 1


async def test_what_is_long_over_is_nobodys_alarm(roster: Running, ruth: Any) -> None:
    visit = await planned(ruth)
    await step(ruth, visit, "start")
    assert await late(roster, 60 * 25) == 0
