"""All services in one process: the same factories, one in-process broker, HTTP that never leaves the process."""

import importlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
from starlette.applications import Starlette

from demo.barrow import people
from demo.partners.council import HOST as COUNCIL_HOST
from devissuer.main import ISSUER
from devissuer.main import create_app as create_issuer
from gateway.main import create_app as create_gateway
from gateway.routes import SERVICES
from gateway.settings import GatewaySettings
from services.common.broker import InProcessBroker
from services.common.peers import Mounts
from services.common.service import Service
from services.common.settings import ServiceSettings

# The way to the development issuer. It is in no table of the gateway's own.
SIGN_IN = {"/dev": "issuer"}


def services() -> dict[str, Service]:
    return {name: importlib.import_module(f"services.{name}.main").SERVICE for name in SERVICES}


def create_app(database_url: Callable[[str], str]) -> Starlette:
    """The gateway with every service behind it; entering its lifespan migrates and starts them all."""
    secret = secrets.token_urlsafe(24)
    broker, mounts = InProcessBroker(), Mounts()
    common = ServiceSettings(app_env="demo", issuer=ISSUER, client_secret=secret, partner_hosts_inside=[COUNCIL_HOST])
    settings = {name: common.model_copy(update={"database_url": database_url(name)}) for name in SERVICES}
    declared = services()
    apps = {name: declared[name].app(settings[name], broker=broker, mounts=mounts) for name in SERVICES}
    issuer = create_issuer(people(), secret)
    around = {**apps, "issuer": issuer}
    for name, app in around.items():
        mounts[f"all://{name}"] = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    gateway = create_gateway(GatewaySettings(app_env="demo", issuer=ISSUER, more_routes=SIGN_IN), apps=around)
    own_lifespan = gateway.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for name in SERVICES:
                await declared[name].prepare(settings[name])
                declared[name].bind(broker)
            for running in apps.values():
                await stack.enter_async_context(running.router.lifespan_context(running))
            await stack.enter_async_context(own_lifespan(app))
            yield

    gateway.router.lifespan_context = lifespan
    return gateway
