"""The figures of one process under /metrics: requests by route template, events by queue, and what it stands on."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from starlette.responses import Response

# Seconds. 0.4 is what nineteen of twenty writes of a visit keep to, and 60 what an event has until it takes effect
# (docs/ops/observability.md), so there is an edge at each.
ANSWERED_WITHIN = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 10)
TAKES_EFFECT_WITHIN = (0.1, 0.3, 1, 3, 10, 30, 60, 300, 1800, 21600)

Labelled = Mapping[tuple[str, ...], float]


@dataclass(frozen=True)
class Figure:
    """A gauge by its name after `heatshield_`, what it says, and what tells its values apart beside the service."""

    name: str
    says: str
    labels: tuple[str, ...] = ()


def alone(values: Mapping[str, float]) -> dict[str, Labelled]:
    """Figures without further labels."""
    return {name: {(): float(value)} for name, value in values.items()}


def age(since: datetime | None, now: datetime) -> float:
    """Seconds; 0 where there is nothing to be old."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0


class QueueAge:
    """How late the events of one queue take effect, and since when the oldest that this process holds has waited."""

    def __init__(self, seconds: Histogram | None = None) -> None:
        self._seconds = seconds
        self._oldest_at: datetime | None = None

    @contextmanager
    def holding(self, told_at: Sequence[datetime]) -> Iterator[None]:
        """These were told then, have been handed over, and have no effect yet."""
        self._oldest_at = min(told_at, default=None)
        try:
            yield
        finally:
            self._oldest_at = None

    def took_effect(self, told_at: datetime) -> None:
        if self._seconds is not None:
            self._seconds.observe(age(told_at, datetime.now(UTC)))

    def waits(self) -> float:
        """Seconds."""
        return age(self._oldest_at, datetime.now(UTC))


class Metrics:
    """What one process counts, and room for what its service counts besides."""

    def __init__(self, service: str) -> None:
        self.service, self.registry = service, CollectorRegistry()
        mine, route = self.registry, ["service", "method", "route"]
        ProcessCollector(registry=mine)
        self.requests = Counter("heatshield_http_requests", "Requests answered", [*route, "status"], registry=mine)
        self.seconds = Histogram(
            "heatshield_http_request_seconds", "Time to answer", route, registry=mine, buckets=ANSWERED_WITHIN
        )
        self._effects = Histogram(
            "heatshield_event_effect_seconds",
            "From when an event was told to when it took effect",
            ["service", "queue"],
            registry=mine,
            buckets=TAKES_EFFECT_WITHIN,
        )
        self._oldest = Gauge(
            "heatshield_queue_oldest_seconds", "Age of the oldest event held", ["service", "queue"], registry=mine
        )
        self._gauges: dict[str, Gauge] = {}
        self.tell(Figure("up", "This process runs"), {(): 1.0})

    def queue(self, name: str) -> QueueAge:
        """The ages of one queue's events, for whoever takes from it."""
        kept = QueueAge(self._effects.labels(self.service, name))
        self._oldest.labels(self.service, name).set_function(kept.waits)
        return kept

    def counter(self, name: str, says: str, labels: Sequence[str] = ()) -> Counter:
        """One more counter, named after `heatshield_`, with the service as its first label."""
        return Counter(f"heatshield_{name}", says, ["service", *labels], registry=self.registry)

    def exposition(self) -> Response:
        """As Prometheus reads it."""
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    def tell(self, figure: Figure, values: Labelled) -> None:
        """How it stands now; what was told before and is not among the values is gone."""
        if figure.name not in self._gauges:
            labels = ["service", *figure.labels]
            self._gauges[figure.name] = Gauge(f"heatshield_{figure.name}", figure.says, labels, registry=self.registry)
        gauge = self._gauges[figure.name]
        gauge.clear()
        for told, value in values.items():
            gauge.labels(self.service, *told).set(value)
