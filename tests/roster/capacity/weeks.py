"""Typical weeks, made up: the demo team's shifts and visits, and small ones for one rule each."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from demo.barrow import DATA, WEEKDAYS, Placed, Rounds, employee, id_of
from services.roster.domain.ability import REGISTERED, Ability
from services.roster.domain.what_if import Held, NewVisits, OnShift, TypicalDay, TypicalWeek, WhatIf
from tests.running import TEAM

MONDAY = date(2026, 11, 23)
# The rules of the waking day, and of how far a break is from the edges of a shift.
AWAKE, EDGE = (480, 1200), 60
ANNA, BEN = UUID(int=1), UUID(int=2)
NURSES = dict.fromkeys((ANNA, BEN), Ability(frozenset({REGISTERED}), cleared=True))


def a_week(*days: TypicalDay, **changes: Any) -> TypicalWeek:
    """A week of which these days are the first, and in which nothing happens on the others."""
    rest = [TypicalDay(MONDAY + timedelta(days=at)) for at in range(len(days), 7)]
    known = {"people": NURSES, "travel_per_visit": 15, "awake": AWAKE, "edge": EDGE}
    return TypicalWeek(**{"days": [*days, *rest]} | known | changes)


def a_day(at: int, *shifts: OnShift, held: tuple[Held, ...] = ()) -> TypicalDay:
    return TypicalDay(MONDAY + timedelta(days=at), shifts, held)


def on_shift(who: UUID = ANNA, start: int = 540, end: int = 1020, **changes: Any) -> OnShift:
    return OnShift(
        **{"employee_id": who, "start": start, "end": end, "break_minutes": 0, "is_supervised": False} | changes
    )


def asking(*visits: dict[str, Any], **changes: Any) -> WhatIf:
    wanted = [NewVisits(**{"times_a_week": 1, "minutes": 60} | visit) for visit in visits]
    return WhatIf(**{"team_id": TEAM, "visits": wanted} | changes)


def barrow() -> TypicalWeek:
    """The demo team's week."""
    minutes = {clock: int(clock[:2]) * 60 + int(clock[3:]) for row in DATA["rota"] for clock in row[3:5]}
    days = []
    for day in range(len(WEEKDAYS)):
        rows = [row for row in DATA["rota"] if row[0] == day]
        shifts = [
            OnShift(employee(who), minutes[start], minutes[end], pause, supervised)
            for _, who, kind, start, end, pause, supervised in rows
            if kind == "shift"
        ]
        held = [
            Held((employee(who),), None, minutes[start], minutes[end])
            for _, who, kind, start, end, *_ in rows
            if kind == "meeting"
        ]
        held += [_held(one) for one in Rounds().placed if one.day == day]
        days.append(TypicalDay(MONDAY + timedelta(days=day), shifts, held))
    people = {employee(one["key"]): _person(one) for one in DATA["staff"]}
    return TypicalWeek(days, people, 16, AWAKE, EDGE)


def _held(one: Placed) -> Held:
    client, end = id_of("client", one.client["key"]), one.start_minute + one.minutes
    return Held((employee(one.nurse),), client, one.start_minute, end)


def _person(one: dict[str, Any]) -> Ability:
    """Hr has signed off what the team says an assistant can do."""
    can = frozenset(one["skills"])
    return Ability(frozenset({one["role"]}), can, can, cleared=one["dbs"]["clear"])
