"""What a bulk export asks for in its address (FHIR Bulk Data Access 2), and how it is told of."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from services.common.errors import ServiceError
from services.interop.domain.export import ExportJob, NotAsynchronous
from services.interop.fhir import criteria, registry, times
from services.interop.fhir.asked import BadSearch
from services.interop.fhir.mapping.parts import instant

NDJSON = "application/fhir+ndjson"
FORMATS = {NDJSON, "application/ndjson", "ndjson"}
# They say how the answer to the asking is written, which is empty.
ALWAYS_ALLOWED = {"_format", "_pretty"}
MOST_FILTERS = 10
# A comma is part of a search, unless the next search begins after it.
NEXT_FILTER = re.compile(r",(?=[A-Z][A-Za-z]+\?)", re.ASCII)
A_FILTER = "Give each as Observation?code=39156-5, as in a search by GET."
VALUES = {"_since": ("valueInstant", "valueDateTime")}


@dataclass(frozen=True)
class AskedExport:
    """`types` is None for every type that the caller may have; `query` repeats what was understood.

    Of a type that has `filters`, what one of them finds is exported.
    """

    types: list[str] | None
    since: datetime | None
    filters: list[str]
    query: str


def require_async(prefer: str | None) -> None:
    """Raises `NotAsynchronous`."""
    if "respond-async" not in _preferences(prefer):
        raise NotAsynchronous


def asked(pairs: Iterable[tuple[str, str]], prefer: str | None) -> AskedExport:
    """Raises `BadSearch`; what is not known is passed over where the caller prefers to be lenient."""
    is_lenient = "handling=lenient" in _preferences(prefer)
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in READERS:
            found.setdefault(name, []).append(value)
        elif name not in ALWAYS_ALLOWED and not is_lenient:
            raise BadSearch.at_parameter(name, "This parameter of an export is not taken here.")
    read = {name: READERS[name](values, is_lenient) for name, values in found.items()}
    kept = [(name, value) for name, values in found.items() for value in values]
    filters = _of_types(read.get("_typeFilter", []), read.get("_type"), is_lenient)
    return AskedExport(read.get("_type"), read.get("_since"), filters, urlencode(kept))


def parameters_of(content: dict[str, Any]) -> list[tuple[str, str]]:
    """The same as a Parameters resource, each a value of its own kind or not at all. Raises `BadSearch`."""
    if content["resourceType"] != "Parameters":
        raise BadSearch("Send a Parameters resource, or nothing.", field="/body")
    found = []
    for one in content.get("parameter", []):
        name, kinds = one["name"], VALUES.get(one["name"], ("valueString",))
        value = next((one[kind] for kind in kinds if kind in one), None)
        if value is None and name in READERS:
            raise BadSearch.at_parameter(name, f"Give this parameter as {' or '.join(kinds)}.")
        found.append((name, value or ""))
    return found


def manifest(job: ExportJob, files: Iterable[tuple[str, int, str]]) -> dict[str, Any]:
    """Which files there are, each of a type with its count and its address."""
    return {
        "transactionTime": instant(job.asked_at),
        "request": job.request,
        "requiresAccessToken": True,
        "output": [{"type": kind, "url": url, "count": count} for kind, count, url in files],
        "error": [],
    }


def _preferences(prefer: str | None) -> set[str]:
    return {one.strip().lower() for one in (prefer or "").replace(";", ",").split(",")}


def _once(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        raise BadSearch.at_parameter(name, "Give this parameter once.")
    return values[0]


def _types(values: Sequence[str], is_lenient: bool) -> list[str]:
    named = dict.fromkeys(one for value in values for one in value.split(",") if one)
    known = [one for one in named if one in registry.SERVED]
    if not known or (len(known) < len(named) and not is_lenient):
        raise BadSearch.at_parameter("_type", "This names a type that is not exported here, or none.")
    return known


def _filters(values: Sequence[str], is_lenient: bool) -> list[str]:
    """Searches, each of one type, that follow each other after commas. Raises `BadSearch`."""
    found = [one for value in values for one in NEXT_FILTER.split(value)]
    if len(found) > MOST_FILTERS:
        raise BadSearch.at_parameter("_typeFilter", f"An export takes {MOST_FILTERS} filters at most.")
    for one in found:
        try:
            criteria.parsed(one)
        except ServiceError as error:
            raise BadSearch.at_parameter("_typeFilter", f"{error.detail} {error.way_out} {A_FILTER}") from error
    return found


def _of_types(filters: list[str], types: list[str] | None, is_lenient: bool) -> list[str]:
    """Those of what is exported. Raises `BadSearch` for one of another type."""
    found = [one for one in filters if types is None or one.partition("?")[0] in types]
    if len(found) < len(filters) and not is_lenient:
        raise BadSearch.at_parameter("_typeFilter", "This filters a type that _type leaves out.")
    return found


def _since(values: Sequence[str], is_lenient: bool) -> datetime:
    text = _once("_since", values)
    try:
        if "T" in text:
            return times.stretch(text)[0]
    except (ValueError, OverflowError):
        pass
    raise BadSearch.at_parameter("_since", "This is not a FHIR instant with its offset, such as 2026-11-27T08:00:00Z.")


def _format(values: Sequence[str], is_lenient: bool) -> str:
    text = _once("_outputFormat", values)
    if text not in FORMATS:
        raise BadSearch.at_parameter("_outputFormat", f"Files are written as {NDJSON} alone.")
    return text


READERS: dict[str, Callable[[Sequence[str], bool], Any]] = {
    "_type": _types,
    "_since": _since,
    "_typeFilter": _filters,
    "_outputFormat": _format,
}
