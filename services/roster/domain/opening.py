"""Opening hours: when a team visits and when it is on call, from a day on; and time that is kept free of visits."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field as Shape
from pydantic import field_validator, model_validator
from sqlalchemy import Column, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, col

from services.common.errors import Conflict
from services.common.models import TeamOwned
from services.common.types import Day, Input, NewId, day_in_england
from services.common.working_days import bank_holidays
from services.roster.domain.base import Base
from services.roster.domain.period import whole_minutes
from services.roster.domain.shift import ShiftKind
from services.roster.domain.window import MINUTES_OF_A_DAY, minute_of

BANK_HOLIDAY = 8
A_DAY = timedelta(days=1)
# Kept for the team: no visit is put there without a word.
PROTECTED = (ShiftKind.MEETING, ShiftKind.TRAINING, ShiftKind.PROTECTED_TIME)


class OpeningKind(StrEnum):
    """Visits are made, or somebody can be reached who may come."""

    OPEN = "open"
    ON_CALL = "on_call"


class Hours(Input):
    """On these days, 1 for Monday to 7 for Sunday and 8 for bank holidays, in minutes after midnight."""

    days: list[Annotated[int, Shape(strict=True, ge=1, le=8)]] = Shape(min_length=1, max_length=8)
    kind: OpeningKind = OpeningKind.OPEN
    from_minute: Annotated[int, Shape(strict=True, ge=0, lt=MINUTES_OF_A_DAY)]
    until_minute: Annotated[int, Shape(strict=True, gt=0, le=MINUTES_OF_A_DAY)]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.until_minute <= self.from_minute:
            raise ValueError("until_minute must be after from_minute; what goes past midnight is a row of the next day")
        return self


class NewOpeningHours(Input):
    """All hours of a team from a day on. Where none are for bank holidays, those of the weekday hold on them too."""

    id: NewId
    team_id: UUID
    from_on: Day
    hours: list[Hours] = Shape(max_length=60)

    @field_validator("hours")
    @classmethod
    def _each_minute_once(cls, hours: list[Hours]) -> list[Hours]:
        spans = sorted((day, one.from_minute, one.until_minute) for one in hours for day in one.days)
        pairs = zip(spans, spans[1:], strict=False)
        if any(first[0] == second[0] and second[1] < first[2] for first, second in pairs):
            raise ValueError("hours of one day must not overlap")
        return hours


class HoursAlreadySet(Conflict):
    field = "/body/from_on"
    way_out = "Set hours from another day on; what was in force on a day stays on record."

    def __init__(self) -> None:
        super().__init__("The team has set hours from this very day on.")


class OutsideOpeningHours(Conflict):
    """Outside the hours somebody is on call, or the team says why it comes all the same."""

    field = "/body/starts_at"
    way_out = "Choose a time in the team's hours, plan somebody on call for it, or say why in override_words."

    def __init__(self) -> None:
        super().__init__("The visit lies outside the team's opening hours, and nobody is on call.")


class TimeIsProtected(Conflict):
    """Time to think, meet and learn is not filled with visits unseen."""

    field = "/body/starts_at"
    way_out = "Choose another time or colleague, or say in override_words why it cannot wait."

    def __init__(self, kind: str) -> None:
        super().__init__(f"Somebody who would visit has {kind.replace('_', ' ')} at that time.")


class OpeningHours(TeamOwned, Base, table=True):
    """The hours of a team from a day on, until its next."""

    from_on: date
    hours: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    set_by: UUID | None

    @classmethod
    def made(cls, new: NewOpeningHours, by: UUID | None, now: datetime) -> Self:
        hours = [one.model_dump(mode="json") for one in new.hours]
        about: dict[str, Any] = {"hours": hours, "set_by": by, "changed_at": now}
        return cls(**new.model_dump(exclude={"hours"}), **about)

    def holds(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the team is open for the whole of this time, on the clocks of England."""
        on = day_in_england(starts_at)
        first = minute_of(starts_at)
        last = first + whole_minutes(starts_at, ends_at)
        return any(start <= first and last <= end for start, end in self.stretches(on))

    def stretches(self, on: date) -> list[tuple[int, int]]:
        """From when to when it is open without a gap, in minutes after midnight, until the end of the next day."""
        found: list[tuple[int, int]] = []
        for start, end in sorted((*self._spans(on, 0), *self._spans(on + A_DAY, MINUTES_OF_A_DAY))):
            if found and start <= found[-1][1]:
                start, end = found.pop()[0], end
            found.append((start, end))
        return found

    def _spans(self, day: date, shift: int) -> Iterable[tuple[int, int]]:
        known = {named for one in self.hours for named in one["days"]}
        weekday = day.isoweekday()
        number = BANK_HOLIDAY if BANK_HOLIDAY in known and day in bank_holidays(day.year) else weekday
        for one in self.hours:
            if number in one["days"] and one["kind"] == OpeningKind.OPEN:
                yield one["from_minute"] + shift, one["until_minute"] + shift


def overridden(
    opening: OpeningHours | None, *, starts_at: datetime, ends_at: datetime, is_on_call: bool, kept: Sequence[str]
) -> list[str]:
    """What a visit of this time stands against: opening hours, and the kinds of protected time."""
    is_open = opening is None or is_on_call or opening.holds(starts_at, ends_at)
    return ([] if is_open else ["opening_hours"]) + sorted(set(kept))


Index("one_opening_of_each_day", col(OpeningHours.team_id), col(OpeningHours.from_on), unique=True)
