"""What surrounds every request: no sockets but HTTP's, and one span that lasts until the request is logged."""

from opentelemetry import trace
from opentelemetry.propagate import extract
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from services.common.telemetry import QUIET


class HttpOnly:
    """Refuses a WebSocket, which nothing behind the door speaks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = WebSocketClose() if scope["type"] == "websocket" else self.app
        await answer(scope, receive, send)


class Traced:
    """Puts a request under a span that goes on from the caller's, and outlives the log line that names its trace."""

    def __init__(self, app: ASGIApp, tracer: trace.Tracer) -> None:
        self.app, self.tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in QUIET:
            await self.app(scope, receive, send)
            return
        # The caller's `tracestate` is free text, and stays outside.
        sent = {"traceparent": Headers(scope=scope).get("traceparent", "")}
        with self.tracer.start_as_current_span(scope["method"], context=extract(sent), kind=trace.SpanKind.SERVER):
            await self.app(scope, receive, send)
