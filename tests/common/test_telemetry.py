"""What operators are told: enough to find a fault, and nothing that somebody sent."""

import asyncio
import gc
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.common import errors
from services.common.metrics import Metrics
from services.common.telemetry import RequestLog, configure_logging
from services.common.tracing import WithoutAddresses

SECRET, TRACE = "Zzcanary", "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a process writes to its log."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr("sys.stderr", stream)
    configure_logging()
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    errors.install(app)
    app.add_middleware(RequestLog, metrics=Metrics("test"))

    @app.get("/people/{who}")
    async def fails(who: str) -> None:
        try:
            raise KeyError(who)
        except KeyError as error:
            raise ValueError(f"not {who}") from error

    @app.get("/things/{which}")
    async def fine(which: str) -> str:
        return which

    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://service:8000") as made:
        yield made


async def test_a_defect_is_logged_by_its_kind_and_place_alone(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    assert (await client.get(f"/people/{SECRET}?name={SECRET}")).status_code == 500
    logged = lines.getvalue()
    assert "ValueError" in logged
    assert "in fails" in logged
    assert "KeyError" in logged, "its cause is told as well"
    assert SECRET not in logged


async def test_a_task_that_nobody_waited_for_is_logged_without_what_it_said(lines: io.StringIO) -> None:
    async def fails() -> None:
        raise ValueError(SECRET)

    task = asyncio.create_task(fails())
    await asyncio.sleep(0.01)
    del task
    gc.collect()
    logging.getLogger("heatshield").error("nothing failed", exc_info=True)
    assert "Task exception was never retrieved" in lines.getvalue()
    assert "ValueError" in lines.getvalue()
    assert "nothing failed" in lines.getvalue()
    assert SECRET not in lines.getvalue()


async def test_a_request_is_logged_with_its_ids(client: httpx.AsyncClient, lines: io.StringIO) -> None:
    request_id = "0192b7f0-0000-7000-8000-000000000001"
    sent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "x-request-id": request_id}
    answer = await client.get(f"/things/{SECRET}", headers=sent)
    (line,) = [json.loads(text) for text in lines.getvalue().splitlines() if '"request"' in text]
    assert (line["trace_id"], line["request_id"], line["route"]) == (TRACE, request_id, "/things/{which}")
    assert answer.headers["x-request-id"] == request_id


@pytest.mark.parametrize("header", ["", SECRET, f"00-{TRACE.upper()}-b7ad6b7169203331-01", f"00-{TRACE}{SECRET}-1-01"])
async def test_no_other_header_gets_into_the_log(client: httpx.AsyncClient, lines: io.StringIO, header: str) -> None:
    await client.get("/people/1", headers={"traceparent": header, "x-request-id": header})
    (line,) = [json.loads(text) for text in lines.getvalue().splitlines() if '"request"' in text]
    assert line["trace_id"] is None
    assert SECRET not in str(line)


async def test_a_trace_holds_no_address_as_it_was_sent() -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(WithoutAddresses())
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    app = FastAPI(telemetry={"tracer_provider": provider, "tracing": True, "metrics": False, "logs": False})

    @app.get("/people/{who}")
    async def found(who: str) -> str:
        return who

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://service:8000") as client:
        for path in (f"/people/{SECRET}", f"/nowhere/{SECRET}?{SECRET}"):
            await client.get(path)
    spans = exporter.get_finished_spans()
    assert len(spans) >= 2
    assert "/people/{who}" in str([dict(span.attributes or {}) for span in spans])
    assert not [span.to_json() for span in spans if SECRET in span.to_json()]
