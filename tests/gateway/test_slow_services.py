"""A service that is slow, or silent, is told from one that is away, and leaves the others their connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from demo.servers.http import serving
from gateway.main import create_app
from gateway.settings import GatewaySettings
from tests.running import until

CONNECTIONS = 4


@dataclass
class Slow:
    """A service that answers when it is told to, and counts what it was asked."""

    asked: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, _: Request) -> Response:
        self.asked += 1
        await self.go.wait()
        return JSONResponse({})


@pytest.fixture
async def slow() -> Slow:
    return Slow()


@pytest.fixture
async def door(slow: Slow) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway in front of a slow caseload and a quick roster, with few connections and little patience."""

    async def quick(_: Request) -> Response:
        return JSONResponse({"quick": True})

    async with AsyncExitStack() as stack:
        services = {"caseload": slow.answer, "roster": quick}
        peers = {
            name: await stack.enter_async_context(
                serving(Starlette(routes=[Route("/v1/x", endpoint, methods=["GET", "POST"])]), lifespan=False)
            )
            for name, endpoint in services.items()
        }
        settings = GatewaySettings(
            app_env="test", peers=peers, connections_per_service=CONNECTIONS, connect_seconds=0.5, silence_seconds=2
        )
        app = create_app(settings)
        await stack.enter_async_context(app.router.lifespan_context(app))
        yield await stack.enter_async_context(
            httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://door", timeout=20)
        )
        slow.go.set()


async def test_a_service_that_hangs_does_not_take_the_door_down_for_the_others(
    door: httpx.AsyncClient, slow: Slow
) -> None:
    hanging = [asyncio.create_task(door.get("/caseload/v1/x")) for _ in range(10 * CONNECTIONS)]
    async with asyncio.timeout(10):
        await until(lambda: slow.asked == CONNECTIONS)
        assert (await door.get("/roster/v1/x")).json() == {"quick": True}
        refused = [one for one in await asyncio.gather(*hanging) if one.status_code == 503]
    assert len(refused) == 9 * CONNECTIONS
    for answer in refused:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["code"] == "service_busy"
    assert slow.asked == CONNECTIONS, "what was refused as busy was never sent"


async def test_a_service_that_says_nothing_is_a_504(door: httpx.AsyncClient, slow: Slow) -> None:
    answer = await door.post("/caseload/v1/x", json={})
    assert slow.asked == 1
    assert answer.status_code == 504
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "service_slow"
