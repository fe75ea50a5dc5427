"""Which days a return is about, and by when it is to be there."""

import re
from datetime import date, timedelta

from services.common.errors import Unprocessable
from services.interop.returns.rows import Period

MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
QUARTER = re.compile(r"(20\d\d)-Q([1-4])", re.ASCII)
# On or near it the published windows of DAPB1069 close; the list of the year goes before.
CLOSES_ON_THE = 14


class PeriodUnknown(Unprocessable):
    """CSDS is of a calendar month, CLD of the twelve months to the end of a calendar quarter."""

    field = "/body/period"
    way_out = "Give a month such as 2026-10 for csds, or a quarter such as 2026-Q3 for cld."

    def __init__(self) -> None:
        super().__init__("This is no period of this return.")


class PeriodNotBegun(Unprocessable):
    """Nothing that is still to come is returned (CSDS v1.6: no future appointments)."""

    field = "/body/period"
    way_out = "Ask for a period that has begun; for one that still runs, what has happened so far is returned."

    def __init__(self) -> None:
        super().__init__("This period has not begun.")


def csds(period: str, today: date) -> Period:
    """A month. Raises `PeriodUnknown` or `PeriodNotBegun`."""
    found = MONTH.fullmatch(period)
    if found is None:
        raise PeriodUnknown
    first = date(int(found[1]), int(found[2]), 1)
    return _begun(Period(first, _month_after(first) - timedelta(days=1)), first, today)


def cld(period: str, today: date) -> Period:
    """The rolling twelve months to the end of a quarter. Raises `PeriodUnknown` or `PeriodNotBegun`."""
    found = QUARTER.fullmatch(period)
    if found is None:
        raise PeriodUnknown
    first = date(int(found[1]), int(found[2]) * 3 - 2, 1)
    last = _month_after(first.replace(month=first.month + 2)) - timedelta(days=1)
    after = last + timedelta(days=1)
    return _begun(Period(after.replace(year=after.year - 1), last), first, today)


def windows(month: Period) -> tuple[date, date]:
    """By when the primary and then the refresh of a month is uploaded: each window takes both, of two months."""
    primary = _month_after(month.from_on).replace(day=CLOSES_ON_THE)
    return primary, _month_after(primary).replace(day=CLOSES_ON_THE)


def _begun(found: Period, first: date, today: date) -> Period:
    if first > today:
        raise PeriodNotBegun
    return found


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
