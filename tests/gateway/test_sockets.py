"""What only shows over real sockets: streams pass as they come, WebSockets are refused, a log line knows its trace."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from demo.servers.http import serving
from gateway.main import create_app
from gateway.settings import GatewaySettings
from tests.e2e.collector import collecting
from tests.running import until

TRACE = "0af7651916cd43dd8448eb211c80319c"
BUFFERED = "a part must pass before the next one is made"


class Dialogue:
    """A service and a caller who each go on only when the other has heard them."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()

    async def tell(self, _: Request) -> Response:
        return StreamingResponse(self.parts(), media_type="application/octet-stream")

    async def parts(self) -> AsyncIterator[bytes]:
        yield b"first"
        async with asyncio.timeout(10):
            await self.heard.wait()
        yield b"second"

    async def listen(self, request: Request) -> Response:
        parts = []
        async for part in request.stream():
            parts.append(part)
            self.heard.set()
        return JSONResponse({"size": len(b"".join(parts))})

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/v1/tell", self.tell), Route("/v1/listen", self.listen, methods=["POST"])])


@asynccontextmanager
async def door(dialogue: Dialogue) -> AsyncIterator[httpx.AsyncClient]:
    """A caller at the gateway, the gateway and the service, each on a port of its own."""
    async with serving(dialogue.app(), lifespan=False) as service:
        settings = GatewaySettings(app_env="test", peers={"caseload": service})
        async with serving(create_app(settings)) as url, httpx.AsyncClient(base_url=url, trust_env=False) as client:
            yield client


async def test_an_answer_passes_as_it_comes() -> None:
    dialogue = Dialogue()
    got = b""
    async with door(dialogue) as client, client.stream("GET", "/caseload/v1/tell") as answer:
        async for part in answer.aiter_raw():
            got += part
            if got == b"first":
                dialogue.heard.set()
    assert got == b"firstsecond", BUFFERED


async def test_an_upload_passes_as_it_comes() -> None:
    dialogue = Dialogue()
    async with door(dialogue) as client:
        answer = await client.post("/caseload/v1/listen", content=dialogue.parts())
    assert answer.json() == {"size": len("firstsecond")}, BUFFERED


@pytest.mark.parametrize("path", ["/", "/nowhere", "/caseload/v1/tell", "/docs/assets/x", "/fhir/R4"])
async def test_a_websocket_is_refused_and_is_no_failure(path: str, caplog: pytest.LogCaptureFixture) -> None:
    async with door(Dialogue()) as client, aiohttp.ClientSession() as caller:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await caller.ws_connect(f"{client.base_url}".rstrip("/") + path)
    assert refused.value.status == 403
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_request_is_logged_with_its_trace(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    caplog.set_level(logging.INFO, logger="heatshield.access")
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        async with door(Dialogue()) as client:
            sent = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
            await client.post("/caseload/v1/listen", headers=sent)
            await client.get("/health/live", headers=sent)
        (line,) = [record for record in caplog.records if record.message == "request"]
        await until(collector.spans)
        ((service, span),) = collector.spans()
    assert vars(line)["trace_id"] == TRACE
    assert (service, span.name, span.trace_id.hex()) == ("heatshield-gateway", "POST /caseload/v1", TRACE)
