"""What stands behind the door in `benchmarks.gateway`: caseload alone, or with the gateway in the same process.

`python -m benchmarks.gateway_side service PORT DATABASE_URL TOKEN_FILE`, or `together` for `service`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import typer
import uvicorn
from fastapi import FastAPI
from starlette.applications import Starlette

from devissuer.main import ISSUER, Issuer
from devissuer.main import create_app as create_issuer
from gateway import server
from gateway.main import create_app as create_gateway
from gateway.settings import GatewaySettings
from services.__main__ import declared, server_of
from services.common.broker import InProcessBroker
from services.common.settings import ServiceSettings
from services.common.telemetry import configure_logging

NURSE, TEAM = "01938000-0000-7000-8000-000000000001", "01938000-0000-7000-8000-00000000000a"
UNLIMITED = {"address_per_second": 1e6, "address_burst": 10**6, "user_per_second": 1e6, "user_burst": 10**6}


def caseload(url: str, token_file: Path) -> FastAPI:
    """The real service. The token of a nurse, whom it believes for a quarter of an hour, goes into the file."""
    issuer = Issuer()
    settings = ServiceSettings(
        database_url=url, database_pool_size=10, client_secret="x", app_env="test", issuer=ISSUER
    )
    mounts: dict[str, httpx.AsyncBaseTransport] = {
        "all://issuer": httpx.ASGITransport(app=create_issuer({}, "x", issuer))
    }
    token_file.write_text(issuer.token(NURSE, "nurse"))
    return declared("caseload").app(settings, broker=InProcessBroker(), mounts=mounts)


def main(kind: str, port: int, database_url: str, token_file: Path) -> None:
    """Serve until killed."""
    configure_logging()
    app = caseload(database_url, token_file)
    if kind == "service":
        server_of(app, "127.0.0.1", port).run()
        return
    settings = GatewaySettings(app_env="test", issuer=ISSUER, **UNLIMITED)
    door = create_gateway(settings, apps={"caseload": app})
    own = door.router.lifespan_context

    @asynccontextmanager
    async def both(running: Starlette) -> AsyncIterator[None]:
        async with app.router.lifespan_context(app), own(running):
            yield

    door.router.lifespan_context = both
    uvicorn.Server(server.door(door, settings, door.state.bounds, "127.0.0.1", port)).run()


if __name__ == "__main__":
    typer.run(main)
