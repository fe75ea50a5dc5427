"""All services in one process: the same factories, one in-process broker, HTTP that never leaves the process."""

import importlib
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import RSAKey
from starlette.applications import Starlette

from demo.barrow import people
from demo.partners import bars, mesh, pds
from demo.partners.council import HOST as COUNCIL_HOST
from demo.servers.ports import free_port
from demo.trust import development_issuer, process_keys, processes
from devissuer.main import create_app as create_issuer
from gateway.main import create_app as create_gateway
from gateway.routes import SERVICES
from gateway.settings import GatewaySettings
from services.caseload.settings import CaseloadSettings
from services.common.broker import InProcessBroker
from services.common.peers import Mounts
from services.common.service import Service
from services.common.settings import ServiceSettings
from services.identity.domain.trusted_issuer import TrustedIssuer
from services.identity.settings import IdentitySettings
from services.interop.settings import InteropSettings
from services.roster.settings import RosterSettings

# The way to the development issuer. It is in no table of the gateway's own.
SIGN_IN = {"/dev": "issuer"}
# Which organisation the demo's team belongs to, and as whom it makes its returns: codes of the form of real ones, that
# are nobody's.
RETURNS = {
    "ods_code": "ZZ901",
    "returns_commissioner": "ZZ902",
    "returns_council_code": "999",
    "returns_cqc_location": "1-999000001",
}
SYSTMONE = frozenset({"systmone_place", "systmone_host_key", "systmone_layout", "sftp_key", "systmone_writes"})


def services() -> dict[str, Service]:
    return {name: importlib.import_module(f"services.{name}.main").SERVICE for name in SERVICES}


def unit() -> dict[str, Any]:
    """Where extracts of SystmOne lie, and which units are written into, as the environment of an installation says it:
    they are tried with made-up files and a made-up agent. Nothing where it says nothing. Raises `ValueError`."""
    if not any(f"INTEROP_{name.upper()}" in os.environ for name in SYSTMONE):
        return {}
    return InteropSettings.for_service("interop").model_dump(include=set(SYSTMONE))


def _add_own(
    settings: dict[str, ServiceSettings], keys: dict[str, str], photos: Path, url: str, nhs: dict[str, Any]
) -> None:
    """What one service alone is told: whose sign-ins count and where, where photos and files for councils are kept, how
    the NHS is reached, as whom returns are made, and that it computes by itself."""
    trusted = [TrustedIssuer(**development_issuer("http://issuer:8000/jwks"))]
    own = {"issuers": trusted, "processes": processes(keys), "public_url": url}
    of_identity = settings["identity"].model_dump() | own
    settings["identity"] = IdentitySettings.model_validate(of_identity)
    of_caseload = settings["caseload"].model_dump() | {"photo_store": photos.absolute().as_uri()}
    settings["caseload"] = CaseloadSettings.model_validate(of_caseload)
    folder = {"council_folder": str(photos.absolute().parent / "councils")}
    of_interop = settings["interop"].model_dump() | folder | RETURNS | nhs | unit()
    settings["interop"] = InteropSettings.model_validate(of_interop)
    settings["roster"] = RosterSettings.model_validate(settings["roster"].model_dump() | {"solver_slots": 1})


def _settings(key: str, database_url: str, owner_url: str) -> ServiceSettings:
    """What every service is told."""
    told = {"client_key": key, "database_url": database_url, "owner_database_url": owner_url}
    return ServiceSettings(app_env="demo", partner_hosts_inside=[COUNCIL_HOST]).model_copy(update=told)


def create_app(
    database_url: Callable[[str], str],
    owner_url: Callable[[str], str],
    photos: Path,
    url: str,
    post: mesh.Mesh | None = None,
) -> Starlette:
    """The gateway at `url` with every service behind it, photos in a folder; entering its lifespan starts them all.

    `post` is the MESH that takes documents to surgeries. Its client is the NHS's own and asks a real address.
    """
    broker, mounts, keys = InProcessBroker(), Mounts(), process_keys(SERVICES)
    settings = {name: _settings(keys[name], database_url(name), owner_url(name)) for name in SERVICES}
    key, port, post = RSAKey.generate_key(2048), free_port(), post or mesh.Mesh()
    nhs = bars.connected(key) | pds.connected() | mesh.connected(f"http://127.0.0.1:{port}")
    _add_own(settings, keys, photos, url, nhs)
    declared = services()
    apps = {name: declared[name].app(settings[name], broker=broker, mounts=mounts) for name in SERVICES}
    around = {**apps, "issuer": create_issuer(people())}
    for name, app in {**around, bars.HOST: bars.Senders(key).app(), pds.HOST: pds.barrow().app()}.items():
        mounts[f"all://{name}"] = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    gateway_settings = GatewaySettings(app_env="demo", client_key=keys["gateway"], more_routes=SIGN_IN)
    gateway = create_gateway(gateway_settings, apps=around)
    own_lifespan = gateway.router.lifespan_context

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(post.listening(port))
            for name in SERVICES:
                await declared[name].prepare(settings[name])
                declared[name].bind(broker)
            for running in apps.values():
                await stack.enter_async_context(running.router.lifespan_context(running))
            await stack.enter_async_context(own_lifespan(app))
            yield

    gateway.router.lifespan_context = lifespan
    return gateway
