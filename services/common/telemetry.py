"""What a process tells its operators: one JSON line per request and whatever went wrong, with no personal data."""

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

from pythonjsonlogger.json import JsonFormatter
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid6 import uuid7

from services.common.metrics import Metrics
from services.common.tracing import span_ids, trace_id

log = logging.getLogger("heatshield.access")

QUIET = {"/health/live", "/health/ready", "/metrics"}


def configure_logging(level: str = "INFO") -> None:
    """JSON lines on standard error: a stable message, and ids, codes and counts as fields."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutValues("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("aio_pika", "aiormq", "httpx", "httpcore", "stamina", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class WithoutValues(JsonFormatter):
    """Each line has the ids of the span that it was written in. An exception's message may hold what somebody sent, so
    the log has only its kind and where it came from, and the same of what caused it."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        log_data.update(span_ids())

    def format(self, record: logging.LogRecord) -> str:
        if record.name == "asyncio":
            # Its further lines show the task, and with it the exception's message.
            record.msg, record.args = record.getMessage().partition("\n")[0], ()
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        error, shown = ei[1], []
        while error is not None:
            shown.append("".join([*traceback.format_tb(error.__traceback__), type(error).__name__]))
            error = error.__cause__ or error.__context__
        return "\ncaused by\n".join(shown)


class RequestLog:
    """Gives each request its id, and logs the route's template, never the path or the query as sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        seen: dict[str, int] = {"status": 500}

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            await self.app(scope, receive, answer)
        finally:
            self._record(scope, seen["status"], time.perf_counter() - started, request_id)

    def _record(self, scope: MutableMapping[str, Any], status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", "unmatched")
        if route in QUIET:
            return
        labels = (self.metrics.service, scope["method"], route)
        self.metrics.requests.labels(*labels, str(status)).inc()
        self.metrics.seconds.labels(*labels).observe(seconds)
        fields = {
            "service": self.metrics.service,
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "request_id": request_id,
            "trace_id": trace_id(scope),
        }
        log.info("request", extra=fields)


def _request_id(scope: Scope) -> str:
    """The caller's X-Request-ID where it is a UUID, so that nothing else can be smuggled into a log."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            try:
                return str(UUID(value.decode("ascii")))
            except ValueError:
                break
    return str(uuid7())
