"""Availability: what somebody can, prefers to or cannot work; what the team agreed with them is kept as it stands."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import model_validator
from sqlalchemy import Column, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col

from services.common.errors import Forbidden
from services.common.models import TeamOwned, only_states
from services.common.types import Day, Input, NewId
from services.roster.domain.base import Base, Weekday
from services.roster.domain.rota.problem import Wish
from services.roster.domain.rota_version.duty_type import DutyCode

WEEKDAYS = tuple(Weekday)


class Says(StrEnum):
    CAN = "can"
    PREFERS = "prefers"
    CANNOT = "cannot"


class NewAvailability(Input):
    """One's own, for a day of the week or one day; without codes it is meant of any duty. Weight 4 is the most."""

    id: NewId
    team_id: UUID
    weekday: Weekday | None = None
    day_on: Day | None = None
    codes: list[DutyCode] = Shape(default=[], max_length=30)
    says: Says
    weight: Annotated[int, Shape(strict=True, ge=1, le=4)] = 1
    from_on: Day
    until_on: Day | None = None

    @model_validator(mode="after")
    def _a_weekday_or_a_day(self) -> Self:
        if (self.weekday is None) == (self.day_on is None):
            raise ValueError("give either a weekday or one day_on")
        if self.until_on is not None and self.until_on < self.from_on:
            raise ValueError("until_on must not be before from_on")
        return self


class EndOfAvailability(Input):
    until_on: Day


class NotYourAvailability(Forbidden):
    """Everybody says for themselves when they can work."""

    field = "/path/availability_id"
    way_out = "Ask the colleague whose availability it is."

    def __init__(self) -> None:
        super().__init__("This is a colleague's.")


class NotAgreedWithOneself(Forbidden):
    """Flexible working is agreed between somebody and the team."""

    field = "/path/availability_id"
    way_out = "Ask a colleague to record what the team agreed."

    def __init__(self) -> None:
        super().__init__("Nobody agrees their own working pattern alone.")


class Availability(TeamOwned, Base, table=True):
    """What one person says of some days, from a day on. What was agreed no proposal breaks; the rest is a wish."""

    employee_id: UUID
    weekday: str | None = None
    day_on: date | None = None
    codes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    says: str
    weight: int
    from_on: date
    until_on: date | None = None
    agreed: bool = False
    agreed_by: UUID | None = None

    @classmethod
    def said(cls, new: NewAvailability, by: UUID, now: datetime) -> Self:
        about: dict[str, Any] = {"employee_id": by, "changed_at": now}
        return cls(**new.model_dump(), **about)

    def end(self, until_on: date, by: UUID | None, now: datetime) -> None:
        """What goes on for longer than was agreed is to be agreed anew. Raises `NotYourAvailability`."""
        if by != self.employee_id:
            raise NotYourAvailability
        if self.until_on is not None and until_on > self.until_on:
            self.agreed, self.agreed_by = False, None
        self.until_on, self.changed_at = until_on, now

    def agree(self, by: UUID | None, now: datetime) -> None:
        """Raises `NotAgreedWithOneself`."""
        if by == self.employee_id:
            raise NotAgreedWithOneself
        self.agreed, self.agreed_by, self.changed_at = True, by, now

    def is_of(self, on: date) -> bool:
        """Whether it is said of this day."""
        if on < self.from_on or (self.until_on is not None and on > self.until_on):
            return False
        return self.day_on == on if self.weekday is None else WEEKDAYS[on.weekday()] == self.weekday

    def days(self, from_on: date, days: int) -> Iterator[int]:
        yield from (day for day in range(days) if self.is_of(from_on + timedelta(days=day)))


def never(said: Iterable[Availability], from_on: date, days: int, codes: Collection[str]) -> frozenset[tuple[int, str]]:
    """The duties that were agreed not to be given, by day."""
    agreed = [one for one in said if one.agreed and one.says == Says.CANNOT]
    return frozenset((day, code) for one in agreed for day in one.days(from_on, days) for code in one.codes or codes)


def wishes(said: Iterable[Availability], says: Says, from_on: date, days: int) -> tuple[Wish, ...]:
    """What is wished for, or against: each with its weight, in order."""
    found = {
        (day, code, one.weight)
        for one in said
        if one.says == says and not (one.agreed and says == Says.CANNOT)
        for day in one.days(from_on, days)
        for code in _meant(one)
    }
    return tuple(Wish(*one) for one in sorted(found, key=lambda each: (each[0], each[1] or "", each[2])))


def _meant(said: Availability) -> list[str | None]:
    """Of no duty by its code is of any."""
    return [*said.codes] or [None]


only_states(Availability, "says", Says)
only_states(Availability, "weekday", Weekday)
# What is said of one day is over with it, however long it was to hold.
LASTS_UNTIL = func.coalesce(func.least(col(Availability.day_on), col(Availability.until_on)), text("'infinity'::date"))
Index("ix_availability_lasts", col(Availability.team_id), LASTS_UNTIL)
