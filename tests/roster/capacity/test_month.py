"""Finance is told of a team's month that is over, in sums that are nobody's own (row 7.12)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from services.common.types import day_in_england
from services.roster.domain.month import months_before
from services.roster.events import MonthSummed
from services.roster.usecases.capacity import sum_months
from tests.roster.facts import RUTH, TOM, a_shift, contact, contract, hear
from tests.running import TEAM, Running, owner

TODAY = day_in_england(datetime.now(UTC))
LAST, BEFORE = months_before(TODAY, 2)
# The tenth, in the middle of the day, on either clock.
NOON = f"{LAST.from_on.replace(day=10)}T12:00:00Z"


def test_months_run_from_the_first_to_the_last() -> None:
    found = [(one.from_on, one.to_on) for one in months_before(date(2026, 3, 31), 2)]
    assert found == [(date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 1, 1), date(2026, 1, 31))]


async def told(roster: Running, month: date) -> list[dict[str, Any]]:
    wanted = {"team_id": str(TEAM), "month_on": str(month)}
    return [one.data for one in await roster.published("roster", MonthSummed) if wanted.items() <= one.data.items()]


async def spent(roster: Running, clients: int) -> None:
    """Half an hour of nursing and ten minutes of coordination with each."""
    for _ in range(clients):
        name, data = contact(uuid7(), RUTH, {"nursing": 30, "coordination": 10})
        await hear(roster, (name, data | {"started_at": NOON}))


async def test_a_month_is_told_once_and_again_where_something_came_in_late(roster: Running) -> None:
    for who in (RUTH, TOM):
        await hear(roster, contract(who, 1050))
    nurse, starts = await roster.nurse("roster"), datetime.fromisoformat(NOON)
    for kind in ("meeting", "admin"):
        until = (starts + timedelta(hours=1)).isoformat()
        shift = a_shift(kind=kind, unpaid_break_minutes=0, starts_at=NOON, ends_at=until)
        assert (await nurse.post("/v1/shifts", json=shift)).status_code == 201
    await spent(roster, 5)
    database = roster.databases["roster"]
    await sum_months(database)
    await sum_months(database)
    *earlier, first = await told(roster, LAST.from_on)
    days = len(LAST.days())
    assert (
        first
        | {
            "contracted_minutes": 2 * 150 * days,
            "client_facing_minutes": 150,
            "coordination_minutes": 50,
            "meeting_minutes": 60,
            "admin_minutes": 60,
            "training_minutes": 0,
        }
        == first
    )
    assert not {"employee_id", "client_id"} & first.keys()
    await spent(roster, 1)
    await sum_months(database)
    *_, again = await told(roster, LAST.from_on)
    assert len(await told(roster, LAST.from_on)) == len(earlier) + 2
    assert (again["month_id"], again["client_facing_minutes"]) == (first["month_id"], 180)
    assert (await told(roster, BEFORE.from_on))[-1]["client_facing_minutes"] is None


async def test_time_with_few_clients_is_not_told(roster: Running) -> None:
    await hear(roster, contract(RUTH, 1050))
    await spent(roster, 4)
    await sum_months(roster.databases["roster"])
    *_, found = await told(roster, LAST.from_on)
    assert (found["client_facing_minutes"], found["coordination_minutes"], found["travel_minutes"]) == (None,) * 3


async def test_one_team_that_fails_stands_in_no_others_way(roster: Running) -> None:
    first, database = UUID(int=1), roster.databases["roster"]
    for team in (first, TEAM):
        await hear(roster, contract(RUTH, 1050, team_id=team))
    async with owner(database.url) as connection:
        await connection.execute(f"alter table summed_month add constraint not_the_first check (team_id <> '{first}')")
    assert await sum_months(database) == 2
    assert len(await told(roster, LAST.from_on)) == 1
