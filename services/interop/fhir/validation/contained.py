"""What a resource contains: nothing twice, nothing nested, nothing unused, and nothing that leads round in a circle.

FHIR R4, rules dom-2 to dom-5. That contained resources form no circle is our own rule: whoever follows the references
of such a document never comes to an end.
"""

from collections.abc import Iterator
from typing import Any

from services.common.outcome import Issue
from services.interop.fhir.validation.walk import Node

# More than anybody sends, and few enough to follow each to the end.
MOST_CONTAINED = 100

TOO_MANY = (
    f"A resource contains at most {MOST_CONTAINED} others here. Send the others by themselves, and refer to them."
)
NESTED = "A contained resource contains and holds no others. Contain them all in the outermost (dom-2)."
UNUSED = "Nothing refers to this contained resource. Refer to it by # and its id, or leave it out (dom-3)."
VERSIONED = (
    "A contained resource has no version, no time of change and no security label. Leave them out (dom-4, dom-5)."
)
TWICE = "Two contained resources have this id. Give each its own."
NO_ID = "A contained resource needs an id, so that something can refer to it. Give it one."
CIRCLE = "Contained resources refer to each other in a circle. Leave out the reference that closes it."


def issues(node: Node) -> Iterator[Issue]:
    if node.is_contained and node.is_resource and node.name == "resource":
        yield Issue("invariant", node.at, NESTED)
        return
    held = list(node.below("contained")) if node.is_resource else []
    if not held:
        return
    if node.is_contained:
        yield Issue("invariant", f"{node.at}.contained", NESTED)
        return
    if len(held) > MOST_CONTAINED:
        yield Issue("too-costly", f"{node.at}.contained", TOO_MANY)
        return
    leads = [_references(one.content) for one in held]
    own = _references({name: value for name, value in node.content.items() if name != "contained"})
    used, seen = own.union(*leads), set[str]()
    for one, led_to in zip(held, leads, strict=True):
        yield from _of_one(one, led_to, used, seen)
    yield from _circles(held, leads)


def _of_one(one: Node, led_to: set[str], used: set[str], seen: set[str]) -> Iterator[Issue]:
    name, meta = one.content.get("id"), one.content.get("meta", {})
    if name is None:
        yield Issue("required", one.at, NO_ID)
        return
    if name in seen:
        yield Issue("duplicate", f"{one.at}.id", TWICE)
    seen.add(name)
    # A contained resource may also be used by pointing back to what contains it.
    if f"#{name}" not in used and "#" not in led_to:
        yield Issue("invariant", one.at, UNUSED)
    if {"versionId", "lastUpdated", "security"} & meta.keys():
        yield Issue("invariant", f"{one.at}.meta", VERSIONED)


def _references(content: dict[str, Any]) -> set[str]:
    """Everything that is referred to from within, and what a document's text uses by its address."""
    found, waiting = set[str](), list[Any]([content])
    while waiting:
        one = waiting.pop()
        for name, value in one.items() if isinstance(one, dict) else ():
            if isinstance(value, str) and (name == "reference" or name.endswith(("Uri", "Canonical"))):
                found.add(value)
        inner = one.values() if isinstance(one, dict) else one
        waiting += [held for held in inner if isinstance(held, dict | list)]
    return found


def _circles(held: list[Node], led_to: list[set[str]]) -> Iterator[Issue]:
    leads = {f"#{one.content.get('id')}": known for one, known in zip(held, led_to, strict=True)}
    for one in held:
        start = f"#{one.content.get('id')}"
        reached, waiting = set[str](), [start]
        while waiting:
            new = (leads.get(waiting.pop(), set()) & leads.keys()) - reached
            reached |= new
            waiting += new
        if start in reached:
            yield Issue("business-rule", one.at, CIRCLE)
            return
