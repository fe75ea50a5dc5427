"""The floor: below how many whole-time equivalents, or people with a skill, a team must not fall (mission row 6.13).

The organisation's rule holds for every team; a team may ask for more of itself, and never for less.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, col

from services.common.models import INSTANT, TeamOwned
from services.common.types import Code, Day, Input, NewId
from services.roster.domain.ability import Word, ability_of, may_hold, skills_on
from services.roster.domain.base import Base
from services.roster.domain.capacity import Member, time_of_members
from services.roster.domain.known import Contract
from services.roster.domain.period import Period

# Whole-time equivalents are kept in hundredths; a week has so many days of a contract.
HUNDREDTHS, DAYS = 100, 7


class NewFloor(Input):
    """Hundredths of a whole-time equivalent; or people, where a skill is named, such as 2 for catheters."""

    id: NewId
    team_id: UUID
    skill: Code | None = None
    fewest: Annotated[int, Shape(strict=True, ge=1, le=10_000)]
    from_on: Day


class StaffingFloor(TeamOwned, Base, table=True):
    """What the team asks of itself from a day on; of those for the same skill the newest that has begun holds."""

    skill: str | None = None
    fewest: int
    from_on: date
    set_by: UUID | None

    @classmethod
    def made(cls, new: NewFloor, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"set_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about)


class FloorAlert(TeamOwned, Base, table=True):
    """From this week on the team would be below a floor; closed when it would not be any more."""

    skill: str | None = None
    week_on: date
    have: int
    need: int
    raised_at: datetime = Field(sa_type=INSTANT)
    closed_at: datetime | None = Field(default=None, sa_type=INSTANT)

    def follow(self, found: "FloorOfWeek", now: datetime) -> None:
        """It is still below: from which week, and by how much, is told as it is now."""
        as_told = self.week_on, self.have, self.need
        self.week_on, self.have, self.need = found.week_on, found.have, found.need
        if as_told != (found.week_on, found.have, found.need):
            self.changed_at = now


@dataclass(frozen=True)
class Staff:
    """Who is in a team, for how long, and who can do what from when to when."""

    contracts: Sequence[Contract]
    members: Sequence[Member]
    words: Sequence[Word]


@dataclass(frozen=True)
class FloorOfWeek:
    """One floor in one week: hundredths of whole-time equivalents, or people with the skill, on its worst day."""

    week_on: date
    skill: str | None
    have: int
    need: int

    @property
    def is_kept(self) -> bool:
        return self.have >= self.need


def floors_of(week: Period, floors: Iterable[StaffingFloor], fewest_wte: int) -> dict[str | None, int]:
    """What is needed in this week, by skill; without one in hundredths of whole-time equivalents."""
    needed: dict[str | None, int] = {}
    for floor in sorted(floors, key=lambda one: one.from_on):
        if floor.from_on <= week.to_on:
            needed[floor.skill] = floor.fewest
    needed[None] = max(needed.get(None, 0), fewest_wte)
    return needed


def compared(
    weeks: Iterable[Period], staff: Staff, floors: Sequence[StaffingFloor], fewest_wte: int, full_time: int
) -> Iterator[FloorOfWeek]:
    """Each floor in each week. A week is as good as the worse of its first and its last day."""
    for week in weeks:
        for skill, need in floors_of(week, floors, fewest_wte).items():
            ends = (week.from_on, week.to_on)
            have = min(_wte(staff, day, full_time) if skill is None else _with(staff, skill, day) for day in ends)
            yield FloorOfWeek(Period.week_of(week.from_on).from_on, skill, have, need)


def breached(found: Iterable[FloorOfWeek]) -> Mapping[str | None, FloorOfWeek]:
    """Of each floor that is not kept the first week in which it is not."""
    first: dict[str | None, FloorOfWeek] = {}
    for one in found:
        if not one.is_kept:
            first.setdefault(one.skill, one)
    return first


def _wte(staff: Staff, day: date, full_time: int) -> int:
    """Hundredths, rounded down: a team that has not quite two has not two."""
    minutes = time_of_members(staff.contracts, staff.members, Period(day, day)) * DAYS
    return int(Fraction(minutes, full_time) * HUNDREDTHS)


def _with(staff: Staff, skill: str, day: date) -> int:
    there = {one.employee_id for one in staff.members if _holds(one.from_on, one.until_on, day)}
    roles: dict[UUID, set[str]] = {}
    for one in staff.contracts:
        if one.role is not None and _holds(one.from_on, one.until_on, day):
            roles.setdefault(one.employee_id, set()).add(one.role)
    said = skills_on(day, staff.words).items()
    return len({who for who, of in said if who in there and may_hold(ability_of(roles.get(who, ()), of), [skill])})


def _holds(from_on: date, until_on: date | None, day: date) -> bool:
    return from_on <= day and (until_on is None or day <= until_on)


StaffingFloor.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("fewest > 0", name="staffing_floor_makes_sense")
)
Index(
    "floor_alert_once",
    col(FloorAlert.team_id),
    text("coalesce(skill, '')"),
    unique=True,
    postgresql_where=text("closed_at is null"),
)
