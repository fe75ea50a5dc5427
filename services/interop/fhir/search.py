"""What a FHIR search asks for, read strictly: a parameter understood wrongly would show the wrong person."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import parse_qsl
from uuid import UUID

from services.common.errors import ServiceError
from services.common.paging import MAX_LIMIT
from services.interop.fhir import tokens
from services.interop.fhir.registry import ServedType

DEFAULT_COUNT = 50
MOST_PARAMETERS = 50
MOST_VALUES = 100
CURSOR = "_cursor"
# They change how an answer looks and not what it holds; JSON is all there is.
ALWAYS_ALLOWED = {"_format", "_pretty"}
DATE = re.compile(r"(eq|ne|gt|ge|lt|le)?(\d{4})(?:-(\d{2})(?:-(\d{2})(T.+)?)?)?")


class BadSearch(ServiceError):
    """The search cannot be read as FHIR defines it."""

    field = "/query"
    way_out = "Compare the parameter with /fhir/R4/metadata, and encode special characters."

    @classmethod
    def at_parameter(cls, name: str, detail: str) -> "BadSearch":
        return cls(detail, field=f"/query/{name}" if name.isascii() and name.isidentifier() else "/query")


class UnknownParameter(BadSearch):
    """Refused only where the caller asked for it by `Prefer: handling=strict`."""

    way_out = "Leave the parameter out, or leave out Prefer: handling=strict to have it ignored."


@dataclass(frozen=True)
class Between:
    """A stretch of time that a change falls in, or outside of. An open end is None."""

    start: datetime | None
    end: datetime | None
    inside: bool = True


@dataclass
class Search:
    """Each list is a set of alternatives; all the lists have to hold."""

    ids: list[list[UUID]] = field(default_factory=list)
    patients: list[list[UUID]] = field(default_factory=list)
    tokens: list[list[str]] = field(default_factory=list)
    changed: list[Between] = field(default_factory=list)
    count: int = DEFAULT_COUNT
    cursor: str | None = None
    # What was understood, for the self link.
    applied: list[tuple[str, str]] = field(default_factory=list)


def parameters(text: str) -> list[tuple[str, str]]:
    """The pairs of a query string or form. Raises `BadSearch`."""
    try:
        pairs = parse_qsl(text, keep_blank_values=False, max_num_fields=MOST_PARAMETERS, errors="strict")
    except ValueError as error:
        raise BadSearch("The parameters cannot be read.") from error
    if any(ord(letter) < 32 or "\ud800" <= letter <= "\udfff" for name, value in pairs for letter in name + value):
        raise BadSearch("A parameter holds a control character.")
    return pairs


def parse(kind: ServedType, pairs: Iterable[tuple[str, str]], *, strict: bool) -> Search:
    """Raises `BadSearch`, or `UnknownParameter` where the caller is strict."""
    search = Search()
    for name, value in pairs:
        base, _, modifier = name.partition(":")
        if base in ALWAYS_ALLOWED:
            continue
        if base not in READERS or (base in FILTERS and not kind.has(base)):
            if strict:
                raise UnknownParameter("This server does not know one of the search parameters.")
            continue
        if modifier:
            raise BadSearch.at_parameter(base, "This parameter takes no modifier here.")
        READERS[base](search, value)
        if base != CURSOR:
            search.applied.append((base, value))
    return search


def _values(name: str, value: str) -> list[str]:
    values = [part for part in value.split(",") if part]
    if not 0 < len(values) <= MOST_VALUES:
        raise BadSearch.at_parameter(name, "Give between 1 and 100 values.")
    return values


def _uuids(texts: Iterable[str]) -> list[UUID]:
    """What is not an id of ours finds nothing, which is not an error in FHIR."""
    found: list[UUID] = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _read_id(search: Search, value: str) -> None:
    search.ids.append(_uuids(_values("_id", value)))


def _read_patient(search: Search, value: str) -> None:
    references = _values("patient", value)
    search.patients.append(_uuids(reference.rpartition("Patient/")[2] for reference in references))


def _read_identifier(search: Search, value: str) -> None:
    search.tokens.append([tokens.asked(text) for text in _values("identifier", value)])


def _read_count(search: Search, value: str) -> None:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise BadSearch.at_parameter("_count", "_count is a whole number from 0 on.")
    search.count = min(int(value), MAX_LIMIT)


def _read_cursor(search: Search, value: str) -> None:
    search.cursor = value


def _read_changed(search: Search, value: str) -> None:
    found = DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        start, end = _stretch(found)
    except (ValueError, OverflowError) as error:
        raise BadSearch.at_parameter("_lastUpdated", "This is not a FHIR date or instant with its offset.") from error
    stretches = {
        "eq": Between(start, end),
        "ne": Between(start, end, inside=False),
        "gt": Between(end, None),
        "ge": Between(start, None),
        "lt": Between(None, start),
        "le": Between(None, end),
    }
    search.changed.append(stretches[found.group(1) or "eq"])


def _stretch(found: re.Match[str]) -> tuple[datetime, datetime]:
    """The time that a date of this precision covers, its end left out."""
    _, year, month, day, rest = found.groups()
    if rest is not None:
        at = datetime.fromisoformat(f"{year}-{month}-{day}{rest}")
        if at.tzinfo is None:
            raise ValueError("an instant without an offset")
        return at, at + (timedelta(milliseconds=1) if "." in rest else timedelta(seconds=1))
    first = date(int(year), int(month or 1), int(day or 1))
    if day is not None:
        after = first + timedelta(days=1)
    else:
        after = (first.replace(day=28) + timedelta(days=4)).replace(day=1) if month else date(int(year) + 1, 1, 1)
    return datetime.combine(first, time(), UTC), datetime.combine(after, time(), UTC)


FILTERS: dict[str, Callable[[Search, str], None]] = {
    "_id": _read_id,
    "_lastUpdated": _read_changed,
    "identifier": _read_identifier,
    "patient": _read_patient,
}
READERS = {**FILTERS, "_count": _read_count, CURSOR: _read_cursor}
