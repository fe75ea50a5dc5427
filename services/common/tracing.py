"""Traces by OpenTelemetry: one from the door through a service, its outbox and the broker to whoever hears of it."""

import os
import re
from collections.abc import MutableMapping
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.propagate import inject
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider

# Where the standard's own variables say that spans go; without either nothing is traced and nothing is paid for it.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")

TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


def tracer_provider(service: str) -> TracerProvider | None:
    """A provider that exports by OTLP over HTTP, as the standard's OTEL_* variables say; None where it has nowhere to.

    OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER, OTEL_BSP_* and OTEL_EXPORTER_OTLP_* are read by
    the SDK itself. The name is `heatshield-<service>` unless they give another.
    """
    if not any(os.environ.get(name) for name in ENDPOINTS) or _is_off():
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = Resource.create({"service.name": f"heatshield-{service}"}).merge(OTELResourceDetector().detect())
    provider = TracerProvider(resource=named)
    provider.add_span_processor(WithoutAddresses())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _is_off() -> bool:
    is_disabled = os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    return is_disabled or os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none"


class WithoutAddresses(SpanProcessor):
    """Whatever somebody put into an address, such as an NHS number, is in no trace; the route's template is."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        for name in {"url.path", "url.query", "url.full"} & set(span.attributes or {}):
            span.set_attribute(name, "REDACTED")


def tracer(provider: trace.TracerProvider | None) -> trace.Tracer:
    """One that does nothing where there is no provider."""
    return trace.get_tracer("heatshield", tracer_provider=provider or trace.NoOpTracerProvider())


def span_ids() -> dict[str, str]:
    """The ids of the span that is open, as a log line carries them; none where nothing is traced."""
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        return {}
    return {"trace_id": format(context.trace_id, "032x"), "span_id": format(context.span_id, "016x")}


def trace_id(scope: MutableMapping[str, Any]) -> str | None:
    """The trace of the span that is open, or else the one that the caller named (W3C Trace Context)."""
    if ids := span_ids():
        return ids["trace_id"]
    named = next((TRACEPARENT.fullmatch(value) for name, value in scope["headers"] if name == b"traceparent"), None)
    return named[1].decode() if named else None


def carried() -> MutableMapping[str, Any]:
    """The headers that let whoever is asked go on with this trace (W3C Trace Context)."""
    carrier: dict[str, str] = {}
    inject(carrier)
    return carrier


def traceparent() -> str | None:
    """The W3C trace context of what is being done, for whatever it causes."""
    return carried().get("traceparent")
