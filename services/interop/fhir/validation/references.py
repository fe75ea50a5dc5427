"""References: to the right type of resource, to something that is there, and in a form that FHIR R4 knows."""

import re
from collections.abc import Iterator
from typing import Any

from fhirkit import RESOURCE_TYPES

from services.common.outcome import Issue
from services.interop.fhir.validation.contained import MOST_CONTAINED
from services.interop.fhir.validation.targets import TARGETS
from services.interop.fhir.validation.walk import Node

LITERAL = re.compile(r"(?:.*/)?([A-Z][A-Za-z]{1,63})/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?", re.DOTALL)
RELATIVE = re.compile(r"([A-Z][A-Za-z]{1,63})/.*", re.DOTALL)

WRONG_TYPE = "This reference may lead to one of {known}, and leads to another type of resource. Correct it."
NO_TYPE = "FHIR R4 has no such type of resource. Correct the reference."
TWO_TYPES = "The reference and its type name different types of resource. Correct the one that is wrong."
NOT_CONTAINED = "Nothing of this id is contained in the resource. Contain it, or correct the reference."
NOT_IN_BUNDLE = "No entry has this fullUrl. Add the entry, or refer to a resource by its address."


def issues(node: Node) -> Iterator[Issue]:
    reference = node.content.get("reference")
    if not isinstance(reference, str) or node.is_resource:
        return
    at = f"{node.at}.reference"
    if reference.startswith("#") and len(reference) > 1 and _contained(node, reference) is None:
        yield Issue("not-found", at, NOT_CONTAINED)
        return
    if reference.startswith(("urn:uuid:", "urn:oid:")) and node.entries.get(reference) is None:
        yield Issue("not-found", at, NOT_IN_BUNDLE)
        return
    yield from _of_type(node, reference, at)


def _of_type(node: Node, reference: str, at: str) -> Iterator[Issue]:
    relative, said = RELATIVE.fullmatch(reference), node.content.get("type")
    kind = _kind(node, reference)
    if relative is not None and relative[1] not in RESOURCE_TYPES:
        yield Issue("value", at, NO_TYPE)
        return
    if kind is not None and said in RESOURCE_TYPES and said != kind:
        yield Issue("invalid", at, TWO_TYPES)
    known = TARGETS.get(node.path)
    if known is not None and kind is not None and kind not in known:
        yield Issue("invalid", at, WRONG_TYPE.format(known=", ".join(sorted(known))))


def _kind(node: Node, reference: str) -> str | None:
    """The type that a reference leads to; None where only its owner could say."""
    if reference.startswith("#"):
        found = node.host if reference == "#" else _contained(node, reference)
    else:
        found = node.entries.get(reference)
    if found is not None:
        return str(found["resourceType"])
    literal = LITERAL.fullmatch(reference)
    if literal is not None and literal[1] in RESOURCE_TYPES:
        return literal[1]
    said = node.content.get("type")
    return said if said in RESOURCE_TYPES else None


def _contained(node: Node, reference: str) -> dict[str, Any] | None:
    held = (one for one in node.host.get("contained", [])[:MOST_CONTAINED] if f"#{one.get('id')}" == reference)
    return next(held, None)
