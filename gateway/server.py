"""The public door's server and the inside one, in one process."""

import asyncio
import contextlib
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.types import ASGIApp

from gateway.guarded import Bounds, Guarded, guarded
from gateway.settings import GatewaySettings
from services.common.draining import DrainingServer


def door(app: ASGIApp, settings: GatewaySettings, bounds: Bounds, host: str, port: int) -> uvicorn.Config:
    """What the public server runs with. Raises `RuntimeError` unless it reads requests with the guarded parser."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=guarded(bounds),
        ws="none",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.ingress),
        forwarded_allow_ips=[str(network) for network in settings.ingress],
        timeout_keep_alive=settings.keep_alive_seconds,
        timeout_graceful_shutdown=25,
    )
    config.load()
    if not issubclass(config.http_protocol_class, Guarded):
        raise RuntimeError("CONFIG_PARSER: the door reads requests with httptools, guarded, and nothing else")
    return config


def inside(app: ASGIApp, host: str, port: int) -> uvicorn.Config:
    """What the server for operators runs with."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
    )


def run(app: Starlette, settings: GatewaySettings, host: str, port: int, inside_port: int) -> None:
    """Serve until told to stop. Ends the process with 3 when it cannot start."""
    config = door(app, settings, app.state.bounds, host, port)
    public = DrainingServer(config, app.state.drain, settings.drain_seconds)
    beside = uvicorn.Server(inside(app.state.inside, host, inside_port)) if inside_port else None
    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=public.config.get_loop_factory()) as runner,
    ):
        runner.run(_serve(public, beside))
    if not public.started:
        sys.exit(3)


async def _serve(public: uvicorn.Server, beside: uvicorn.Server | None) -> None:
    if beside is None:
        await public.serve()
        return
    # A signal is the public server's to catch.
    beside.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    running = asyncio.create_task(beside.serve())
    try:
        await public.serve()
    finally:
        beside.should_exit = True
        await running
