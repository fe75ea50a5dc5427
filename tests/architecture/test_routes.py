"""Every route of every service names who may call it; `tests/access` asks that nobody else gets in."""

from collections.abc import Iterator

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute

from demo.compose import services
from services.common.access import Requires
from services.common.access import guards as guards_of
from services.common.auth import Persona
from services.common.db import Transaction
from services.common.http import TransactionRoute, api_router
from services.common.service import Service
from services.common.settings import ServiceSettings
from tests.access.operations import PUBLIC

SERVICES = services()
PATHS = {name.partition(" ")[2] for name in PUBLIC}


# What operations read from inside the network: it names nobody, and the gateway passes none of it on.
FOR_OPERATIONS = {"/health/live", "/health/ready", "/metrics", "/openapi.json"}


def routes(service: Service) -> Iterator[APIRoute]:
    """Every route of the app that is served, whoever added it."""
    for route in service.app(ServiceSettings(app_env="test")).routes:
        inside = getattr(route, "original_router", None)
        found = inside.routes if inside else [route]
        yield from (one for one in found if isinstance(one, APIRoute) and one.path not in FOR_OPERATIONS)


def test_the_walk_finds_what_is_served() -> None:
    """A route that the walk did not find would be one that no test here looks at."""
    for name, service in SERVICES.items():
        described = service.app(ServiceSettings(app_env="test")).openapi()["paths"]
        assert {route.path for route in routes(service)} >= set(described), name
        assert "/v1/rules" in described


def guards(route: APIRoute) -> list[Requires]:
    return list(guards_of(route.dependant))


def unguarded(service: Service) -> list[str]:
    return [
        route.path
        for route in routes(service)
        if route.path not in PATHS and not (guards(route) and isinstance(route, TransactionRoute))
    ]


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_names_who_may_call_it(name: str) -> None:
    assert unguarded(SERVICES[name]) == []


@pytest.mark.parametrize("name", SERVICES)
def test_every_route_says_what_it_is_for(name: str) -> None:
    assert [route.path for route in routes(SERVICES[name]) if not (route.description or "").strip()] == []


@pytest.mark.parametrize("name", SERVICES)
def test_no_nhs_number_travels_in_a_url(name: str) -> None:
    named = [
        p.name
        for route in routes(SERVICES[name])
        for p in (*route.dependant.path_params, *route.dependant.query_params)
    ]
    assert not [parameter for parameter in named if "nhs" in parameter]


def test_an_unguarded_route_is_found() -> None:
    open_router, plain = api_router(tags=["x"]), APIRouter()

    @open_router.get("/open")
    async def open_route() -> None:
        """Nobody asked who is there."""

    @plain.get("/plain")
    async def plain_route(tx: Transaction = Depends(Requires(Persona.NURSE))) -> None:  # noqa: B008
        """Guarded, and outside any transaction."""

    faulty = Service("hr", "", SERVICES["hr"].metadata, [open_router, plain])
    assert unguarded(faulty) == ["/v1/open", "/plain"]


def test_no_endpoint_needs_a_manager() -> None:
    """Self-led teams: no persona manages people (King's Fund 2019, mission row 5.11)."""
    everybody = "nurse coach heatshield steering social_worker practice hr finance "
    everybody += "commissioner council integrator ops service"
    assert set(Persona) == set(everybody.split())
