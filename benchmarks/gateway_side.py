"""One process of `benchmarks.gateway`: a service as it is, or caseload with the gateway in the same process.

`python -m benchmarks.gateway_side NAME PORT`, or `together` for the name; the settings are in the environment.
"""

import contextlib
from collections.abc import AsyncIterator

import typer
import uvicorn
from starlette.applications import Starlette

from gateway import server
from gateway.main import create_app as create_gateway
from gateway.settings import GatewaySettings
from services.__main__ import declared, server_of
from services.common.broker import InProcessBroker
from services.common.telemetry import configure_logging

TOGETHER = "together"


def door_with_caseload(port: int) -> uvicorn.Server:
    """The public door, which calls caseload without a network; identity is a process of its own for both."""
    settings = GatewaySettings.for_service("gateway")
    app = declared("caseload").app(broker=InProcessBroker())
    door = create_gateway(settings, apps={"caseload": app})
    own = door.router.lifespan_context

    @contextlib.asynccontextmanager
    async def both(running: Starlette) -> AsyncIterator[None]:
        async with app.router.lifespan_context(app), own(running):
            yield

    door.router.lifespan_context = both
    return uvicorn.Server(server.door(door, settings, door.state.bounds, "127.0.0.1", port))


def main(name: str, port: int) -> None:
    """Serve until killed."""
    configure_logging()
    if name == TOGETHER:
        served = door_with_caseload(port)
    else:
        served = server_of(declared(name).app(broker=InProcessBroker()), "127.0.0.1", port)
    served.run()


if __name__ == "__main__":
    typer.run(main)
