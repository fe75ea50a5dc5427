"""The door's own rules: how often one may ask, whose word on addresses is taken, which pages of others may call."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from demo.servers.ports import free_port
from gateway import server
from gateway.addresses import block
from gateway.guarded import Guarded
from gateway.main import create_app
from gateway.rates import Rate
from gateway.settings import GatewaySettings
from services.__main__ import declared, server_of
from tests.signing import CLIENT_KEY, Issuer

FEW = {"user_per_second": 0.1, "user_burst": 3, "address_per_second": 0.1, "address_burst": 5}


async def x(_: Request) -> Response:
    return JSONResponse({})


@asynccontextmanager
async def door(**settings: Any) -> AsyncIterator[Any]:
    """Gives what asks at the door, from an address."""
    made = GatewaySettings(**{"app_env": "test", "client_key": CLIENT_KEY, **settings})
    caseload = Starlette(routes=[Route("/v1/x", x, methods=["GET", "POST"])])
    app = create_app(made, apps={"caseload": caseload, "identity": Issuer().app()})
    config = server.door(app, made, app.state.bounds, "127.0.0.1", 0)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(app.router.lifespan_context(app))

        async def ask(
            address: str = "10.0.0.1", path: str = "/caseload/v1/x", method: str = "GET", **headers: str
        ) -> httpx.Response:
            transport = httpx.ASGITransport(app=config.loaded_app, client=(address, 1))
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
                return await client.request(method, path, headers=named)

        yield ask


async def test_a_user_who_asks_too_often_waits_and_the_others_do_not() -> None:
    async with door(**FEW | {"address_burst": 100}) as ask:
        statuses = [(await ask(authorization="Bearer tom")).status_code for _ in range(6)]
        refused = await ask(authorization="Bearer tom")
        other = await ask(authorization="Bearer ruth")
        nobody = await ask()
    assert statuses == [200, 200, 200, 429, 429, 429]
    assert (refused.json()["code"], refused.headers["content-type"]) == (
        "too_many_requests",
        "application/problem+json",
    )
    assert 1 <= int(refused.headers["retry-after"]) <= 10
    assert (other.status_code, nobody.status_code) == (200, 200)


async def test_an_address_has_its_share_whatever_it_claims_and_however_many_it_signs_in() -> None:
    async with door(**FEW) as ask:
        found = [await ask(authorization=f"Bearer {n}", x_forwarded_for=f"1.2.3.{n}") for n in range(10)]
        other = await ask("10.0.0.2")
        alive = await ask(path="/health/live")
    assert [one.status_code for one in found] == [200] * 5 + [429] * 5
    assert found[-1].json()["code"] == "too_many_requests_from_address"
    assert (other.status_code, alive.status_code) == (200, 200)


async def test_behind_the_ingress_an_address_is_the_one_that_the_ingress_names() -> None:
    async with door(**FEW, ingress=["10.9.0.0/24"]) as ask:
        through = [await ask("10.9.0.7", x_forwarded_for="10.0.0.1", x_forwarded_proto="https") for _ in range(6)]
        other = await ask("10.9.0.7", x_forwarded_for="10.0.0.2")
        chained = await ask("10.9.0.7", x_forwarded_for="10.0.0.3, 10.0.0.1")
        beside = await ask("10.0.0.4", x_forwarded_for="10.0.0.1", x_forwarded_proto="https")
    assert [one.status_code for one in through] == [200] * 5 + [429]
    assert [other.status_code, chained.status_code, beside.status_code] == [200, 429, 200]
    assert through[0].headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in beside.headers


@given(st.floats(0.5, 1000), st.integers(1, 50), st.lists(st.floats(0, 2, allow_nan=False), min_size=1, max_size=200))
def test_a_rate_never_lets_more_through_than_it_says(per_second: float, burst: int, pauses: list[float]) -> None:
    rate, now, through = Rate(per_second, burst), 1000.0, []
    for pause in pauses:
        now += pause
        wait = rate.seconds_to_wait("tom", now)
        assert wait <= 1 / per_second + 1e-6
        if not wait:
            through.append(now)
        else:
            assert rate.seconds_to_wait("tom", now + wait + 1e-6) == 0, "who waits as long as told gets through"
            now += wait + 1e-6
            through.append(now)
    for first, began in enumerate(through):
        for last in range(first, len(through)):
            assert last - first + 1 <= burst + (through[last] - began) * per_second + 1e-3


def test_callers_who_no_longer_ask_are_forgotten() -> None:
    rate = Rate(10, 10)
    for number in range(50_000):
        rate.seconds_to_wait(number, number / 100)
    assert len(rate._due) < 20_000


def test_everybody_behind_one_ipv6_network_is_one_caller() -> None:
    assert block("2001:db8:1:2:3::4") == block("2001:db8:1:2:ffff::1") != block("2001:db8:1:3::4")
    assert block("192.0.2.1") != block("192.0.2.2")


ORIGIN = "https://rota.example.nhs.uk"


async def test_a_listed_origin_may_call_and_is_named_exactly() -> None:
    async with door(allowed_origins=[ORIGIN]) as ask:
        simple = await ask(origin=ORIGIN, cookie="a=b")
        wanted = {"access_control_request_method": "PUT", "access_control_request_headers": "authorization, if-match"}
        preflight = await ask(method="OPTIONS", origin=ORIGIN, **wanted)
        others = [await ask(origin=origin) for origin in ("https://evil.example", "null", f"{ORIGIN}.evil.example")]
        refused = await ask(method="OPTIONS", origin="https://evil.example", **wanted)
    for answer in (simple, preflight):
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == ORIGIN
        assert "Origin" in answer.headers["vary"]
    assert "ETag" in simple.headers["access-control-expose-headers"]
    for answer in (*others, refused):
        assert "access-control-allow-origin" not in answer.headers
    assert refused.status_code == 400


async def test_a_listed_origin_may_upload_in_pieces() -> None:
    headers = "authorization, tus-resumable, device-id, upload-offset, upload-length, upload-metadata, upload-checksum"
    wanted = {"access_control_request_method": "PATCH", "access_control_request_headers": headers}
    async with door(allowed_origins=[ORIGIN]) as ask:
        preflight = await ask(path="/caseload/v1/uploads", method="OPTIONS", origin=ORIGIN, **wanted)
        simple = await ask(origin=ORIGIN)
    assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, ORIGIN)
    shown = simple.headers["access-control-expose-headers"]
    assert all(name in shown for name in ("Location", "Upload-Offset", "Upload-Expires", "Tus-Resumable"))


@pytest.mark.parametrize("origin", ["*", "https://*.nhs.uk", "rota.example.nhs.uk", "https://a.nhs.uk/", "null"])
def test_an_origin_is_exact_or_the_door_does_not_start(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        GatewaySettings(app_env="test", allowed_origins=[origin])


@pytest.mark.parametrize("rows", [{"/dev": "caseload"}, {"/sign-in": "issuer"}])
def test_the_way_to_the_development_issuer_cannot_be_opened_in_production(rows: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="CONFIG_DEV_ISSUER_IN_PRODUCTION"):
        GatewaySettings(more_routes=rows)


@pytest.mark.parametrize("ingress", ["*", "ingress.example", "10.0.0.0/8,*"])
def test_the_ingress_is_named_by_address(ingress: str) -> None:
    with pytest.raises(ValueError, match="ingress"):
        GatewaySettings(app_env="test", ingress=[ingress])


def test_every_server_reads_requests_with_the_strict_parser_and_believes_nobody() -> None:
    settings = GatewaySettings(app_env="test")
    app = create_app(settings)
    public = server.door(app, settings, app.state.bounds, "127.0.0.1", 0)
    service = server_of(declared("hr").app(), "127.0.0.1", 0).config
    inside = server.inside(app.state.inside, "127.0.0.1", 0)
    for config in (service, inside):
        config.load()
    assert issubclass(public.http_protocol_class, Guarded)
    assert {service.http_protocol_class, inside.http_protocol_class} == {HttpToolsProtocol}
    assert not any(config.proxy_headers for config in (public, service, inside))


async def test_the_documents_page_runs_its_own_script_only() -> None:
    async with door() as ask:
        page = await ask(path="/docs")
    policy = page.headers["content-security-policy"]
    assert page.status_code == 200
    assert "'sha256-" in policy
    assert "script-src 'self' 'sha256-" in policy
    assert "'unsafe-inline'" not in policy.partition("style-src")[0]


async def test_a_page_of_the_doors_own_says_no_in_the_one_shape() -> None:
    async with door() as ask:
        for path, method, status in (("/docs", "POST", 405), ("/docs/assets/none.js", "GET", 404)):
            answer = await ask(path=path, method=method)
            assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("path", "query", "method", "status", "code", "kind"),
    [
        ("/fhir", "", "OPTIONS", 405, "REC_METHOD_NOT_ALLOWED", "not-supported"),
        ("/fhir/R4/x;y", "", "GET", 400, "REC_BAD_REQUEST", "invalid"),
        ("/fhir/R4/Patient", "?access_token=a", "GET", 401, "REC_UNAUTHORIZED", "login"),
        ("/fhir/R4/Patient", "", "GET", 503, "REC_UNAVAILABLE", "transient"),
    ],
)
async def test_under_fhir_the_door_says_no_in_fhir(
    path: str, query: str, method: str, status: int, code: str, kind: str
) -> None:
    """Nothing listens where interop should be."""
    correlation_id = "01938000-0000-7000-8000-0000000000aa"
    async with door(peers={"interop": f"http://127.0.0.1:{free_port()}"}) as ask:
        answer = await ask(path=f"{path}{query}", method=method, x_correlation_id=correlation_id)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/fhir+json")
    assert answer.headers["x-correlation-id"] == correlation_id
    (issue,) = answer.json()["issue"]
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert (issue["code"], issue["details"]["coding"][0]["code"]) == (kind, code)


async def test_who_asks_too_often_under_fhir_is_told_so_in_fhir_and_when_to_ask_again() -> None:
    async with door(**FEW | {"address_burst": 1}) as ask:
        found = [await ask(path=path) for path in ("/caseload/v1/x", "/fhir/R4/Patient", "/fhirs/x")]
    assert [one.status_code for one in found] == [200, 429, 429]
    assert found[1].json()["issue"][0]["code"] == "throttled"
    assert 1 <= int(found[1].headers["retry-after"]) <= 10
    assert [one.headers["content-type"] for one in found[1:]] == ["application/fhir+json", "application/problem+json"]
