"""The operations of every service as their OpenAPI documents tell them, each with a request that is well formed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fastapi.routing import APIRoute
from uuid6 import uuid7

from services.common.access import Requires
from services.common.auth import Persona
from services.common.openapi import operations
from services.common.service import Service
from services.common.settings import ServiceSettings
from tests.running import TEAM

Schema = dict[str, Any]
HOST_KEY = f"ssh-ed25519 {'A' * 68}"
# What the patterns of the API's texts are matched by, tried in turn.
WORDS = (
    "Abc",
    "A1B",
    "9990000018",
    "06",
    "06.01",
    "caseload.referral.received.v1",
    "dead",
    "LA1 1AA",
    "0" * 32,
    "AB1",
    HOST_KEY,
)
ADDRESS = "https://council.example/events"


@dataclass(frozen=True)
class Operation:
    """One operation with what it takes, all references followed."""

    method: str
    path: str
    persona: Persona | None
    parameters: list[Schema]
    body: Schema | None
    parts: Schema = field(repr=False)
    route: APIRoute = field(repr=False)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_fhir(self) -> bool:
        return self.path.startswith("/fhir/")

    @property
    def is_list(self) -> bool:
        return self.method == "GET" and "{" not in self.path

    def of(self, place: str) -> Iterator[tuple[str, Schema]]:
        """The parameters in this place: path, query or header."""
        for parameter in self.parameters:
            if parameter["in"] == place:
                yield parameter["name"], self.followed(parameter["schema"])

    def required(self, place: str) -> dict[str, str]:
        """A value for each parameter that has to be there."""
        return {
            one["name"]: said(one["name"], self.followed(one["schema"]))
            for one in self.parameters
            if one["in"] == place and one.get("required")
        }

    def address(self, **changes: str) -> str:
        named = self.required("path") | changes
        return re.sub(r"{(\w+)}", lambda found: named[found[1]], self.path)

    def headers(self) -> dict[str, str]:
        """A key and a version, where they are asked for, and what else has to be there."""
        asked = {one["name"] for one in self.parameters if one["in"] == "header"}
        sent = {"Idempotency-Key": str(uuid7()), "If-Match": '"1"'}
        return self.required("header") | {name: value for name, value in sent.items() if name in asked}

    def followed(self, schema: Schema) -> Schema:
        """The schema itself: behind its reference, and the one that is not null of several."""
        while True:
            choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
            if "$ref" in schema:
                schema = self.parts["schemas"][schema["$ref"].rpartition("/")[2]]
            elif choices:
                schema = next(one for one in choices if one.get("type") != "null")
            else:
                return schema

    def example(self) -> Any:
        return None if self.body is None else self.made(self.body)

    def made(self, schema: Schema, name: str = "") -> Any:
        """A value of this form, with every field that there may be."""
        schema = self.followed(schema)
        match schema.get("type"):
            case "object":
                return {key: self.made(part, key) for key, part in schema.get("properties", {}).items()}
            case "array":
                return [self.made(schema.get("items", {}), name)] * max(1, schema.get("minItems", 1))
            case "boolean":
                return True
            case "integer":
                return int(schema.get("minimum", 1))
            case "number":
                return schema.get("minimum", 1)
            case _:
                return said(name, schema)


def said(name: str, schema: Schema) -> str:
    """A text of this form."""
    if "enum" in schema or "const" in schema:
        return str(schema.get("const", schema.get("enum", [""])[0]))
    if name == "team_id":
        return str(TEAM)
    by_format = {"date": "2026-11-02", "date-time": "2026-11-02T09:00:00Z", "password": "whsec_" + "A" * 32}
    kind = schema.get("format", "")
    if kind.startswith("uuid"):
        return str(uuid7())
    if kind in by_format:
        return by_format[kind]
    if schema.get("type") == "integer":
        return str(schema.get("minimum", 1))
    if schema.get("type") == "boolean":
        return "true"
    if name == "url":
        return ADDRESS
    pattern = re.compile(schema.get("pattern", "").replace("\\Z", "$"))
    return next((word for word in WORDS if pattern.search(word)), "Abc")


def of_service(service: Service) -> list[Operation]:
    """Every operation of its document, with somebody who may call it: the nurse wherever she may."""
    app = service.app(ServiceSettings(app_env="test"))
    document = app.openapi()
    routes = {(route.path, method): route for route in routes_of(app) for method in route.methods}
    parts = document["components"]
    found = []
    for path, method, told in operations(document):
        parameters = [
            parts["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
            for one in told.get("parameters", [])
        ]
        content = told.get("requestBody", {}).get("content", {})
        body = content.get("application/json", {}).get("schema")
        route = routes[path, method.upper()]
        found.append(Operation(method.upper(), path, who_may(route), parameters, body, parts, route))
    return found


def routes_of(app: Any) -> Iterator[APIRoute]:
    for route in app.routes:
        inside = getattr(route, "original_router", None)
        yield from (one for one in (inside.routes if inside else [route]) if isinstance(one, APIRoute))


def who_may(route: APIRoute) -> Persona | None:
    waiting, admitted = [route.dependant], set()
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        if isinstance(dependant.call, Requires):
            admitted |= dependant.call.personas
    return Persona.NURSE if Persona.NURSE in admitted else min(admitted, default=None)
