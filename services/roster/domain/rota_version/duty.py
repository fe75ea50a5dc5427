"""The duties of one version of a rota: one cell for each person and day who is on duty."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator, model_validator
from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from services.common.errors import Conflict
from services.common.models import INSTANT, TeamOwned
from services.common.types import Day, Input
from services.roster.domain.base import Base
from services.roster.domain.rota import problem
from services.roster.domain.rota.problem import Problem, Roster, Rules
from services.roster.domain.rota.slots import slot_of, slots
from services.roster.domain.rota_version.duty_type import DutyCode
from services.roster.domain.rota_version.rota import Rota

MOST_CELLS = 3000
Cells = Mapping[tuple[UUID, date], str]


class Cell(Input):
    """One person's duty on one day; without a code, a day off. A duty that is pinned a proposal leaves as it is."""

    employee_id: UUID
    day_on: Day
    code: DutyCode | None
    pinned: bool = False

    @model_validator(mode="after")
    def _a_duty_is_pinned(self) -> Self:
        if self.pinned and self.code is None:
            raise ValueError("a day off is not pinned; say that they cannot work on it, or that they are on leave")
        return self


class Duties(Input):
    """The cells that change; all others stay as they are."""

    duties: list[Cell] = Shape(max_length=MOST_CELLS)

    @field_validator("duties")
    @classmethod
    def _each_cell_once(cls, duties: list[Cell]) -> list[Cell]:
        if len({(cell.employee_id, cell.day_on) for cell in duties}) != len(duties):
            raise ValueError("name each person's day once")
        return duties


class DutyOfLeaver(Conflict):
    """A team plans the time of its own members, as they are when it is published."""

    field = "/path/rota_version_id"
    way_out = "Make a version, or an amendment, in which this person has no duty on that day, and publish that."

    def __init__(self, employee_id: UUID, day_on: date, field: str) -> None:
        super().__init__(f"Employee {employee_id} has a duty on {day_on}, and is not in the team then.", field=field)


class RotaDuty(TeamOwned, Base, table=True):
    """Who is on which duty on a day, with the instants from its first start to its last end."""

    rota_version_id: UUID = Field(foreign_key="rota_version.id", ondelete="CASCADE")
    employee_id: UUID
    day_on: date
    code: str
    starts_at: datetime = Field(sa_type=INSTANT)
    ends_at: datetime = Field(sa_type=INSTANT)
    pinned: bool = False

    def take_times(self, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
        if (self.starts_at, self.ends_at) != (starts_at, ends_at):
            self.starts_at, self.ends_at, self.changed_at = starts_at, ends_at, now


class Clock:
    """When each duty type is on each day of one rota, a change of the clocks included."""

    def __init__(self, rota: Rota, duties: Mapping[str, problem.DutyType]) -> None:
        self._rota = rota
        self.duties = duties
        rules = Rules({}, {}, rota.from_on)
        self._problem = Problem(rota.from_on, rota.days, tuple(duties.values()), (), (), rules)
        self._timed = slots(self._problem)

    def times(self, on: date, code: str) -> tuple[datetime, datetime]:
        """Raises `DayOutsideRota`, `UnknownDuty` or `AmbiguousClock`."""
        slot = slot_of(self._problem, self._timed, self._rota.day(on), code)
        return instant(slot.starts_at), instant(slot.ends_at)

    def duty(self, version_id: UUID, cell: Cell, code: str, now: datetime) -> RotaDuty:
        """Raises what `times` raises."""
        starts_at, ends_at = self.times(cell.day_on, code)
        return RotaDuty(
            team_id=self._rota.team_id,
            rota_version_id=version_id,
            employee_id=cell.employee_id,
            day_on=cell.day_on,
            code=code,
            starts_at=starts_at,
            ends_at=ends_at,
            pinned=cell.pinned,
            changed_at=now,
        )


def instant(minute: int) -> datetime:
    """Of minutes since 1970 in UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)


def by_cell(duties: Iterable[RotaDuty]) -> dict[tuple[UUID, date], str]:
    return {(duty.employee_id, duty.day_on): duty.code for duty in duties}


def unchanged(before: Cells, after: Cells, people: Iterable[UUID]) -> set[UUID]:
    """Those of these people whose every day is the same in both."""
    moved = {who for (who, _), _ in set(before.items()) ^ set(after.items())}
    return set(people) - moved


def roster_of(known: Problem, cells: Cells) -> Roster:
    """The duties of the people whom the problem knows, laid out by member and day, and what they work beside them."""
    days = [known.from_on + timedelta(days=day) for day in range(known.days)]
    beside = {(who, day): code for who, day, code in known.beside}
    return tuple(
        tuple(cells.get((one.employee_id, on), beside.get((who, day))) for day, on in enumerate(days))
        for who, one in enumerate(known.members)
    )


class Changed:
    """One cell that differs between two versions."""

    def __init__(self, employee_id: UUID, day_on: date, was: str | None, becomes: str | None) -> None:
        self.employee_id, self.day_on, self.was, self.becomes = employee_id, day_on, was, becomes

    @classmethod
    def between(cls, before: Cells, after: Cells) -> list[Self]:
        """In order of day and person."""
        cells = sorted(before.keys() | after.keys(), key=lambda cell: (cell[1], cell[0]))
        told = ((cell, before.get(cell), after.get(cell)) for cell in cells)
        return [cls(*cell, was, becomes) for cell, was, becomes in told if was != becomes]


RotaDuty.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("rota_version_id", "employee_id", "day_on", name="one_duty_a_day")
)
