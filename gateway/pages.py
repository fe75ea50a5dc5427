"""The gateway's own pages: its health and figures, and the API's documents."""

from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from gateway import docs, refusals
from gateway.proxy import Proxy
from services.common.draining import Drain
from services.common.metrics import Metrics


def public(proxy: Proxy, metrics: Metrics, drain: Drain, *, is_production: bool) -> list[BaseRoute]:
    """What the door shows. In production that is only that it lives; the rest is on the inside port."""
    return [Route("/health/live", _live)] if is_production else _all(proxy, metrics, drain)


def inside(proxy: Proxy, metrics: Metrics, drain: Drain) -> Starlette:
    """The pages for operators, for a port that only they reach."""
    return Starlette(routes=_all(proxy, metrics, drain))


async def _live(_: Request) -> Response:
    return JSONResponse({"status": "live"})


def _all(proxy: Proxy, metrics: Metrics, drain: Drain) -> list[BaseRoute]:
    async def ready(_: Request) -> Response:
        """Once it is told to end, it serves on for a while, and says so."""
        status = 503 if drain.has_begun else 200
        return JSONResponse({"status": "draining" if drain.has_begun else "ready"}, status_code=status)

    async def figures(_: Request) -> Response:
        return metrics.exposition()

    async def openapi(_: Request) -> Response:
        return JSONResponse(await docs.merged(proxy.upstreams))

    async def docs_page(_: Request) -> Response:
        return docs.page()

    async def front(_: Request) -> Response:
        return RedirectResponse("/docs")

    return [
        Route("/", front),
        Route("/health/live", _live),
        Route("/health/ready", ready),
        Route("/metrics", figures),
        Route("/openapi.json", openapi),
        Route("/docs", docs_page),
        Mount("/docs/assets", StaticFiles(directory=docs.assets())),
    ]


async def _refused(request: Request, error: Exception) -> Response:
    """What Starlette says no to is said in the same shape as everything else."""
    is_method = isinstance(error, HTTPException) and error.status_code == 405
    return refusals.answer(request.scope, refusals.MethodNotAllowed() if is_method else refusals.NoSuchService())


HANDLERS: dict[Any, Callable[..., Any]] = {HTTPException: _refused}
