"""The gateway carries requests by its table, streams bodies, and says clearly when it cannot."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from demo.servers.http import serving
from demo.servers.ports import free_port
from gateway.main import create_app
from gateway.routes import SERVICES
from gateway.settings import GatewaySettings
from tests.signing import CLIENT_KEY, Issuer


async def echo(request: Request) -> Response:
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
    seen = {"path": request.url.path, "query": request.url.query, "size": size, "headers": dict(request.headers)}
    return JSONResponse(seen, headers={"ETag": '"3"', "X-Own": "kept"})


async def long_answer(_: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield b"x" * 65536

    return StreamingResponse(chunks(), media_type="application/octet-stream")


async def redirect(_: Request) -> Response:
    return Response(status_code=307, headers={"Location": "http://elsewhere.example/"})


UPSTREAM = Starlette(
    routes=[
        Route("/v1/long", long_answer),
        Route("/v1/redirect", redirect),
        Route("/{path:path}", echo, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
    ]
)


@pytest.fixture(params=["in this process", "over HTTP"])
async def door(request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    """The gateway in front of one service, reached both ways it can be."""
    async with AsyncExitStack() as stack:
        identity = Issuer().app()
        settings = GatewaySettings(app_env="test", client_key=CLIENT_KEY)
        apps = {"caseload": UPSTREAM, "identity": identity}
        if request.param == "over HTTP":
            away = f"http://127.0.0.1:{free_port()}"
            peers = {"caseload": await stack.enter_async_context(serving(UPSTREAM, lifespan=False)), "roster": away}
            peers["identity"] = await stack.enter_async_context(serving(identity, lifespan=False))
            settings, apps = GatewaySettings(app_env="test", client_key=CLIENT_KEY, peers=peers), {}
        app = create_app(settings, apps=apps)
        await stack.enter_async_context(app.router.lifespan_context(app))
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://door")
        yield await stack.enter_async_context(client)


async def test_the_prefix_is_stripped_and_the_query_kept(door: httpx.AsyncClient) -> None:
    answer = await door.get("/caseload/v1/clients?limit=5&cursor=a%20b")
    assert answer.json()["path"] == "/v1/clients"
    assert answer.json()["query"] == "limit=5&cursor=a%20b"
    assert answer.headers["etag"] == '"3"'
    assert answer.headers["x-own"] == "kept"


async def test_only_known_headers_reach_a_service(door: httpx.AsyncClient) -> None:
    sent = {
        "Authorization": "Bearer t",
        "If-Match": '"1"',
        "X-User": "ruth",
        "X_User": "ruth",
        "Forwarded": "for=1.2.3.4",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "tracestate": "x=9990000018",
        "baggage": "x=9990000018",
    }
    seen = (await door.get("/caseload/v1/x", headers=sent)).json()["headers"]
    # What is no token outside is certainly none inside (test_exchange.py).
    assert seen["authorization"] == "Bearer -"
    assert seen["if-match"] == '"1"'
    assert seen["traceparent"] == sent["traceparent"]
    assert not {"x-user", "x_user", "forwarded", "tracestate", "baggage"} & seen.keys()


async def test_a_large_body_passes_both_ways(door: httpx.AsyncClient) -> None:
    assert (await door.post("/caseload/v1/x", content=b"x" * 3_000_000)).json()["size"] == 3_000_000
    assert len((await door.get("/caseload/v1/long")).content) == 64 * 65536


async def test_a_redirect_is_handed_on_and_never_followed(door: httpx.AsyncClient) -> None:
    assert (await door.get("/caseload/v1/redirect")).status_code == 307


@pytest.mark.parametrize(
    "path",
    [
        "/caseload/v1/../admin",
        "/caseload/%2e%2e/admin",
        "/caseload/..%2fadmin",
        "/caseload//v1",
        "/caseload/v1/%252e%252e/admin",
        "/caseload/v1/..;/admin",
        "/caseload/v1%00",
        "/a%5cb",
    ],
)
async def test_a_path_that_can_be_read_two_ways_is_refused(door: httpx.AsyncClient, path: str) -> None:
    """Sent as bytes, since a client library would tidy the path first."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode(), "query_string": b""}
    more = {"headers": [], "scheme": "http", "http_version": "1.1", "asgi": {"version": "3.0"}, "root_path": ""}
    await door._transport.app({**scope, **more}, receive, send)  # type: ignore[attr-defined]
    assert sent[0]["status"] == 400
    assert b"ambiguous_path" in sent[1]["body"]


async def test_an_unknown_path_says_where_to_look(door: httpx.AsyncClient) -> None:
    answer = await door.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "description" in answer.json()["errors"][0]["way_out"]


INTERNAL = ("", "/", "/metrics", "/health/live", "/health/ready", "/openapi.json", "/v1x", "/V1/x", "/v2/x", "/%761/x")


async def test_what_a_service_keeps_for_its_operators_is_not_behind_the_door(door: httpx.AsyncClient) -> None:
    paths = [f"/{service}{page}" for service in SERVICES for page in INTERNAL] + ["/interop/fhir/R4/Patient"]
    for path in paths:
        answer = await door.get(path)
        seen = (answer.status_code, answer.headers["content-type"], answer.json().get("code"))
        assert seen == (404, "application/problem+json", "no_such_service"), path


async def test_a_service_that_is_away_is_a_503_since_it_was_asked_nothing() -> None:
    app = create_app(GatewaySettings(app_env="test", peers={"roster": f"http://127.0.0.1:{free_port()}"}))
    async with app.router.lifespan_context(app):
        client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://door")
        answer = await client.get("/roster/v1/visits")
    assert answer.status_code == 503
    assert answer.json()["code"] == "service_away"
    assert answer.headers["retry-after"] == "2"


async def test_the_request_id_is_kept_when_it_is_a_uuid_and_made_otherwise(door: httpx.AsyncClient) -> None:
    mine = "01938000-0000-7000-8000-0000000000aa"
    kept = await door.get("/caseload/v1/x", headers={"X-Request-ID": mine})
    assert kept.headers["x-request-id"] == kept.json()["headers"]["x-request-id"] == mine
    made = await door.get("/caseload/v1/x", headers={"X-Request-ID": "a b\tc"})
    assert len(made.headers["x-request-id"]) == 36
