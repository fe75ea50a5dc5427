"""Every element of a resource that has elements of its own, each with its FHIRPath and the resource that it is in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# FHIRPath knows a choice of types by its name alone: `value`, and not `valueCodeableConcept`.
CHOICE = re.compile(r"value[A-Z][A-Za-z0-9]*")
# More than the largest Bundle that is taken has by far, and few enough to be judged within seconds.
MOST_NODES = 50_000


@dataclass(frozen=True)
class Node:
    """One element. `path` is where it is, as `Patient.contact.name` whatever holds the Patient.

    `at` is its FHIRPath in the whole document, `name` its last name, `resource` the resource that it is in, `host` the
    resource that contains that one, or itself, and `entries` the resources of the whole Bundle by their fullUrl.
    """

    at: str
    path: str
    name: str
    content: dict[str, Any] = field(repr=False)
    resource: dict[str, Any] = field(repr=False)
    host: dict[str, Any] = field(repr=False)
    entries: dict[str, dict[str, Any]] = field(repr=False)

    @property
    def is_resource(self) -> bool:
        return self.content is self.resource

    @property
    def is_contained(self) -> bool:
        return self.resource is not self.host

    def below(self, name: str) -> Iterator["Node"]:
        """The elements of this name directly below, one for each of a list."""
        for key in (name, f"_{name}"):
            found = self.content.get(key)
            for place, one in enumerate(found if isinstance(found, list) else [found]):
                if isinstance(one, dict):
                    yield self._child(name, one, f"[{place}]" if isinstance(found, list) else "")

    def _child(self, name: str, content: dict[str, Any], place: str) -> "Node":
        said = "value" if self.name == "extension" and CHOICE.fullmatch(name) else name
        at = f"{self.at}.{said}{place}"
        kind = content.get("resourceType")
        if name not in ("resource", "contained") or kind is None:
            return Node(at, f"{self.path}.{name}", name, content, self.resource, self.host, self.entries)
        # Whatever a contained resource holds is contained as well, and is no document of its own.
        host = self.host if self.is_contained else self.resource if name == "contained" else content
        return Node(at, kind, name, content, content, host, self.entries)


def is_too_long(document: Any) -> bool:
    """Whether there are more elements than are looked at, counted without looking into them."""
    count, waiting = 0, [document]
    while waiting and count <= MOST_NODES:
        one = waiting.pop()
        count += isinstance(one, dict)
        inner = one.values() if isinstance(one, dict) else one
        waiting += [held for held in inner if isinstance(held, dict | list)] if isinstance(one, dict | list) else []
    return count > MOST_NODES


def nodes(document: dict[str, Any]) -> Iterator[Node]:
    """The resource itself and everything in it, from the top down."""
    kind = document["resourceType"]
    sent = document.get("entry", []) if kind == "Bundle" else []
    entries = {one["fullUrl"]: one["resource"] for one in sent if "fullUrl" in one and "resource" in one}
    waiting = [Node(kind, kind, kind, document, document, document, entries)]
    while waiting:
        node = waiting.pop()
        yield node
        names = dict.fromkeys(name.removeprefix("_") for name in node.content)
        waiting += reversed([child for name in names for child in node.below(name)])
