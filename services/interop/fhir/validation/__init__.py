"""Whether a resource is one that we take: exact FHIR R4 first, then the rules of FHIR and UK Core that no parser keeps.

One function is the way in, so that what judges behind it can be exchanged. What was sent is never repeated in the words
of an issue.
"""

from collections.abc import Callable, Iterator
from typing import Any

from services.common.outcome import Issue
from services.interop.fhir import structure
from services.interop.fhir.validation import (
    bundles,
    codes,
    contained,
    dates,
    extensions,
    invariants,
    nhs_numbers,
    references,
)
from services.interop.fhir.validation.walk import MOST_NODES, Node, is_too_long, nodes

MOST_ISSUES = structure.MOST_ISSUES
TOO_LONG = f"A document has at most {MOST_NODES} elements with others in them here. Send it in parts."
# Each looks at one element and says what is wrong with it.
RULES: tuple[Callable[[Node], Iterator[Issue]], ...] = (
    bundles.issues,
    codes.issues,
    contained.issues,
    dates.issues,
    extensions.issues,
    invariants.issues,
    nhs_numbers.issues,
    references.issues,
)


def issues(document: str, content: dict[str, Any]) -> list[Issue]:
    """Everything that is wrong with a resource, in the order of its elements; the first fifty issues, or none.

    `content` is the document as it was parsed. The rules look at it only where its structure is FHIR R4.
    """
    if is_too_long(content):
        return [Issue("too-long", "Resource", TOO_LONG)]
    found = structure.faults(document) or bundles.bounds(content)
    if found:
        return found
    for node in nodes(content):
        found += [issue for rule in RULES for issue in rule(node)]
        if len(found) >= MOST_ISSUES:
            break
    return found[:MOST_ISSUES]
