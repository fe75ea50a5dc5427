"""Tracers for tests: one that records nothing, and one whose spans can be looked at."""

from opentelemetry import trace


def no_tracer() -> trace.Tracer:
    return trace.NoOpTracerProvider().get_tracer("test")
