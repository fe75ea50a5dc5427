"""Dates that no calendar has: the pattern that FHIR R4 gives for a date lets the 30th of February through."""

import re
from collections.abc import Iterator
from datetime import date

from services.common.outcome import Issue
from services.interop.fhir.validation.walk import Node

NAMES = re.compile(
    r"[a-z]\w*(Date|DateTime|Instant|On)|date|start|end|issued|recorded|sent|received|created|lastUpdated"
)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}(?=T|$)", re.ASCII)

NO_SUCH_DAY = "The calendar has no such day. Correct the date."


def issues(node: Node) -> Iterator[Issue]:
    for name, value in node.content.items():
        day = DAY.match(value) if isinstance(value, str) and NAMES.fullmatch(name) else None
        if day is not None and not _is_a_day(day[0]):
            yield Issue("value", f"{node.at}.{name}", NO_SUCH_DAY)


def _is_a_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
