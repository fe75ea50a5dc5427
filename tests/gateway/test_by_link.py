"""Who comes by a link needs no token at the door, brings no cookie past it, and may not try often."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.main import create_app
from gateway.settings import GatewaySettings
from tests.signing import CLIENT_KEY, Issuer

AT = "/caseload/open/handovers/x/accept"
PATHS = (AT, AT.replace("open", "%6fpen"))


async def echo(request: Request) -> Response:
    return JSONResponse({"path": request.url.path, **dict(request.headers)})


@asynccontextmanager
async def door(**own: float) -> AsyncIterator[httpx.AsyncClient]:
    service = Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])])
    settings = GatewaySettings(app_env="test", client_key=CLIENT_KEY, **own)
    app = create_app(settings, apps={"caseload": service, "identity": Issuer().app()})
    at_the_door = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://door")
    async with app.router.lifespan_context(app), at_the_door as client:
        yield client


async def test_a_link_leads_to_caseload_without_a_token_and_without_a_cookie() -> None:
    async with door() as client:
        carried = {"authorization": "Bearer x.y.z", "cookie": "__Host-heatshield=secret"}
        seen = (await client.post(AT, json={"code": "12345678"}, headers=carried)).json()
    assert seen["path"] == "/open/handovers/x/accept"
    assert {"authorization", "cookie"} & seen.keys() == set()


async def test_nothing_else_of_caseload_is_open() -> None:
    async with door() as client:
        for path in (
            "/caseload/opened",
            "/caseload/inside/accesses",
            "/open/handovers/x/accept",
            "/caseload/openapi.json",
        ):
            assert (await client.get(path)).status_code == 404, path


@pytest.mark.parametrize("path", PATHS)
async def test_whoever_tries_links_is_stopped_soon_and_nobody_else_is(path: str) -> None:
    async with door(link_per_second=0.01, link_burst=3) as client:
        statuses = [(await client.post(path, json={})).status_code for _ in range(5)]
        refused = await client.post(AT, json={})
        assert (await client.get("/caseload/v1/clients")).status_code == 200
    assert statuses[3:] == [429, 429]
    assert 429 not in statuses[:3]
    assert int(refused.headers["retry-after"]) > 1
