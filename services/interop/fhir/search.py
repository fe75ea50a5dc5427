"""What a FHIR search asks for, read strictly: a parameter understood wrongly would show the wrong person."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl
from uuid import UUID

from services.common.errors import ServiceError
from services.common.paging import MAX_LIMIT
from services.common.types import midnight_in_england
from services.interop.fhir import tokens
from services.interop.fhir.registry import ServedType

DEFAULT_COUNT = 50
MOST_PARAMETERS = 50
MOST_VALUES = 100
CURSOR = "_cursor"
REVERSE_CHAIN = "_has"
# They change how an answer looks and not what it holds; JSON is all there is.
ALWAYS_ALLOWED = {"_format", "_pretty"}
DATE = re.compile(r"(eq|ne|gt|ge|lt|le)?([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(T.+)?)?)?")


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


class ChainedSearch(BadSearch):
    """Ignored, it would show everybody where one person was meant."""

    way_out = "Search for the Patient first, by POST to Patient/_search, then search by patient with the id found."

    def __init__(self) -> None:
        super().__init__("Chained parameters and _has are not taken here.")


class IdentifierInAddress(BadSearch):
    """An NHS number would stand in addresses, and so in logs; only identifiers of our own making name nobody."""

    field = "/query/identifier"
    way_out = "Send the same search as a POST to _search, with the identifier in the body."

    def __init__(self) -> None:
        super().__init__("An identifier of a person is not taken in an address.")


class MoreThanOnePage(BadSearch):
    """The link to a next page would have to repeat the identifier."""

    field = "/body/_count"
    way_out = "Raise _count, up to 100, or add parameters that leave less to be found."

    def __init__(self) -> None:
        super().__init__("A search for an identifier of a person is answered on one page, and more was found.")


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
    # What was understood, for the links; what names a person, or may, is left out of them.
    applied: list[tuple[str, str]] = field(default_factory=list)
    is_private: bool = False


def parameters(text: str) -> list[tuple[str, str]]:
    """The pairs of a query string or form. Raises `BadSearch`."""
    try:
        pairs = parse_qsl(text, keep_blank_values=False, max_num_fields=MOST_PARAMETERS, errors="strict")
    except ValueError as error:
        raise BadSearch("The parameters cannot be read.") from error
    if any(ord(letter) < 32 or "\ud800" <= letter <= "\udfff" for name, value in pairs for letter in name + value):
        raise BadSearch("A parameter holds a control character.")
    return pairs


def parse(
    kind: ServedType, in_address: Iterable[tuple[str, str]], in_body: Iterable[tuple[str, str]], *, strict: bool
) -> Search:
    """Raises `BadSearch`, `ChainedSearch`, `IdentifierInAddress`, or `UnknownParameter` where the caller is strict."""
    search = Search()
    for name, value in _known(kind, in_address, strict=strict):
        if _names_a_person(name, value):
            raise IdentifierInAddress
        _apply(search, name, value)
    for name, value in _known(kind, in_body, strict=strict):
        _apply(search, name, value)
    return search


def _known(kind: ServedType, pairs: Iterable[tuple[str, str]], *, strict: bool) -> Iterator[tuple[str, str]]:
    """The parameters that are understood here; the others are refused if the caller is strict, or else ignored."""
    for name, value in pairs:
        base, _, modifier = name.partition(":")
        if "." in name or base == REVERSE_CHAIN:
            raise ChainedSearch
        if base in ALWAYS_ALLOWED:
            continue
        if base not in READERS or (base in FILTERS and not kind.has(base)):
            if strict:
                raise UnknownParameter("This server does not know one of the search parameters.")
            continue
        if modifier:
            raise BadSearch.at_parameter(base, "This parameter takes no modifier here.")
        yield base, value


def _apply(search: Search, name: str, value: str) -> None:
    repeated = READERS[name](search, value)
    if repeated:
        search.applied.append((name, repeated))


def _names_a_person(name: str, value: str) -> bool:
    return name == "identifier" and any(tokens.names_a_person(text) for text in value.split(",") if text)


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


def _read_id(search: Search, value: str) -> str:
    search.ids.append(_uuids(_values("_id", value)))
    return ",".join(map(str, search.ids[-1]))


def _read_patient(search: Search, value: str) -> str:
    references = _values("patient", value)
    search.patients.append(_uuids(reference.rpartition("Patient/")[2] for reference in references))
    return ",".join(map(str, search.patients[-1]))


def _read_identifier(search: Search, value: str) -> str:
    search.tokens.append([tokens.asked(text) for text in _values("identifier", value)])
    if _names_a_person("identifier", value):
        search.is_private = True
        return ""
    return value


def _read_count(search: Search, value: str) -> str:
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        raise BadSearch.at_parameter("_count", "_count is a whole number from 0 on.")
    search.count = min(int(value), MAX_LIMIT)
    return value


def _read_cursor(search: Search, value: str) -> str:
    search.cursor = value
    return ""


def _read_changed(search: Search, value: str) -> str:
    return _read_time(search, "_lastUpdated", value)


def _read_date(search: Search, value: str) -> str:
    return _read_time(search, "date", value)


def _read_time(search: Search, name: str, value: str) -> str:
    found = DATE.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        start, end = _stretch(found)
    except (ValueError, OverflowError) as error:
        raise BadSearch.at_parameter(name, "This is not a FHIR date or instant with its offset.") from error
    stretches = {
        "eq": Between(start, end),
        "ne": Between(start, end, inside=False),
        "gt": Between(end, None),
        "ge": Between(start, None),
        "lt": Between(None, start),
        "le": Between(None, end),
    }
    search.changed.append(stretches[found.group(1) or "eq"])
    return value


def _stretch(found: re.Match[str]) -> tuple[datetime, datetime]:
    """The time that a date of this precision covers, its end left out; a day is one of England's.

    Raises `ValueError` or `OverflowError` for what no clock can show.
    """
    _, year, month, day, rest = found.groups()
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


# Each reads a value into the search, and gives what of it the links may repeat.
FILTERS: dict[str, Callable[[Search, str], str]] = {
    "_id": _read_id,
    "_lastUpdated": _read_changed,
    "date": _read_date,
    "identifier": _read_identifier,
    "patient": _read_patient,
}
READERS = {**FILTERS, "_count": _read_count, CURSOR: _read_cursor}
