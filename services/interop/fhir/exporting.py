"""What a bulk export asks for in its address (FHIR Bulk Data Access 2), and how it is told of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from services.interop.domain.export import ExportJob, NotAsynchronous
from services.interop.fhir import registry, times
from services.interop.fhir.asked import BadSearch
from services.interop.fhir.mapping.parts import instant
from services.interop.fhir.search import parameters

NDJSON = "application/fhir+ndjson"
FORMATS = {NDJSON, "application/ndjson", "ndjson"}
# They say how the answer to the asking is written, which is empty.
ALWAYS_ALLOWED = {"_format", "_pretty"}


@dataclass(frozen=True)
class AskedExport:
    """`types` is None for every type that the caller may have; `query` repeats what was understood."""

    types: list[str] | None
    since: datetime | None
    query: str


def require_async(prefer: str | None) -> None:
    """Raises `NotAsynchronous`."""
    if "respond-async" not in _preferences(prefer):
        raise NotAsynchronous


def asked(query: str, prefer: str | None) -> AskedExport:
    """Raises `BadSearch`; what is not known is passed over where the caller prefers to be lenient."""
    is_lenient = "handling=lenient" in _preferences(prefer)
    found: dict[str, list[str]] = {}
    for name, value in parameters(query):
        if name in READERS:
            found.setdefault(name, []).append(value)
        elif name not in ALWAYS_ALLOWED and not is_lenient:
            raise BadSearch.at_parameter(name, "This parameter of an export is not taken here.")
    read = {name: READERS[name](values, is_lenient) for name, values in found.items()}
    kept = [(name, value) for name, values in found.items() for value in values]
    return AskedExport(read.get("_type"), read.get("_since"), urlencode(kept))


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
    "_outputFormat": _format,
}
