"""What a process tells its operators: traces, metrics and one JSON line per request, with no personal data in any."""

import logging
import re
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any
from uuid import UUID

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagate import inject
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from pythonjsonlogger.json import JsonFormatter
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid6 import uuid7

log = logging.getLogger("heatshield.access")

TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
QUIET = {"/health/live", "/health/ready", "/metrics"}


def configure_logging(level: str = "INFO") -> None:
    """JSON lines on standard error: a stable message, and ids, codes and counts as fields."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutValues("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("aio_pika", "aiormq", "httpx", "httpcore", "stamina", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class WithoutValues(JsonFormatter):
    """An exception's message may hold what somebody sent, so the log has only its kind and where it came from, and the
    same of what caused it."""

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


def tracer_provider(service: str, otlp_endpoint: str) -> TracerProvider | None:
    """A provider that exports by OTLP over HTTP, or None where no endpoint is configured."""
    if not otlp_endpoint:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": f"heatshield-{service}"}))
    provider.add_span_processor(WithoutAddresses())
    exporter = OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=500))
    return provider


class WithoutAddresses(SpanProcessor):
    """Whatever somebody put into an address, such as an NHS number, is in no trace; the route's template is."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        for name in {"url.path", "url.query", "url.full"} & set(span.attributes or {}):
            span.set_attribute(name, "REDACTED")


class Metrics:
    """The figures of one process under /metrics: requests by route template, and how the events are doing."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        route, mine = ["service", "method", "route"], self.registry
        self.requests = Counter("heatshield_http_requests", "Requests answered", [*route, "status"], registry=mine)
        self.seconds = Histogram("heatshield_http_request_seconds", "Time to answer", route, registry=mine)
        self._gauges = {
            name: Gauge(f"heatshield_{metric}", told, ["service"], registry=mine)
            for name, metric, told in (
                ("unsent", "outbox_unsent", "Events waiting to leave"),
                ("lag", "outbox_lag_seconds", "How long the oldest event has waited to leave"),
                ("waiting", "parked_events", "Events that could not be applied and are tried again"),
                ("dead", "dead_letters", "Events that could not be applied and wait for a person"),
            )
        }
        self.service = service

    def tell(self, **figures: float) -> None:
        """How the events stand, by the names above."""
        for name, value in figures.items():
            self._gauges[name].labels(self.service).set(value)


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


def trace_id(scope: MutableMapping[str, Any]) -> str | None:
    """The trace of the span that is open, or else the one that the caller named (W3C Trace Context)."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        return format(context.trace_id, "032x")
    named = next((TRACEPARENT.fullmatch(value) for name, value in scope["headers"] if name == b"traceparent"), None)
    return named[1].decode() if named else None


def _request_id(scope: Scope) -> str:
    """The caller's X-Request-ID where it is a UUID, so that nothing else can be smuggled into a log."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            try:
                return str(UUID(value.decode("ascii")))
            except ValueError:
                break
    return str(uuid7())


def traceparent() -> str | None:
    """The W3C trace context of what is being done, for whatever it causes."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier.get("traceparent")
