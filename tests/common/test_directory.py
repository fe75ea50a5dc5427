"""The directory leads every path to the router that it would have reached by asking them in turn."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from starlette.routing import Match
from uuid6 import uuid7

from demo.compose import services
from services.common.directory import FOUND
from services.common.service import Service

SERVICES = services()


def asked(service: Service) -> Iterator[dict[str, Any]]:
    for route in iter_route_contexts(service._routes):
        path = re.sub(r"\{[^}]*\}", lambda _: str(uuid7()), route.path or "")
        for method in route.methods or {"GET"}:
            yield {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


@pytest.mark.parametrize("name", SERVICES)
def test_it_finds_what_asking_each_in_turn_finds(name: str) -> None:
    service = SERVICES[name]
    scopes = list(asked(service))
    assert scopes
    for scope in scopes:
        in_turn = next(route for route in service._routes if route.matches(dict(scope))[0] is Match.FULL)
        match, found = service._directory.matches(dict(scope))
        assert (match, found.get(FOUND)) == (Match.FULL, in_turn), scope["path"]


def test_what_it_does_not_know_it_leaves_to_the_others() -> None:
    directory = SERVICES["caseload"]._directory
    for path in ("/", "", "/v1", "/v1/nothing", "/v1/clients/a/b/c/d", "/health/live"):
        assert directory.matches({"type": "http", "method": "GET", "path": path})[0] is Match.NONE
    assert directory.matches({"type": "http", "method": "BREW", "path": "/v1/clients"})[0] is Match.NONE
