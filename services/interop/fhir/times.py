"""FHIR's dates and instants as stretches of time: a year, a month, a day of England, a second or less."""

import re
from datetime import UTC, date, datetime, timedelta

from services.common.types import midnight_in_england

DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(T.+)?)?)?")
# Where a period has no beginning, or no end yet.
EVER, NEVER = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)


def stretch(text: str) -> tuple[datetime, datetime]:
    """The time that a date of this precision covers, its end left out.

    Raises `ValueError` or `OverflowError` for what no clock can show, and for an instant without an offset.
    """
    found = DATE.fullmatch(text)
    if found is None:
        raise ValueError(text)
    year, month, day, rest = found.groups()
    if rest is not None:
        at = datetime.fromisoformat(f"{year}-{month}-{day}{rest}")
        if at.tzinfo is None:
            raise ValueError("an instant without an offset")
        return at.astimezone(UTC), at.astimezone(UTC) + timedelta(milliseconds=1 if "." in rest else 1000)
    first = date(int(year), int(month or 1), int(day or 1))
    if day is not None:
        after = first + timedelta(days=1)
    else:
        after = (first.replace(day=28) + timedelta(days=4)).replace(day=1) if month else date(int(year) + 1, 1, 1)
    return midnight_in_england(first), midnight_in_england(after)


def between(start: str | None, end: str | None) -> tuple[datetime, datetime]:
    """The time that a Period covers; what it leaves open has no bound. Raises as `stretch` does."""
    return stretch(start)[0] if start else EVER, stretch(end)[1] if end else NEVER
