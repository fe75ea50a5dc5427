"""What surrounds every request: no sockets but HTTP's, one span that lasts until it is logged, headers that protect."""

from opentelemetry import trace
from opentelemetry.propagate import extract
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from services.common.telemetry import QUIET

# What an answer carries unless a service has said otherwise for it.
ALWAYS = {
    b"cache-control": b"no-store",
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
OVER_TLS = {b"strict-transport-security": b"max-age=31536000; includeSubDomains"}
# What only this process says of itself, and what says too much.
NOT_PASSED_ON = {b"x-request-id", b"date", b"server", b"x-powered-by", b"via"}


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
        with self.tracer.start_as_current_span(
            scope["method"],
            context=extract(sent),
            kind=trace.SpanKind.SERVER,
            # An exception's message may hold what somebody sent; its kind and place are in the log.
            record_exception=False,
            set_status_on_exception=False,
        ):
            await self.app(scope, receive, send)


class Protected:
    """Adds the headers that protect whoever reads an answer, and takes away those that tell of what is inside."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        wanted = ALWAYS if scope["scheme"] == "http" else ALWAYS | OVER_TLS

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [pair for pair in message["headers"] if pair[0] not in NOT_PASSED_ON]
                there = {name for name, _ in kept}
                message["headers"] = [*kept, *(pair for pair in wanted.items() if pair[0] not in there)]
            await send(message)

        await self.app(scope, receive, answer)
