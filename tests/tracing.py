"""Tracers for tests: one that records nothing, and one whose spans can be looked at."""

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.common.tracing import tracer


def no_tracer() -> trace.Tracer:
    return tracer(None)


def recording() -> tuple[trace.Tracer, InMemorySpanExporter]:
    """A tracer, and the spans that it made and that are over."""
    spans, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    return tracer(provider), spans
