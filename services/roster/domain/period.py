"""Days and weeks of the English calendar, and the instants between which they lie."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Self

from services.common.errors import Unprocessable
from services.common.types import midnight_in_england

LONGEST_DAYS = 366


class PeriodNotUsable(Unprocessable):
    """A period runs forwards, and a figure looks back one year at most, so that its cost is bounded."""

    field = "/query/to_on"
    way_out = f"Give a to_on that is not before from_on, and ask for at most {LONGEST_DAYS} days at a time."

    def __init__(self) -> None:
        super().__init__("This period ends before it begins, or is too long.")


@dataclass(frozen=True)
class Period:
    """Whole days in England, both included."""

    from_on: date
    to_on: date

    @classmethod
    def between(cls, from_on: date, to_on: date) -> Self:
        """Raises `PeriodNotUsable`."""
        if not 0 <= (to_on - from_on).days < LONGEST_DAYS:
            raise PeriodNotUsable
        return cls(from_on, to_on)

    @classmethod
    def week_of(cls, day: date) -> Self:
        """The week that holds this day, Monday to Sunday."""
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + timedelta(days=6))

    @property
    def starts_at(self) -> datetime:
        return midnight_in_england(self.from_on)

    @property
    def ends_at(self) -> datetime:
        return midnight_after(self.to_on)

    def days(self) -> list[date]:
        return [self.from_on + timedelta(days=number) for number in range((self.to_on - self.from_on).days + 1)]

    def days_in_force(self, from_on: date, until_on: date | None) -> list[date]:
        """The days on which something is in force that lasts from `from_on` to `until_on`, both included."""
        return [day for day in self.days() if from_on <= day and (until_on is None or day <= until_on)]


def midnight_after(day: date) -> datetime:
    """The instant at which this day is over in England; a day has 23 or 25 hours when the clocks change."""
    return midnight_in_england(day + timedelta(days=1))


def whole_minutes(starts_at: datetime, ends_at: datetime) -> int:
    """Elapsed minutes. In UTC, because two times on the same wall clock forget that the clocks changed between."""
    return int((ends_at.astimezone(UTC) - starts_at.astimezone(UTC)) / timedelta(minutes=1))
