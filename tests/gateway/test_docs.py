"""The API's documents: one for all services, whole by itself, without a service that has none to give."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from demo.servers.ports import free_port
from gateway import docs
from gateway.main import create_app
from gateway.routes import SERVICES
from gateway.settings import GatewaySettings


async def document(_: Request) -> Response:
    operation = {
        "operationId": "list_clients",
        "tags": ["clients"],
        "responses": {"200": {"$ref": "#/components/schemas/Page"}},
    }
    return JSONResponse({"paths": {"/v1/clients": {"get": operation}}, "components": {"schemas": {"Page": {}}}})


async def broken(_: Request) -> Response:
    return JSONResponse({"code": "internal"}, 500)


async def broken_in_shape(_: Request) -> Response:
    return JSONResponse({"paths": {}, "components": {"schemas": {}}}, 503)


async def no_document(_: Request) -> Response:
    return JSONResponse(["not", "a", "document"])


async def silent(_: Request) -> Response:
    await asyncio.sleep(60)
    return Response()


def answering(endpoint: object) -> ASGIApp:
    return Starlette(routes=[Route("/openapi.json", endpoint)])  # type: ignore[arg-type]


@pytest.fixture
async def door() -> AsyncIterator[httpx.AsyncClient]:
    """One service that answers, and each way of not answering."""
    apps = {
        "caseload": answering(document),
        "hr": answering(broken),
        "finance": answering(no_document),
        "governance": answering(silent),
        "interop": answering(broken_in_shape),
    }
    app = create_app(GatewaySettings(app_env="test", peers={"roster": f"http://127.0.0.1:{free_port()}"}), apps=apps)
    transport = httpx.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://door") as door:
        yield door


async def test_the_page_is_whole_with_nothing_from_elsewhere(door: httpx.AsyncClient) -> None:
    assert "https://" not in (await door.get("/docs")).text
    assert (await door.get("/docs/assets/swagger-ui-bundle.js")).status_code == 200


async def test_a_service_that_does_not_answer_properly_or_in_time_is_left_out_and_named(
    door: httpx.AsyncClient,
) -> None:
    began = time.monotonic()
    answer = await door.get("/openapi.json", timeout=30)
    assert time.monotonic() - began < 3 * docs.DOCUMENT_SECONDS
    assert answer.status_code == 200
    whole = answer.json()
    assert set(whole["x-services-away"]) == set(SERVICES) - {"caseload"}
    listed = whole["paths"]["/caseload/v1/clients"]["get"]
    assert listed["operationId"] == "caseload.list_clients"
    assert listed["responses"]["200"]["$ref"] == "#/components/schemas/caseload.Page"
    assert list(whole["components"]["schemas"]) == ["caseload.Page"]
