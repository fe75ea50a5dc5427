"""Visit series: one visit on each of some weekdays, week by week, made some weeks ahead from a visit plan."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import ValidationInfo, field_validator
from sqlalchemy import CheckConstraint, Column, SmallInteger
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.common.errors import Conflict
from services.common.models import TeamOwned
from services.common.types import Day, Input, NewId
from services.roster.domain.base import Base
from services.roster.domain.second_hand import SecondHand
from services.roster.domain.visit_plan import MinuteOfDay

DAYS_OF_A_WEEK = 7
Weekdays = Annotated[list[Annotated[int, Shape(strict=True, ge=1, le=7)]], Shape(min_length=1, max_length=7)]
EveryWeeks = Annotated[int, Shape(strict=True, ge=1, le=26)]


class NewVisitSeries(Input):
    """On these weekdays, 1 for Monday to 7 for Sunday, at one time on the clocks of England, every so many weeks."""

    id: NewId
    visit_plan_id: UUID
    employee_id: UUID
    accompanied_by: UUID | None = None
    second_hand_reason: SecondHand | None = None
    starts_minute: MinuteOfDay
    weekdays: Weekdays
    every_weeks: EveryWeeks = 1
    from_on: Day
    until_on: Day | None = None

    @field_validator("weekdays")
    @classmethod
    def _each_once(cls, named: list[int]) -> list[int]:
        if len(set(named)) != len(named):
            raise ValueError("name each once")
        return sorted(named)

    @field_validator("until_on")
    @classmethod
    def _not_before_its_first_day(cls, until_on: date | None, info: ValidationInfo) -> date | None:
        from_on = info.data.get("from_on")
        if until_on is not None and from_on is not None and until_on < from_on:
            raise ValueError("must not be before from_on")
        return until_on


class Scope(StrEnum):
    """One visit of the series, this and all after it, or all that are to come."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


class SeriesChange(Input):
    """What changes, and for which visits; what is left out stays. `occurrence_on` is not needed for all of them."""

    scope: Scope
    occurrence_on: Day | None = None
    employee_id: UUID | None = None
    accompanied_by: UUID | None = None
    second_hand_reason: SecondHand | None = None
    starts_minute: MinuteOfDay | None = None
    weekdays: Weekdays | None = None
    every_weeks: EveryWeeks | None = None
    until_on: Day | None = None

    @field_validator("weekdays")
    @classmethod
    def _each_once(cls, named: list[int] | None) -> list[int] | None:
        return None if named is None else sorted(set(named))

    @field_validator("weekdays", "every_weeks", "until_on")
    @classmethod
    def _of_more_than_one(cls, said: Any, info: ValidationInfo) -> Any:
        if info.data.get("scope") is Scope.THIS:
            raise ValueError("one visit has no rhythm: leave it out, or change the following or all")
        return said


class NoSuchOccurrence(Conflict):
    """A series is changed at one of its own days."""

    field = "/body/occurrence_on"
    way_out = "Name in occurrence_on a day of the series that is still to come."

    def __init__(self) -> None:
        super().__init__("The series has no visit of that day that is still to come.")


@dataclass(frozen=True)
class Pattern:
    """What a series says of each of its visits."""

    employee_id: UUID
    accompanied_by: UUID | None
    starts_minute: int


class VisitSeries(TeamOwned, Base, table=True):
    """A rhythm of visits. What was changed by hand stays as it was changed."""

    client_id: UUID
    visit_plan_id: UUID = Field(foreign_key="visit_plan.id")
    employee_id: UUID
    accompanied_by: UUID | None = None
    second_hand_reason: str | None = None
    starts_minute: int
    weekdays: list[int] = Field(sa_column=Column(ARRAY(SmallInteger), nullable=False))
    every_weeks: int
    from_on: date
    until_on: date | None = None
    set_by: UUID | None

    @classmethod
    def begun(cls, new: NewVisitSeries, *, team_id: UUID, client_id: UUID, by: UUID | None, now: datetime) -> Self:
        about: dict[str, Any] = {"team_id": team_id, "client_id": client_id, "set_by": by, "changed_at": now}
        return cls(**new.model_dump(), **about)

    @property
    def pattern(self) -> Pattern:
        return Pattern(self.employee_id, self.accompanied_by, self.starts_minute)

    def days(self, from_on: date, until_on: date) -> Iterator[date]:
        """Its days from one to another, both included."""
        first, last = max(self.from_on, from_on), min(self.until_on or until_on, until_on)
        monday = self.from_on - timedelta(days=self.from_on.weekday())
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            weeks = (day - monday).days // DAYS_OF_A_WEEK
            if day.isoweekday() in self.weekdays and weeks % self.every_weeks == 0:
                yield day

    def change(self, change: SeriesChange, now: datetime) -> None:
        for name, value in change.model_dump(exclude_unset=True, exclude={"scope", "occurrence_on"}).items():
            if value is not None or name in ("accompanied_by", "until_on"):
                setattr(self, name, value)
        self.changed_at = now

    def split(self, on: date, change: SeriesChange, by: UUID | None, now: datetime) -> "VisitSeries":
        """The series that goes on from this day with what changes; this one ends on the day before."""
        kept = self.model_dump(exclude={"id", "version", "changed_at", "from_on", "set_by"})
        following = VisitSeries(**kept, from_on=on, set_by=by, changed_at=now)
        following.change(change, now)
        self.until_on, self.changed_at = on - timedelta(days=1), now
        return following


VisitSeries.__table__.append_constraint(  # type: ignore[attr-defined]
    CheckConstraint("every_weeks > 0 and starts_minute between 0 and 2879", name="visit_series_makes_sense")
)
