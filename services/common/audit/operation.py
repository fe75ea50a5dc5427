"""A route as the audit trail names it: what is done, to what, and by which fields."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from uuid import UUID

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from services.common.query import names_of

PARAMETER = re.compile(r"\{(\w+)\}")
# FHIR names a type in the path, and without an id it is a search.
FHIR_TYPE = "resource_type"
ENTITY_OF = {FHIR_TYPE: "resource"}
ACTIONS = {"GET": "R", "OPTIONS": "R", "PUT": "U", "PATCH": "U", "POST": "U", "DELETE": "D"}


@dataclass(frozen=True)
class Operation:
    """`action` is HL7's: create, read, update, delete or execute. `known` are the fields that the route takes."""

    name: str
    action: str
    entity_type: str
    id_parameter: str | None
    known: Collection[str]

    @classmethod
    def of(cls, route: APIRoute) -> Self:
        method = min(route.methods or {"GET"})
        last = next(reversed(PARAMETER.findall(route.path)), None)
        return cls(
            name=f"{method} {route.path}",
            action=_action(method, route, is_search=_is_search(method, last, route.path)),
            entity_type=_singular(route.path) if last is None else ENTITY_OF.get(last, last.removesuffix("_id")),
            id_parameter=last,
            known=frozenset(_fields(route.dependant)),
        )

    def entity(self, request: Request) -> tuple[str, UUID | None]:
        """What the request is about. Nothing that is sent is kept, unless it is an id."""
        asked = request.path_params.get(self.id_parameter) if self.id_parameter else _body(request).get("id")
        return self.entity_type, _uuid(asked)

    def fields(self, request: Request) -> list[str]:
        """The names of what was sent, as far as the route knows them."""
        sent = {*_body(request), *request.query_params}
        return sorted(sent & set(self.known))


def _action(method: str, route: APIRoute, *, is_search: bool) -> str:
    if is_search or "$" in route.path:
        return "E"
    return "C" if route.status_code == HTTPStatus.CREATED else ACTIONS[method]


def _is_search(method: str, last: str | None, path: str) -> bool:
    return (last == FHIR_TYPE and method == "GET") or "/_search" in path


def _singular(path: str) -> str:
    """The last word of the path that names a thing, as one of them."""
    words = [word for word in path.split("/") if word and word[0] not in "{_"]
    word = words[-1].lstrip("$").replace("-", "_")
    if word.endswith("ss"):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _fields(dependant: Dependant) -> Iterator[str]:
    yield from names_of(dependant)
    for body in dependant.body_params:
        yield from getattr(body.field_info.annotation, "model_fields", {})
    for inner in dependant.dependencies:
        yield from _fields(inner)


def _body(request: Request) -> dict[str, Any]:
    """The body, where one was read and is an object."""
    body = getattr(request, "_json", None)
    return body if isinstance(body, dict) else {}


def _uuid(value: object) -> UUID | None:
    try:
        return value if isinstance(value, UUID) else UUID(str(value))
    except ValueError:
        return None
