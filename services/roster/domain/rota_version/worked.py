"""Shifts as the rules of a rota know them: by day the code of a duty, whether the team has a letter for it or not."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from services.common.types import ENGLAND
from services.roster.domain.period import whole_minutes
from services.roster.domain.rota.problem import DutyType, Part
from services.roster.domain.rota.slots import DAY, minute_of
from services.roster.domain.rota_version.shifts import Stretch

HISTORY_DAYS, WORKED_WEEKS, DEBT_WEEKS = 14, 16, 13
WEEK = 7
HUNDREDTHS = 100


class Worked:
    """Everybody's shifts by day, and the duty types that they are: the team's own, and one for each other pattern."""

    def __init__(self, stretches: Iterable[Stretch], types: Iterable[DutyType]) -> None:
        days: dict[UUID, dict[date, list[Stretch]]] = defaultdict(lambda: defaultdict(list))
        for one in sorted(stretches, key=lambda each: (each.starts_at, each.ends_at, each.kind)):
            days[one.employee_id][one.day_on].append(one)
        self._days = days
        self._codes = {duty.parts: duty.code for duty in types}
        self.other: dict[str, DutyType] = {}

    def code(self, who: UUID, on: date) -> str | None:
        """None on a day without a shift."""
        of_day = self._days.get(who, {}).get(on)
        if not of_day:
            return None
        parts = tuple(_part(one, on) for one in of_day)
        if parts in self._codes:
            return self._codes[parts]
        code = "+".join(f"{_clock(part.starts_minute)}-{_clock(part.ends_minute)}" for part in parts)
        if self.other.setdefault(code, DutyType(code, parts)).parts != parts:
            code = f"{code}/{len(self.other)}"
            self.other[code] = DutyType(code, parts)
        self._codes[parts] = code
        return code

    def codes(self, who: UUID, from_on: date, days: int) -> tuple[str | None, ...]:
        return tuple(self.code(who, from_on + timedelta(days=day)) for day in range(days))

    def weeks(self, who: UUID, until_on: date, since_on: date, away: Collection[date]) -> tuple[tuple[int, int], ...]:
        """Of each week before a day, oldest first, its days but those away on leave, and the minutes at work.

        A week without work counts as nought (regulation 4 of the Working Time Regulations 1998) from the day on which
        somebody began to belong to the team; one that is all leave does not count.
        """
        known = self._days.get(who, {})
        found = []
        for week in range(WORKED_WEEKS, 0, -1):
            days = [until_on - timedelta(days=week * WEEK - day) for day in range(WEEK)]
            minutes = sum(_minutes(one) for day in days for one in known.get(day, ()))
            counted = sum(day not in away for day in days)
            if minutes or (counted and days[-1] >= since_on):
                found.append((counted, minutes))
        return tuple(found)

    def nights(self, who: UUID, until_on: date, night: tuple[int, int, int]) -> int:
        """In the weeks that debts are counted over."""
        return sum(any(_is_night(one, on, night) for one in of_day) for on, of_day in self._recent(who, until_on))

    def weekend_days(self, who: UUID, until_on: date) -> int:
        return sum(on.weekday() >= WEEK - 2 for on, _ in self._recent(who, until_on))

    def _recent(self, who: UUID, until_on: date) -> Iterable[tuple[date, list[Stretch]]]:
        since = until_on - timedelta(days=DEBT_WEEKS * WEEK)
        return [(on, of_day) for on, of_day in self._days.get(who, {}).items() if since <= on < until_on]


def debts(had: Mapping[UUID, int], minutes_per_week: Mapping[UUID, int]) -> dict[UUID, int]:
    """In hundredths how many fewer than their share by contracted hours each has had; below nought for more."""
    whole, minutes = sum(had.values()), sum(minutes_per_week[who] for who in had)
    if not minutes:
        return dict.fromkeys(had, 0)
    return {who: round((whole * minutes_per_week[who] / minutes - count) * HUNDREDTHS) for who, count in had.items()}


def _minutes(one: Stretch) -> int:
    if not one.is_work:
        return 0
    return whole_minutes(one.starts_at, one.ends_at) - one.unpaid_break_minutes


def _part(one: Stretch, on: date) -> Part:
    starts, ends = _minute(one.starts_at, on), _minute(one.ends_at, on)
    return Part(one.on_duty, starts, ends, one.unpaid_break_minutes)


def _minute(at: datetime, on: date) -> int:
    """Of the clock, after midnight of a day.

    A time that the clock shows twice is taken as the end of that hour, since a minute of the clock cannot tell which.
    """
    local = at.astimezone(ENGLAND)
    minute = (local.date() - on).days * DAY + local.hour * 60 + local.minute
    while not minute_of(on, minute)[1]:
        minute += 1
    return minute


def _is_night(one: Stretch, on: date, night: tuple[int, int, int]) -> bool:
    if not one.is_work:
        return False
    begins, ends, least = night
    ends += DAY if ends <= begins else 0
    starts, until = _minute(one.starts_at, on), _minute(one.ends_at, on)
    return any(min(until, ends + shift) - max(starts, begins + shift) >= least for shift in (-DAY, 0, DAY))


def _clock(minute: int) -> str:
    return f"{minute % DAY // 60:02}:{minute % 60:02}"
