"""The gateway, assembled. Run alone: `python -m gateway`."""

import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from gateway import pages
from gateway.exchange import exchanging
from gateway.guarded import Bounds
from gateway.outermost import HttpOnly, Protected, Traced
from gateway.proxy import Proxy
from gateway.rates import Limited
from gateway.refusals import METHODS
from gateway.settings import GatewaySettings
from gateway.upstreams import AppUpstream, HttpUpstream, session
from services.common.draining import Drain, HangsUp
from services.common.errors import ServiceError
from services.common.metrics import Metrics
from services.common.telemetry import RequestLog
from services.common.tracing import tracer, tracer_provider

ASKED_WITH = ("Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key", "Prefer", "Break-Glass")
# Of tus 1.0 (ADR 29).
UPLOADED_WITH = ("Device-Id", "Tus-Resumable", "Upload-Length", "Upload-Offset", "Upload-Metadata", "Upload-Checksum")
TUS_SHOWN = ("Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm")
UPLOAD_SHOWN = ("Upload-Length", "Upload-Offset", "Upload-Metadata", "Upload-Expires")
TRACED_WITH = ("X-Request-ID", "X-Correlation-ID", "traceparent")
SHOWN = ("ETag", "Location", "Retry-After", "X-Request-ID", "Idempotency-Replayed", "WWW-Authenticate", "Sync-From")


def create_app(settings: GatewaySettings | None = None, *, apps: Mapping[str, ASGIApp] | None = None) -> Starlette:
    """The door. `apps` are services in this same process, by name; the others are reached at their address.

    `state.inside` is the app for operators, `state.bounds` what a connection may cost, and `state.drain` how the door
    is told that its end is near, for whoever serves it.
    """
    settings, near = settings or GatewaySettings.for_service("gateway"), apps or {}
    proxy, metrics, drain = Proxy(settings.routes()), Metrics("gateway"), Drain()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        most, connect, silence = settings.connections_per_service, settings.connect_seconds, settings.silence_seconds
        streams = session(most, connect_seconds=connect, silence_seconds=silence)
        async with streams as client, exchanging(settings, near) as proxy.exchange:
            away = {route.service: HttpUpstream(client, settings.peer_url(route.service)) for route in proxy.routes}
            proxy.upstreams = {**away, **{name: AppUpstream(app) for name, app in near.items()}}
            # A full collection of what was imported costs tens of milliseconds in the middle of some request.
            gc.collect()
            gc.freeze()
            yield

    public = pages.public(proxy, metrics, drain, is_production=settings.app_env == "production")
    app = Starlette(routes=public, lifespan=lifespan, exception_handlers=pages.HANDLERS)
    app.router.default = proxy
    app.add_middleware(Limited, **settings.rates())
    _let_pages_of_others_call(app, settings.allowed_origins)
    app.add_middleware(Protected)
    app.add_middleware(RequestLog, metrics=metrics)
    app.add_middleware(Traced, tracer=tracer(tracer_provider("gateway")))
    app.add_middleware(HangsUp, drain=drain)
    app.add_middleware(HttpOnly)
    app.state.inside, app.state.drain = pages.inside(proxy, metrics, drain), drain
    app.state.bounds = _told(settings.bounds(), metrics)
    return app


def _let_pages_of_others_call(app: Starlette, origins: list[str]) -> None:
    """No web page may call from another origin, unless the origin is listed (CORS)."""
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_credentials=True,
            allow_methods=METHODS,
            allow_headers=(*ASKED_WITH, *UPLOADED_WITH, *TRACED_WITH),
            expose_headers=(*SHOWN, *TUS_SHOWN, *UPLOAD_SHOWN),
        )


def _told(bounds: Bounds, metrics: Metrics) -> Bounds:
    """What is refused before it is a request is counted by its code."""
    refused = metrics.counter("gateway_refusals", "Refused unread", ["code"])

    def tell(error: ServiceError) -> None:
        refused.labels(metrics.service, error.code()).inc()

    bounds.tell = tell
    return bounds
