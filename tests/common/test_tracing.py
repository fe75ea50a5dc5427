"""Traces: the standard's own variables say where they go, and one leads from a change to whoever hears of it."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from opentelemetry.trace import SpanKind

from services.caseload.domain.base import Base
from services.common.db import Database
from services.common.rabbit import RabbitBroker, declare
from services.common.relay import Relay
from services.common.telemetry import configure_logging
from services.common.tracing import tracer, tracer_provider
from tests.common.told import ClientChanged, add_one, an_envelope, as_sent, change_a_client, consumer
from tests.e2e.collector import collecting
from tests.running import Databases, until
from tests.tracing import recording

SECRET = "Zzcanary"
AT = "OTEL_EXPORTER_OTLP_ENDPOINT"


@pytest.fixture
async def database(databases: Databases) -> AsyncIterator[Database]:
    made = Database(await databases("caseload"), Base.metadata)
    yield made
    await made.close()


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr("sys.stderr", stream)
    configure_logging()
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.parametrize(
    ("told", "service", "kept"),
    [
        ({}, "heatshield-hr", 1),
        ({"OTEL_SERVICE_NAME": "staff"}, "staff", 1),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=people,region=north"}, "people", 1),
        ({"OTEL_TRACES_SAMPLER": "always_off"}, "heatshield-hr", 0),
    ],
)
def test_the_standards_variables_hold(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], service: str, kept: int
) -> None:
    with collecting() as collector:
        for name, value in {AT: collector.url, **told}.items():
            monkeypatch.setenv(name, value)
        provider = tracer_provider("hr")
        assert provider is not None
        assert provider.resource.attributes["service.name"] == service
        with tracer(provider).start_as_current_span("something"):
            pass
        provider.shutdown()
        assert [named for named, _ in collector.spans()] == [service] * kept


@pytest.mark.parametrize(
    "told",
    [{}, {AT: ""}, {AT: "http://x", "OTEL_SDK_DISABLED": "true"}, {AT: "http://x", "OTEL_TRACES_EXPORTER": "none"}],
)
def test_where_nothing_is_to_be_sent_nothing_is_traced(monkeypatch: pytest.MonkeyPatch, told: dict[str, str]) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert tracer_provider("hr") is None


async def test_one_trace_leads_from_a_change_through_the_outbox_and_the_broker_to_its_effect(
    database: Database, rabbit_url: str
) -> None:
    teller, spans = recording()
    queue = "test.one_trace"
    await declare(rabbit_url, {queue: [ClientChanged.name]})
    async with RabbitBroker([rabbit_url]) as broker:
        await until(lambda: broker._channel is not None)
        hearer = replace(consumer(database, add_one, shared_login="guest"), tracer=teller)
        await broker.subscribe(queue, [ClientChanged.name], hearer.deliver)
        with teller.start_as_current_span("PATCH /v1/clients/{client_id}", kind=SpanKind.SERVER):
            await change_a_client(database)
        relay = asyncio.create_task(Relay(database.url, broker, teller).run())
        await until(lambda: len(spans.get_finished_spans()) == 3)
        relay.cancel()
    by_kind = {span.kind: span for span in spans.get_finished_spans()}
    asked, sent, applied = by_kind[SpanKind.SERVER], by_kind[SpanKind.PRODUCER], by_kind[SpanKind.CONSUMER]
    assert len({span.context.trace_id for span in (asked, sent, applied)}) == 1
    assert [span.parent and span.parent.span_id for span in (sent, applied)] == [asked.context.span_id] * 2
    assert (sent.name, applied.name) == (f"publish {ClientChanged.name}", f"process {ClientChanged.name}")
    # What it stood in the outbox is seen.
    assert sent.start_time <= asked.end_time <= sent.end_time


async def test_every_line_has_the_ids_of_its_span_and_nobodys_name(database: Database, lines: io.StringIO) -> None:
    teller, spans = recording()

    async def fails(*_: Any) -> None:
        logging.getLogger("heatshield").warning("half way")
        raise ValueError(SECRET)

    hearer = replace(consumer(database, fails), tracer=teller)
    await hearer.deliver(as_sent(an_envelope()))
    (span,) = spans.get_finished_spans()
    (line,) = [json.loads(text) for text in lines.getvalue().splitlines() if "half way" in text]
    assert (line["trace_id"], line["span_id"]) == (f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")
    assert SECRET not in lines.getvalue() + span.to_json()
