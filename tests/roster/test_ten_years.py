"""What a team reads of its week, its day and its next rota costs the same after ten years as after a month."""

import re
from contextvars import ContextVar
from typing import Any

import pytest
from sqlalchemy import event

from tests.roster.agreeing.conftest import Team, planning, team
from tests.roster.agreeing.made import Planning, a_leave, availability, day, id_of
from tests.roster.facts import EDITH, RUTH, TOM, a_shift, a_visit, clearance, episode, hear
from tests.running import Running

__all__ = ["planning", "team"]

GROWN = ("shift", "visit", "leave", "availability")
# Availability has an index on its last day, and PostgreSQL walks so small a table all the same.
WALKED = "|".join(GROWN[:3])
Asked = list[tuple[str, Any]]
# The row that is there, once more for each day of ten years; `every` is how many days lie between two.
AGAIN = """
    insert into {table} select again.* from {table} was,
    generate_series(date '2015-01-01', date '2024-12-30', interval '{every} days') as on_day,
    lateral jsonb_populate_record(was, jsonb_build_object('id', gen_random_uuid(), {changes})) as again
"""
# What a service asks of its database beside a request, this does not hold of.
asking = ContextVar("asking", default=False)
AT = "'starts_at', on_day + interval '9 hours', 'ends_at', on_day + interval '10 hours'"


async def ten_years(roster: Running) -> None:
    for table, every, changes in (
        ("shift", 1, AT),
        ("visit", 1, AT),
        ("leave", 7, "'from_on', on_day::date, 'to_on', on_day::date"),
        ("availability", 1, "'day_on', on_day::date, 'weekday', null, 'from_on', on_day::date, 'until_on', null"),
    ):
        await roster.alter("roster", AGAIN.format(table=table, every=every, changes=changes))
    await roster.alter("roster", f"analyze {', '.join(GROWN)}")


async def asked(roster: Running, nurse: Any, path: str, params: dict[str, Any]) -> Asked:
    """What the database is asked for one answer, with what is sent along."""
    found: Asked = []
    engine = roster.databases["roster"].engine.sync_engine

    def hear_of(_: Any, __: Any, statement: str, sent: Any, ___: Any, ____: Any) -> None:
        if asking.get():
            found.append((statement, sent))

    event.listen(engine, "before_cursor_execute", hear_of)
    before = asking.set(True)
    try:
        answer = await nurse.get(path, params=params)
    finally:
        asking.reset(before)
        event.remove(engine, "before_cursor_execute", hear_of)
    assert answer.status_code == 200, answer.text
    return found


async def walked(roster: Running, statements: Asked) -> list[str]:
    """The tables of these years that are read from end to end, by the plans of what was asked."""
    found = []
    async with roster.databases["roster"].engine.connect() as connection:
        await connection.exec_driver_sql("select set_config('app.every_team', 'on', false)")
        for statement, sent in statements:
            if not re.search(rf"from ({WALKED})\b", statement.lower()):
                continue
            plan = "\n".join(row[0] for row in await connection.exec_driver_sql(f"explain {statement}", sent))
            found += re.findall(rf"Seq Scan on ({WALKED})\b", plan)
        await connection.exec_driver_sql("select set_config('app.every_team', 'off', false)")
    return found


@pytest.fixture
async def version(roster: Running, planning: Planning, team: Team) -> Any:
    """A draft, and one of each of what grows."""
    await hear(roster, clearance(RUTH))
    await hear(roster, episode(EDITH))
    visit = {"starts_at": f"{day(0)}T10:00:00Z", "ends_at": f"{day(0)}T11:00:00Z"}
    leave = a_leave(TOM, kind="sick", from_on=day(20), to_on=day(20))
    for path, body in (
        ("/v1/shifts", a_shift(starts_at=f"{day(0)}T09:00:00Z", ends_at=f"{day(0)}T16:00:00Z")),
        ("/v1/visits", a_visit(**visit)),
        ("/v1/leave", leave),
        ("/v1/availability", availability()),
    ):
        answer = await team.ruth.post(path, json=body)
        assert answer.status_code == 201, answer.text
    return await planning.drafted((TOM, 0, "L"))


async def test_a_week_a_day_and_a_rota_cost_as_much_after_ten_years(roster: Running, team: Team, version: Any) -> None:
    reads: list[tuple[str, dict[str, Any]]] = [
        ("/v1/shifts", {"from_on": day(0), "to_on": day(6)}),
        ("/v1/shifts", {"from_on": day(0), "to_on": day(0)}),
        ("/v1/visits", {"on": day(0), "employee_id": str(RUTH)}),
        (f"/v1/rota-versions/{id_of(version)}/score", {}),
    ]
    # The first answer of all asks for what is kept from then on.
    await asked(roster, team.ruth, *reads[0])
    before = [await asked(roster, team.ruth, *read) for read in reads]
    await ten_years(roster)
    after = [await asked(roster, team.ruth, *read) for read in reads]
    # What is kept for a moment may have been asked for anew before, and not afterwards.
    assert all(len(later) <= len(first) for first, later in zip(before, after, strict=True))
    for read, statements in zip(reads, after, strict=True):
        assert await walked(roster, statements) == [], read
