"""At the door what a caller carries becomes a token for one service; what is not believed gets nobody in."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.exchange import BEARER, COOKIE, NO_TOKEN, Exchange, SignInAway, carried
from gateway.main import create_app
from gateway.settings import GatewaySettings
from services.common.revocations import Ended, Revocations
from services.common.tokens import unproven_claims
from tests.running import NURSE, until
from tests.signing import CLIENT_KEY, Issuer

SESSION = "__Host-heatshield=secret"


async def echo(request: Request) -> Response:
    return JSONResponse(dict(request.headers))


@dataclass
class Door:
    """The gateway before one service, with identity behind it, which counts what it is asked and may be away."""

    issuer: Issuer = field(default_factory=Issuer)
    exchanges: int = 0
    away: bool = False
    ended: dict[str, Any] = field(default_factory=dict)
    client: httpx.AsyncClient = field(default_factory=httpx.AsyncClient)

    async def identity(self, scope: Any, receive: Any, send: Any) -> None:
        if self.away:
            await JSONResponse({"status": 503}, 503)(scope, receive, send)
        elif scope["path"] == "/inside/revocations":
            await JSONResponse(self.ended)(scope, receive, send)
        else:
            self.exchanges += scope["path"] == "/inside/token"
            await self.issuer.app()(scope, receive, send)

    async def seen(self, path: str = "/caseload/v1/x", **headers: str) -> str:
        """What the service was shown."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        told = (await self.client.get(path, headers=sent)).json().get("authorization", "")
        return str(told).removeprefix("Bearer ")


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    made = Door()
    service = Starlette(routes=[Route("/{path:path}", echo, methods=["GET", "POST"])])
    settings = GatewaySettings(app_env="test", client_key=CLIENT_KEY)
    app = create_app(settings, apps={"caseload": service, "roster": service, "identity": made.identity})
    async with app.router.lifespan_context(app):
        made.client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://door")
        await asyncio.sleep(0)
        made.exchanges = 0
        yield made


async def test_a_token_becomes_one_for_each_service_that_is_called(door: Door) -> None:
    outside = door.issuer.token(str(NURSE), "nurse")
    for name in ("caseload", "roster"):
        inside = await door.seen(f"/{name}/v1/x", authorization=f"Bearer {outside}")
        claims = unproven_claims(inside)
        assert (claims["aud"], claims["sub"]) == (name, str(NURSE))


async def test_identity_is_asked_once_for_many_who_come_at_once(door: Door) -> None:
    outside = door.issuer.token(str(NURSE), "nurse")
    before = door.exchanges
    seen = await asyncio.gather(*(door.seen(authorization=f"Bearer {outside}") for _ in range(20)))
    assert len(set(seen)) == 1
    assert door.exchanges - before == 1


@pytest.mark.parametrize("token", ["t", "a.b.c", "x" * 20_000, NO_TOKEN, "", "a\tb", "a b"])
async def test_what_is_not_believed_is_shown_to_no_service(door: Door, token: str) -> None:
    assert await door.seen(authorization=f"Bearer {token}") == NO_TOKEN


async def test_a_token_of_the_inside_gets_nobody_in_from_outside(door: Door) -> None:
    stranger = Issuer().token(str(NURSE), "nurse", "caseload")
    assert await door.seen(authorization=f"Bearer {stranger}") == NO_TOKEN


async def test_nothing_carried_and_another_scheme_are_nobody(door: Door) -> None:
    assert await door.seen() == ""
    assert await door.seen(authorization="Basic dTpw") == ""


async def test_who_is_known_goes_on_while_identity_is_away_and_others_are_told_to_wait(door: Door) -> None:
    known = door.issuer.token(str(NURSE), "nurse")
    first = await door.seen(authorization=f"Bearer {known}")
    door.away = True
    assert await door.seen(authorization=f"Bearer {known}") == first
    other = door.issuer.token("other", "nurse")
    answer = await door.client.get("/caseload/v1/x", headers={"Authorization": f"Bearer {other}"})
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (503, "2", "sign_in_away")


async def test_a_sign_in_that_has_ended_is_refused_although_it_is_known(door: Door) -> None:
    known = door.issuer.token(str(NURSE), "nurse")
    assert await door.seen(authorization=f"Bearer {known}") != NO_TOKEN
    door.ended = {"subjects": {str(NURSE): unproven_claims(known)["iat"] + 60}}

    async def refused() -> bool:
        return await door.seen(authorization=f"Bearer {known}") == NO_TOKEN

    assert await until(refused, 5)


COOKIES: dict[str, tuple[str, dict[str, str], str | None]] = {
    "a page of ours reads": ("GET", {"cookie": SESSION}, COOKIE),
    "a page of ours writes": ("POST", {"cookie": SESSION, "sec-fetch-site": "same-origin"}, COOKIE),
    "an older browser writes": ("POST", {"cookie": SESSION, "origin": "https://door", "host": "door"}, COOKIE),
    "another page writes": ("POST", {"cookie": SESSION, "sec-fetch-site": "cross-site"}, None),
    "another page of the site writes": ("POST", {"cookie": SESSION, "sec-fetch-site": "same-site"}, None),
    "another origin writes": ("POST", {"cookie": SESSION, "origin": "https://evil", "host": "door"}, None),
    "who says nothing writes": ("POST", {"cookie": SESSION, "host": "door"}, None),
    "origin null writes": ("DELETE", {"cookie": SESSION, "origin": "null", "host": "door"}, None),
    "another cookie": ("GET", {"cookie": "heatshield=secret"}, None),
    "a broken cookie": ("GET", {"cookie": '__Host-heatshield="\\'}, None),
    "a token beside it": ("POST", {"cookie": SESSION, "authorization": "Bearer t"}, BEARER),
}


@pytest.mark.parametrize(("method", "headers", "kind"), COOKIES.values(), ids=COOKIES)
def test_a_cookie_counts_from_our_own_pages_alone(method: str, headers: dict[str, str], kind: str | None) -> None:
    credential = carried(method, [(name.encode(), value.encode()) for name, value in headers.items()])
    assert (credential.kind if credential else None) == kind


async def test_no_answer_of_identitys_is_taken_for_a_token() -> None:
    def nonsense(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"access_token": "x", "expires_in": 300})

    async def nothing() -> dict[str, Any]:
        return Ended().model_dump()

    http = httpx.AsyncClient(transport=httpx.MockTransport(nonsense))
    exchange = Exchange(GatewaySettings(app_env="test", client_key=CLIENT_KEY), http, Revocations(nothing))
    token = Issuer().token(str(NURSE), "nurse")
    credential = carried("GET", [(b"authorization", f"Bearer {token}".encode())])
    assert credential is not None
    with pytest.raises(SignInAway):
        await exchange.inside(credential, "caseload")
