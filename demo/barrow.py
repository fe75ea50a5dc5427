"""The Barrow team as data: people, clients, rota. Days count from day zero, and names become the same ids each time."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from devissuer.main import Person
from services.common.types import ENGLAND

DATA: dict[str, Any] = json.loads(Path(__file__).with_name("barrow.json").read_text("utf-8"))
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Ids are version 7 UUIDs of one fixed instant, so that a name means the same record in every run.
BIRTH_OF_IDS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)


def id_of(*name: object) -> UUID:
    """The id that this name stands for: a version 7 UUID whose random part is the name's hash."""
    digest = int.from_bytes(hashlib.sha256("/".join(map(str, name)).encode()).digest()[:10])
    return UUID(int=(BIRTH_OF_IDS << 80 | digest) & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


TEAM = id_of("team", "barrow")


def latest_monday_before(today: date) -> date:
    """Day zero of a demo that starts now: a working day that is over, so that what happened on it is past."""
    return today - timedelta(days=(today.weekday() or 7))


def employee(key: str) -> UUID:
    return id_of("employee", key)


def people() -> dict[str, Person]:
    """Who can sign in at the development issuer, by first name."""
    team = {s["key"]: Person(str(employee(s["key"])), "nurse", f"{s['title']}, Barrow team") for s in DATA["staff"]}
    around = {s["key"]: Person(str(employee(s["key"])), s["persona"], s["title"]) for s in DATA["around"]}
    partners = {"westmere": Person("system:westmere", "council", "The council's own system")}
    return {**team, **around, **partners}


@dataclass(frozen=True)
class Calendar:
    """Turns days since day zero into dates and instants."""

    day_zero: date

    def day(self, offset: int) -> str:
        return (self.day_zero + timedelta(days=offset)).isoformat()

    def at(self, offset: int, clock: str) -> str:
        """The instant at this time on the clocks of England."""
        hour, minute = map(int, clock.split(":"))
        local = datetime.combine(self.day_zero + timedelta(days=offset), time(hour, minute), tzinfo=ENGLAND)
        return local.astimezone(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Placed:
    """One visit of the standing plan on one day, with who makes it and from when."""

    client: dict[str, Any]
    plan: int
    day: int
    nurse: str
    start_minute: int
    minutes: int
    accompanied_by: str | None = None

    @property
    def clock(self) -> str:
        return _clock(self.start_minute)

    @property
    def end_clock(self) -> str:
        return _clock(self.start_minute + self.minutes)

    @property
    def visit_id(self) -> UUID:
        return id_of("visit", self.client["key"], self.plan, self.day)


class Rounds:
    """A simple greedy placing of the standing week: the named nurse first, then the deputy, then who is free."""

    GAP = 10

    def __init__(self) -> None:
        shifts = [
            (day, who, _minutes(start), _minutes(end))
            for day, who, kind, start, end, *_ in DATA["rota"]
            if kind == "shift"
        ]
        self._free = {(day, who): start for day, who, start, _ in shifts}
        self._ends = {(day, who): end for day, who, _, end in shifts}
        self._staff = {member["key"]: member for member in DATA["staff"]}

    @cached_property
    def placed(self) -> list[Placed]:
        wanted = [
            (day, client, number, plan)
            for day, name in enumerate(WEEKDAYS)
            for client in DATA["clients"]
            for number, plan in enumerate(client["visits"])
            if name in plan["days"] and plan["per_four_weeks"] >= 4
        ]
        found = [self._place(*one) for one in wanted]
        return [one for one in found if one is not None]

    def _place(self, day: int, client: dict[str, Any], number: int, plan: dict[str, Any]) -> Placed | None:
        able = [who for (on, who) in self._free if on == day and self._may(who, plan)]
        preferred = [client["named_nurse"], client["deputy"], *sorted(able, key=lambda who: self._free[day, who])]
        for who in preferred:
            start = self._free.get((day, who), 0)
            if who in able and start + plan["minutes"] <= self._ends[day, who]:
                self._free[day, who] = start + plan["minutes"] + self.GAP
                return Placed(client, number, day, who, start, plan["minutes"])
        return None

    def _may(self, who: str, plan: dict[str, Any]) -> bool:
        """A registered nurse may do what is delegated to an assistant practitioner; not the other way round."""
        member = self._staff[who]
        if not member["dbs"]["clear"]:
            return False
        if member["role"] == "registered_nurse" and plan["role"] == "assistant_practitioner":
            return True
        return bool(member["role"] == plan["role"] and set(plan["skills"]) <= set(member["skills"]))


def _minutes(clock: str) -> int:
    hour, minute = map(int, clock.split(":"))
    return hour * 60 + minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
