"""The demo team as roster knows it, loaded as rows: its people, and its week over and over again."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg

from demo.barrow import DATA, TEAM, Calendar, Placed, Rounds, employee, id_of

Row = tuple[Any, ...]
MEMBER = ("team_id", "employee_id", "from_on", "until_on", "version")
CONTRACT = ("contract_id", "employee_id", "team_id", "minutes_per_week", "role", "kind", "from_on", "version")
CLEARANCE = ("employee_id", "since_on", "may_visit_alone", "version")
SKILL = ("id", "version", "changed_at", "team_id", "employee_id", "skill", "from_on")
SHIFT: tuple[str, ...] = ("id", "version", "changed_at", "team_id", "employee_id", "kind", "starts_at", "ends_at")
SHIFT += ("unpaid_break_minutes", "supervised_only", "status", "short_notice")
VISIT: tuple[str, ...] = (
    "id",
    "version",
    "changed_at",
    "team_id",
    "client_id",
    "employee_id",
    "starts_at",
    "ends_at",
    "channel",
)
VISIT += ("purpose", "status")
NOW, SINCE = datetime.now(UTC), date(2020, 1, 1)


async def sow(connection: asyncpg.Connection, last: Calendar, weeks: int) -> None:
    """The team's people, and so many weeks of shifts and visits, the last from its day zero."""
    people = DATA["staff"]
    of = [(one, employee(one["key"])) for one in people]
    contracts = [
        (id_of("contract", who), who, TEAM, one["minutes_per_week"], one["role"], one["contract"], SINCE, 1)
        for one, who in of
    ]
    skills = [
        (id_of("skill", who, skill), 1, NOW, TEAM, who, skill, SINCE) for one, who in of for skill in one["skills"]
    ]
    for table, columns, rows in (
        ("team_member", MEMBER, [(TEAM, who, SINCE, None, 1) for _, who in of]),
        ("contract", CONTRACT, contracts),
        ("clearance", CLEARANCE, [(who, SINCE, one["dbs"]["clear"], 1) for one, who in of]),
        ("member_skill", SKILL, skills),
        ("shift", SHIFT, list(_weeks(last, weeks, _shifts))),
        ("visit", VISIT, list(_weeks(last, weeks, _visits))),
    ):
        await connection.copy_records_to_table(table, records=rows, columns=columns)
    await connection.execute("analyze")


def _weeks(last: Calendar, weeks: int, rows: Any) -> Iterator[Row]:
    for number in range(weeks):
        yield from rows(Calendar(last.day_zero - timedelta(weeks=number)), number)


def _shifts(week: Calendar, number: int) -> Iterator[Row]:
    for at, (day, who, kind, start, end, pause, supervised) in enumerate(DATA["rota"]):
        times = (_instant(week, day, start), _instant(week, day, end))
        yield id_of("shift", number, at), 1, NOW, TEAM, employee(who), kind, *times, pause, supervised, "planned", False


def _visits(week: Calendar, number: int) -> Iterator[Row]:
    for one in Rounds().placed:
        times = (_instant(week, one.day, one.clock), _instant(week, one.day, one.end_clock))
        yield id_of("visit", number, *_name(one)), 1, NOW, TEAM, *_who(one), *times, "in_person", "Visit", "planned"


def _name(one: Placed) -> tuple[str, int, int]:
    return one.client["key"], one.plan, one.day


def _who(one: Placed) -> Row:
    return id_of("client", one.client["key"]), employee(one.nurse)


def _instant(week: Calendar, day: int, clock: str) -> datetime:
    return datetime.fromisoformat(week.at(day, clock))
