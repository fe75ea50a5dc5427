"""Working days in England: Monday to Friday without bank holidays (Banking and Financial Dealings Act 1971)."""

from datetime import date, datetime, timedelta
from functools import lru_cache

import holidays

from services.common.types import ENGLAND, midnight_in_england

WORKING_DAYS_A_WEEK = 5


@lru_cache(maxsize=512)
def bank_holidays(year: int) -> frozenset[date]:
    """The year's public holidays in England that fall on a weekday, with those moved from a weekend."""
    return frozenset(day for day in holidays.country_holidays("GB", subdiv="ENG", years=year) if _is_weekday(day))


def is_working_day(day: date) -> bool:
    return _is_weekday(day) and day not in bank_holidays(day.year)


def working_days(after: date, until: date) -> int:
    """How many working days lie after the first day, up to and including the last; none if it is no later."""
    if until <= after:
        return 0
    off = sum(after < day <= until for year in range(after.year, until.year + 1) for day in bank_holidays(year))
    return _weekdays_to(until) - _weekdays_to(after) - off


def add_working_days(start: date, count: int) -> date:
    """The day that is so many working days after the start, which itself does not count."""
    day = start
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_after(instant: datetime, count: int) -> datetime:
    """The same time of day so many working days later; of what came on a day off, the end of that working day."""
    here = instant.astimezone(ENGLAND)
    following = add_working_days(here.date(), count)
    if not is_working_day(here.date()):
        return midnight_in_england(following + timedelta(days=1))
    return datetime.combine(following, here.time(), ENGLAND)


def _is_weekday(day: date) -> bool:
    return day.weekday() < WORKING_DAYS_A_WEEK


def _weekdays_to(day: date) -> int:
    """Weekdays since 1 January of the year 1, which was a Monday."""
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * WORKING_DAYS_A_WEEK + min(rest, WORKING_DAYS_A_WEEK)
