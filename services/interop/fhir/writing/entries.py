"""The entries of a batch or transaction: what each asks for, in which order, and what its references lead to."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.interop.fhir.writing.refusals import NamedTwice, NotAnAddress
from services.interop.fhir.writing.sent import Content

# FHIR R4, 3.1.0.11.2.
ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3}
ADDRESS = re.compile(
    r"/?([A-Z][A-Za-z]{1,63})(?:/([A-Za-z0-9.-]{1,64})(?:/_history/([A-Za-z0-9.-]{1,64}))?)?(?:\?(.*))?", re.DOTALL
)
CONDITIONAL = re.compile(r"([A-Z][A-Za-z]{1,63})\?(.+)", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """One entry. Without an id it is about a type; `condition` is what stands after the question mark."""

    position: int
    method: str
    kind: str
    resource_id: str | None
    version: str | None
    condition: str | None
    full_url: str | None
    request: Content = field(repr=False)
    resource: Content | None = field(repr=False)

    @property
    def at(self) -> str:
        return f"Bundle.entry[{self.position}]"

    @property
    def only_if(self) -> str | None:
        """The search on which it hangs."""
        return self.request.get("ifNoneExist") if self.method == "POST" else self.condition


def asked(bundle: Content) -> list[Asked]:
    """In the order of the Bundle. Raises `NotAnAddress`."""
    return [_asked(place, entry) for place, entry in enumerate(bundle.get("entry", []))]


def _asked(place: int, entry: Content) -> Asked:
    request = entry["request"]
    method, found = request.get("method"), ADDRESS.fullmatch(request.get("url", ""))
    if found is None or method not in ORDER:
        raise NotAnAddress(f"Bundle.entry[{place}].request")
    kind, resource_id, version, condition = found.groups()
    about = (kind, resource_id, version, condition)
    return Asked(place, method, *about, entry.get("fullUrl"), request, entry.get("resource"))


def without_resources(bundle: Content) -> Content:
    """Judged by itself, for one bad entry of a batch does not hold up the others."""
    sent = bundle.get("entry")
    if not isinstance(sent, list):
        return bundle
    return {**bundle, "entry": [_bare(one) if isinstance(one, dict) else one for one in sent]}


def _bare(entry: Content) -> Content:
    return {name: value for name, value in entry.items() if name != "resource"}


def with_resources(bare: Content, bundle: Content) -> list[Content]:
    """The entries that were judged, each with its resource as it was sent."""
    pairs = zip(bare.get("entry", []), bundle.get("entry", []), strict=True)
    return [{**one, "resource": sent["resource"]} if "resource" in sent else one for one, sent in pairs]


def in_order(entries: Sequence[Asked]) -> list[Asked]:
    return sorted(entries, key=lambda one: ORDER[one.method])


def require_once(entries: Sequence[Asked]) -> None:
    """Raises `NamedTwice`."""
    seen = set[tuple[str, str]]()
    for one in entries:
        key = one.resource_id or one.only_if
        if one.method == "GET" or key is None:
            continue
        if (one.kind, key) in seen:
            raise NamedTwice(f"{one.at}.request")
        seen.add((one.kind, key))


def references(value: Any, at: str) -> Iterator[tuple[Content, str]]:
    """Every Reference anywhere in a resource, with its place."""
    if isinstance(value, dict):
        if isinstance(value.get("reference"), str):
            yield value, f"{at}.reference"
        for name, inner in value.items():
            yield from references(inner, f"{at}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from references(inner, f"{at}[{place}]")


def led_to(content: Content, known: Callable[[str], str | None]) -> None:
    """Let the references of a resource lead to what is known by another name here."""
    for reference, _ in references(content, ""):
        reference["reference"] = known(reference["reference"]) or reference["reference"]
