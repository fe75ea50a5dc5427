"""The gateway, assembled. Run alone: `python -m gateway`."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from opentelemetry import trace
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount
from starlette.routing import Route as Page
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from gateway import docs
from gateway.exchange import exchanging
from gateway.outermost import HttpOnly, Traced
from gateway.proxy import Proxy
from gateway.routes import ROUTES, Route
from gateway.upstreams import AppUpstream, HttpUpstream, session
from services.common.settings import ServiceSettings
from services.common.telemetry import Metrics, RequestLog, tracer_provider


class GatewaySettings(ServiceSettings):
    """`GATEWAY_MORE_ROUTES='{"/dev": "issuer"}'` adds rows to the table; such paths arrive whole."""

    more_routes: dict[str, str] = {}
    # One service's slowness must not take the connections, or the callers' time, that the others need.
    connections_per_service: int = 50
    connect_seconds: float = 3
    silence_seconds: float = 30

    def routes(self) -> tuple[Route, ...]:
        return (*ROUTES, *(Route(prefix, service, is_open=True) for prefix, service in self.more_routes.items()))


def create_app(settings: GatewaySettings | None = None, *, apps: Mapping[str, ASGIApp] | None = None) -> Starlette:
    """The door. `apps` are services in this same process, by name; the others are reached at their address."""
    settings = settings or GatewaySettings.for_service("gateway")
    routes = settings.routes()
    provider = tracer_provider("gateway", settings.otlp_endpoint)
    tracer = trace.get_tracer("heatshield", tracer_provider=provider or trace.NoOpTracerProvider())
    proxy, near = Proxy(routes), apps or {}
    metrics = Metrics("gateway")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        most, connect, silence = settings.connections_per_service, settings.connect_seconds, settings.silence_seconds
        streams = session(most, connect_seconds=connect, silence_seconds=silence)
        async with streams as client, exchanging(settings, near) as proxy.exchange:
            away = {route.service: HttpUpstream(client, settings.peer_url(route.service)) for route in routes}
            proxy.upstreams = {**away, **{name: AppUpstream(app) for name, app in near.items()}}
            yield

    app = Starlette(routes=_pages(proxy, metrics), lifespan=lifespan)
    app.router.default = proxy
    app.add_middleware(RequestLog, metrics=metrics)
    app.add_middleware(Traced, tracer=tracer)
    app.add_middleware(HttpOnly)
    return app


def _pages(proxy: Proxy, metrics: Metrics) -> list[Page | Mount]:
    """The gateway's own pages: its health and figures, and the API's documents."""

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"})

    async def figures(_: Request) -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    async def openapi(_: Request) -> Response:
        return JSONResponse(await docs.merged(proxy.upstreams))

    async def docs_page(_: Request) -> Response:
        return docs.page()

    async def front(_: Request) -> Response:
        return RedirectResponse("/docs")

    return [
        Page("/", front),
        Page("/health/live", live),
        Page("/health/ready", live),
        Page("/metrics", figures),
        Page("/openapi.json", openapi),
        Page("/docs", docs_page),
        Mount("/docs/assets", StaticFiles(directory=docs.assets())),
    ]
