"""When a visit may begin, as the named nurse agreed it with the client; and times on the clocks of England."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from services.common.errors import Conflict, Unprocessable
from services.common.types import ENGLAND

MINUTES_OF_A_DAY = 1440
LATEST_MINUTE = 2 * MINUTES_OF_A_DAY - 1


class OutsideWindow(Conflict):
    """When a client is visited is agreed by the named nurse, and by nobody and nothing else."""

    field = "/body/starts_at"
    way_out = "Choose a time within the window of the visit plan, or ask the client's named nurse or deputy."

    def __init__(self, field: str = "/body/starts_at") -> None:
        super().__init__("The visit would begin outside the window that was agreed with the client.", field=field)


class TimeNotOnTheClock(Unprocessable):
    """In March an hour is left out, and in October one comes twice: nobody guesses which is meant."""

    field = "/body/starts_minute"
    way_out = "Plan this one visit by its instant, or choose a time that the clocks show once."

    def __init__(self, on: date) -> None:
        super().__init__(f"On {on.isoformat()} the clocks of England do not show this time once.")


@dataclass(frozen=True)
class Window:
    """From minute to minute after midnight, both included; what is past 1440 belongs to the night after."""

    from_minute: int
    until_minute: int

    @classmethod
    def of(cls, from_minute: int | None, until_minute: int | None) -> Self | None:
        return None if from_minute is None or until_minute is None else cls(from_minute, until_minute)

    def holds(self, starts_at: datetime) -> bool:
        return self.holds_minute(minute_of(starts_at))

    def holds_minute(self, minute: int) -> bool:
        """Where the minute is one of the day or of the night after."""
        first = minute % MINUTES_OF_A_DAY
        return any(self.from_minute <= one <= self.until_minute for one in (first, first + MINUTES_OF_A_DAY))


def instant_on(day: date, minute: int) -> datetime:
    """This minute of the day on the clocks of England. Raises `TimeNotOnTheClock`."""
    first = datetime.combine(day + timedelta(days=minute // MINUTES_OF_A_DAY), time(), ENGLAND)
    local = first.replace(hour=minute % MINUTES_OF_A_DAY // 60, minute=minute % 60)
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise TimeNotOnTheClock(day)
    return local.astimezone(UTC)


def minute_of(starts_at: datetime) -> int:
    """The minute of its own day at which this begins."""
    local = starts_at.astimezone(ENGLAND)
    return local.hour * 60 + local.minute
