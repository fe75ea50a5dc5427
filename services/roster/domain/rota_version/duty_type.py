"""Duty type: all that one person does on one day, under the letter by which the team knows it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import StringConstraints, model_validator
from sqlalchemy import Column, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from services.common.errors import Conflict
from services.common.models import TeamOwned
from services.common.types import Count, Day, Input, NewId
from services.roster.domain.base import Base
from services.roster.domain.rota import problem
from services.roster.domain.rota.problem import DutyKind, Part

# A slip of the pen, as of a shift, and no limit of working time.
LONGEST_MINUTES = 16 * 60
TWO_DAYS = 2880
# Each is a choice for each person on each day: beyond so many a rota is neither searched in its time nor read.
MOST_TYPES = 40

DutyCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9+./-]{0,11}$")]
Minute = Annotated[int, Shape(strict=True, ge=0, le=TWO_DAYS)]


class NewPart(Input):
    """A stretch in minutes of the clock after midnight of its day; beyond 1440 it is the next day."""

    kind: DutyKind = DutyKind.SHIFT
    starts_minute: Minute
    ends_minute: Minute
    unpaid_break_minutes: Count = 0

    @model_validator(mode="after")
    def _of_a_likely_length(self) -> Self:
        if not 0 < self.ends_minute - self.starts_minute <= LONGEST_MINUTES or self.starts_minute >= TWO_DAYS // 2:
            raise ValueError("begins on its day, ends after it begins, and is at most 16 hours long")
        if self.unpaid_break_minutes >= self.ends_minute - self.starts_minute:
            raise ValueError("the break must be shorter than the stretch")
        return self


class NewDutyType(Input):
    """In force from a day on, until the next of the same code begins."""

    id: NewId
    team_id: UUID
    code: DutyCode
    parts: list[NewPart] = Shape(min_length=1, max_length=4)
    from_on: Day

    @model_validator(mode="after")
    def _one_after_another(self) -> Self:
        ordered = sorted((part.starts_minute, part.ends_minute) for part in self.parts)
        if any(later[0] < earlier[1] for earlier, later in zip(ordered, ordered[1:], strict=False)):
            raise ValueError("the parts of a duty must not overlap")
        return self


class EndOfDutyType(Input):
    """The last day on which it may be used."""

    until_on: Day


class DutyTypeAlreadySet(Conflict):
    """From one day on a code means one thing."""

    field = "/body/from_on"
    way_out = "Choose another day or another code. What is in force is listed at /v1/duty-types."

    def __init__(self) -> None:
        super().__init__("The team has this duty type from that day on already.")


class TooManyDutyTypes(Conflict):
    """A team knows its duties by heart, and a solver tries each for everybody on each day."""

    field = "/body/code"
    way_out = "End a duty type that is of no use any more, or change what one of them means from this day on."

    def __init__(self) -> None:
        super().__init__(f"The team has {MOST_TYPES} duty types in use from that day on already.")


class DutyType(TeamOwned, Base, table=True):
    """A team's own duty type, in force from `from_on` until the next row of its code, or until `until_on`."""

    code: str
    parts: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    from_on: date
    until_on: date | None = None

    @classmethod
    def made(cls, new: NewDutyType, now: datetime) -> Self:
        return cls(**new.model_dump(mode="python", exclude={"parts"}), parts=_kept(new.parts), changed_at=now)

    def end(self, until_on: date, now: datetime) -> None:
        self.until_on, self.changed_at = until_on, now

    def timed(self) -> problem.DutyType:
        """As the rules of a rota know it."""
        parts = (NewPart.model_validate(part) for part in self.parts)
        return problem.DutyType(
            self.code,
            tuple(Part(one.kind, one.starts_minute, one.ends_minute, one.unpaid_break_minutes) for one in parts),
        )


def _kept(parts: list[NewPart]) -> list[dict[str, Any]]:
    return [part.model_dump(mode="json") for part in parts]


def in_use(types: Iterable[DutyType], from_on: date, to_on: date) -> dict[str, problem.DutyType]:
    """By code what it means in a period: as of its first day, or as it begins within it."""
    found: dict[str, DutyType] = {}
    for one in sorted(types, key=lambda each: each.from_on):
        if one.from_on <= to_on and (one.from_on <= from_on or one.code not in found):
            found[one.code] = one
    usable = (one for one in found.values() if one.until_on is None or one.until_on >= from_on)
    return {one.code: one.timed() for one in usable}


DutyType.__table__.append_constraint(  # type: ignore[attr-defined]
    UniqueConstraint("team_id", "code", "from_on", name="one_duty_type_from_a_day")
)
