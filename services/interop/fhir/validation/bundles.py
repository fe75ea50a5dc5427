"""Bundles: not too many entries, none twice, and each asking what its type asks (R4: bdl-3, bdl-7)."""

from collections.abc import Iterator
from typing import Any

from services.common.outcome import Issue
from services.interop.fhir.validation.walk import Node

# One call's work stays bounded. Larger sets go in several calls.
MOST_ENTRIES = 500
ASKING = {"batch", "transaction", "history"}

TOO_MANY = f"A Bundle has at most {MOST_ENTRIES} entries here. Send the others in Bundles of their own."
NO_REQUEST = "An entry of such a Bundle says what is asked for. Add its request (bdl-3)."
REQUEST = "An entry of such a Bundle asks for nothing. Leave its request out (bdl-3)."
TWICE = "Two entries have this fullUrl, and it is no history. Give each its own (bdl-7)."


def bounds(content: dict[str, Any]) -> list[Issue]:
    """One issue where a Bundle is larger than is taken, before any of it is looked at."""
    if content.get("resourceType") == "Bundle" and len(content.get("entry", [])) > MOST_ENTRIES:
        return [Issue("too-costly", "Bundle.entry", TOO_MANY)]
    return []


def issues(node: Node) -> Iterator[Issue]:
    if not node.is_resource or node.resource["resourceType"] != "Bundle":
        return
    kind, seen = node.content.get("type"), set[tuple[str, str | None]]()
    for entry in node.below("entry"):
        if kind in ASKING and "request" not in entry.content:
            yield Issue("invariant", entry.at, NO_REQUEST)
        if kind not in ASKING and "request" in entry.content:
            yield Issue("invariant", f"{entry.at}.request", REQUEST)
        version = entry.content.get("resource", {}).get("meta", {}).get("versionId")
        name = entry.content.get("fullUrl")
        if name is not None and kind != "history":
            if (name, version) in seen:
                yield Issue("duplicate", f"{entry.at}.fullUrl", TWICE)
            seen.add((name, version))
