"""Drill: processes are restarted one after the other under load, and no request fails."""

import asyncio
from collections.abc import AsyncIterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from demo.servers.http import serving
from demo.servers.ports import lasting_ports
from gateway.settings import GatewaySettings
from tests.drills import replica
from tests.drills.balancer import Balancer
from tests.drills.fleet import DRAIN_SECONDS, SIZE, End, Fleet
from tests.drills.load import Load
from tests.drills.table import told
from tests.drills.written_to import written_to
from tests.faults.house import FORKS
from tests.running import Databases

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROUNDS = 2


@pytest.fixture
async def a_service(databases: Databases, place: Path) -> AsyncIterator[Fleet]:
    async with written_to(await databases("caseload"), place) as made:
        yield made.fleet


@pytest.fixture
async def the_gateway(place: Path) -> AsyncIterator[Fleet]:
    """The door, before a service that takes a while. Whether it is ready is asked at its inside port."""

    async def answer(_: Request) -> Response:
        await asyncio.sleep(0.05)
        return PlainTextResponse("here")

    ports = lasting_ports(*[0] * 2 * SIZE)
    inside = dict(zip(ports[:SIZE], ports[SIZE:], strict=True))
    async with serving(Starlette(routes=[Route("/dev/people", answer)])) as behind:
        settings = GatewaySettings(
            app_env="test",
            peers={"issuer": behind, "identity": behind},
            more_routes={"/dev": "issuer"},
            drain_seconds=DRAIN_SECONDS,
        )

        def start(port: int) -> BaseProcess:
            told = (settings, port, inside[port], str(place / f"{port}.log"))
            return FORKS.Process(target=replica.serve_gateway, args=told, daemon=True)

        ready = {port: f"http://127.0.0.1:{beside}/health/ready" for port, beside in inside.items()}
        fleet = Fleet(start, ready, lambda base: lambda: httpx.Request("GET", f"{base}/dev/people"))
        yield fleet
        fleet.end_all()


async def test_a_service_is_restarted_without_a_failed_request(a_service: Fleet) -> None:
    await _compared("a service", a_service)


async def test_the_gateway_is_restarted_without_a_failed_request(the_gateway: Fleet) -> None:
    await _compared("the gateway", the_gateway)


async def _compared(name: str, fleet: Fleet) -> None:
    """Told to end, none fails; killed, some do, or the drill would not see it if they did."""
    restarts = SIZE * ROUNDS
    fleet.start_all()
    ended = await rolled(fleet, BaseProcess.terminate, ROUNDS)
    told(f"rolling restart: {name}", "0 failed requests", f"{ended.failed} of {ended.asked}, {restarts} restarts")
    killed = await rolled(fleet, BaseProcess.kill, 1)
    told(f"control: {name} killed", "more than 0 failed requests", f"{killed.failed} of {killed.asked}")
    assert ended.failed == 0, ended.answers
    assert killed.failed > 0


async def rolled(fleet: Fleet, end: End, rounds: int) -> Load:
    """What became of the requests that came meanwhile."""
    async with Balancer(fleet.ready) as balancer:
        await balancer.until_ready(SIZE)
        async with Load(fleet.ask_at(balancer.url)) as load:
            for _ in range(rounds):
                await fleet.roll(balancer, end)
    return load
