"""Codes that FHIR R4 binds as `required`: no other is allowed, so that no unknown status enters the record."""

from collections.abc import Iterator
from typing import Any

from services.common.outcome import Issue
from services.interop.fhir.validation.code_sets import CODES, CONCEPTS, DATA_TYPES
from services.interop.fhir.validation.walk import Node

NOT_ONE = "This code is none of those that FHIR R4 allows here. Use one of: {known}."


def issues(node: Node) -> Iterator[Issue]:
    for name, value in node.content.items():
        known = CODES.get(f"{node.path}.{name}")
        if known is not None and not _all_in(value, known):
            yield _issue(f"{node.at}.{name}", known)
    for name, known in DATA_TYPES.get(node.name.removeprefix("value").lower(), {}).items():
        if isinstance(node.content.get(name), str) and node.content[name] not in known:
            yield _issue(f"{node.at}.{name}", known)
    bound = CONCEPTS.get(node.path)
    if bound is not None and not _has_one(node.content, *bound):
        yield _issue(node.at, bound[1])


def _issue(at: str, known: frozenset[str]) -> Issue:
    return Issue("code-invalid", at, NOT_ONE.format(known=", ".join(sorted(known))))


def _all_in(value: Any, known: frozenset[str]) -> bool:
    """A code of an element, or each code of a list of them. One that is left out with a reason is null."""
    return all(one is None or one in known for one in (value if isinstance(value, list) else [value]))


def _has_one(concept: dict[str, Any], system: str, known: frozenset[str]) -> bool:
    """Whether a CodeableConcept holds one of the set, as a required binding asks."""
    return any(one.get("system") == system and one.get("code") in known for one in concept.get("coding", []))
