"""An app served on a loopback port from within this process, for as long as a block lasts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from demo.servers.ports import free_port, listening


@asynccontextmanager
async def serving(
    app: ASGIApp,
    *,
    port: int | None = None,
    lifespan: bool = True,
    host: str = "127.0.0.1",
    protocol: type[asyncio.Protocol] = HttpToolsProtocol,
) -> AsyncIterator[str]:
    """Yields the address. Raises `PortTaken`, or `RuntimeError` when the app does not start."""
    port = port or free_port()
    listener = listening(port, host)
    config = uvicorn.Config(
        app,
        http=protocol,
        lifespan="on" if lifespan else "off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=3,
    )
    server = uvicorn.Server(config)
    # Ctrl-C ends the whole demo, in order; it is not for one of its servers to catch.
    server.capture_signals = nullcontext  # type: ignore[assignment]
    running = asyncio.create_task(server.serve([listener]))
    while not (server.started or running.done()):  # noqa: ASYNC110  uvicorn offers a flag to look at, and no event
        await asyncio.sleep(0.01)
    if running.done():
        listener.close()
        await running
        raise RuntimeError(f"nothing could be served on 127.0.0.1:{port}")
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await running
