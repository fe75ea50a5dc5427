"""What we say to providers and partners holds with a provider that is none of ours, and what it says holds with us."""

import base64
import hashlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc.jwk import ECKey

from services.common.assertions import public_key
from services.identity.api.inside import COOKIE
from services.identity.main import SERVICE
from tests.identity.conftest import EXCHANGE, Identity, claims_of
from tests.identity.independent import CALLBACK, TABLET, Browser, Independent, independent
from tests.identity.providers import API, Provider
from tests.running import NURSE, STRANGER, Databases, running
from tests.signing import CLIENT_KEY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ATTEMPT, SESSION = "__Host-heatshield-sign-in", "__Host-heatshield"
Back = dict[str, str]


@dataclass
class Here(Identity):
    """Identity, which trusts the independent provider, and a browser."""

    browser: Browser

    async def begins(self, return_to: str = "/visits?day=today") -> tuple[str, str]:
        """The provider's address, and the cookie that is kept meanwhile."""
        answer = await self.nobody.get("/auth/login/independent", params={"return_to": return_to})
        assert answer.status_code == 303, answer.text
        return answer.headers["location"], cookies_of(answer)[ATTEMPT]

    async def comes_back(self, back: Back, attempt: str, before: str = "") -> httpx.Response:
        headers = {"Cookie": f"{ATTEMPT}={attempt}" + (f"; {SESSION}={before}" if before else "")}
        answer: httpx.Response = await self.nobody.get("/auth/callback", params=back, headers=headers)
        return answer

    async def signed_in(self) -> str:
        address, attempt = await self.begins()
        answer = await self.comes_back(await self.browser.signs_in(address, str(NURSE)), attempt)
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == "/visits?day=today"
        return cookies_of(answer)[SESSION]

    async def shown(self, secret: str) -> httpx.Response:
        """What the gateway is told when it shows this cookie."""
        return await self.inside(grant_type=EXCHANGE, subject_token_type=COOKIE, subject_token=secret)


def cookies_of(answer: httpx.Response) -> dict[str, str]:
    """Those that are set, each of them locked to this host."""
    told = SimpleCookie()
    for line in answer.headers.get_list("set-cookie"):
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(line.split("; ")), line
        told.load(line)
    return {name: morsel.value for name, morsel in told.items() if morsel.value}


def refused(answer: httpx.Response) -> bool:
    return answer.status_code == 400 and answer.json().get("error") == "invalid_grant"


@pytest.fixture(scope="module")
def provider() -> Iterator[Independent]:
    with independent() as made:
        yield made


@pytest.fixture
async def here(databases: Databases, provider: Independent, request: pytest.FixtureRequest) -> AsyncIterator[Here]:
    other, trusted = Provider(), provider.trusted(**getattr(request, "param", {}))
    async with (
        running(databases, SERVICE, issuers=[other.trusted(), trusted], public_url=API) as made,
        httpx.AsyncClient() as http,
    ):
        yield Here(made, other, await made.client("identity", None), Browser(provider, http))


async def test_the_browser_is_sent_with_all_that_the_answer_is_held_to(here: Here, provider: Independent) -> None:
    address, attempt = await here.begins()
    asked = {name: value for name, [value] in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{provider.issuer}/auth?")
    assert (asked["response_type"], asked["code_challenge_method"], asked["redirect_uri"]) == ("code", "S256", CALLBACK)
    assert len({asked["state"], asked["nonce"], asked["code_challenge"], attempt}) == 4


async def test_a_nurse_signs_in_at_the_provider_and_is_known_here_until_she_signs_out(here: Here) -> None:
    secret = await here.signed_in()
    answer = await here.shown(secret)
    claims = claims_of(answer.json()["access_token"], here)
    assert (claims["sub"], claims["persona"], claims["aud"]) == (str(NURSE), "nurse", "caseload")
    gone = await here.nobody.post("/auth/logout", headers={"Cookie": f"{SESSION}={secret}"})
    assert (gone.status_code, cookies_of(gone)) == (204, {})
    assert refused(await here.shown(secret))


async def test_who_signs_out_at_the_provider_is_signed_out_here(here: Here, provider: Independent) -> None:
    secret = await here.signed_in()
    await here.browser.signs_out()
    answer = await here.nobody.post("/auth/backchannel-logout", data=provider.said())
    assert answer.status_code == 200, answer.text
    assert refused(await here.shown(secret))


async def test_who_signs_in_again_leaves_no_earlier_sign_in_behind(here: Here) -> None:
    before = await here.signed_in()
    address, attempt = await here.begins()
    back = await here.browser.signs_in(address, str(NURSE))
    assert refused(await here.comes_back({**back, "state": "made-up"}, attempt, before))
    assert (await here.shown(before)).status_code == 200
    answer = await here.comes_back(back, attempt, before)
    assert refused(await here.shown(before))
    assert (await here.shown(cookies_of(answer)[SESSION])).status_code == 200


async def test_only_the_browser_that_was_sent_comes_back_with_its_own_state(here: Here) -> None:
    address, attempt = await here.begins()
    _, elsewhere = await here.begins()
    back = await here.browser.signs_in(address, str(NURSE))
    assert refused(await here.comes_back({**back, "state": "made-up"}, attempt))
    assert refused(await here.comes_back(back, elsewhere))
    assert refused(await here.comes_back(back, "made-up"))
    assert (await here.comes_back(back, attempt)).status_code == 303


async def test_a_code_holds_once(here: Here) -> None:
    address, attempt = await here.begins()
    back = await here.browser.signs_in(address, str(NURSE))
    assert (await here.comes_back(back, attempt)).status_code == 303
    assert refused(await here.comes_back(back, attempt))


async def test_the_code_of_one_sign_in_is_of_no_use_in_another(here: Here, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody smuggles their own code into this browser: the provider finds another verifier (RFC 7636)."""
    address, _ = await here.begins()
    stolen = await here.browser.signs_in(address, str(STRANGER))
    address, attempt = await here.begins()
    back = await here.browser.signs_in(address, str(STRANGER))
    assert refused(await here.comes_back({**back, "code": stolen["code"]}, attempt))
    assert caplog.records[-1].__dict__["reason"] == "provider_400"


async def test_an_answer_of_another_provider_is_refused_before_it_is_told_the_code(
    here: Here, provider: Independent, caplog: pytest.LogCaptureFixture
) -> None:
    """The provider says in its answer who it is (RFC 9207), so that two of them are not mixed up."""
    address, attempt = await here.begins()
    back = await here.browser.signs_in(address, str(NURSE))
    assert back["iss"] == provider.issuer
    assert refused(await here.comes_back({**back, "iss": "https://elsewhere.example"}, attempt))
    assert caplog.records[-1].__dict__["reason"] == "iss"


@pytest.mark.parametrize("here", [{"client_id": "another-key"}], indirect=True)
async def test_the_provider_refuses_us_when_it_knows_another_key(here: Here, caplog: pytest.LogCaptureFixture) -> None:
    address, attempt = await here.begins()
    assert refused(await here.comes_back(await here.browser.signs_in(address, str(NURSE)), attempt))
    assert caplog.records[-1].__dict__["reason"] == "provider_401"


@pytest.mark.parametrize("here", [{"id_token_algorithms": ["ES256"]}], indirect=True)
async def test_what_it_signs_in_another_way_than_agreed_is_refused(here: Here) -> None:
    address, attempt = await here.begins()
    assert refused(await here.comes_back(await here.browser.signs_in(address, str(NURSE)), attempt))


async def test_the_key_that_the_provider_verifies_is_published(here: Here) -> None:
    assert public_key(CLIENT_KEY) in (await here.nobody.get("/auth/jwks")).json()["keys"]


async def token_of_a_tablet(browser: Browser) -> str:
    """An access token for us, which a tablet has from the provider itself."""
    verifier = "a-verifier-of-a-tablet-that-is-long-enough-to-be-one"
    digest = hashlib.sha256(verifier.encode()).digest()
    told = {"client_id": "tablet", "redirect_uri": TABLET, "resource": API}
    asked = {"response_type": "code", "scope": "openid visits", "code_challenge_method": "S256", **told}
    asked["code_challenge"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    back = await browser.signs_in(f"{browser.at.issuer}/auth?{urlencode(asked)}", str(NURSE))
    form = {"grant_type": "authorization_code", "code": back["code"], "code_verifier": verifier, **told}
    answer = await browser.http.post(f"{browser.at.issuer}/token", data=form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def test_an_access_token_of_the_provider_is_exchanged(here: Here) -> None:
    answer = await here.exchanged(await token_of_a_tablet(here.browser))
    claims = claims_of(answer.json()["access_token"], here)
    assert (claims["sub"], claims["persona"], claims["aud"]) == (str(NURSE), "nurse", "caseload")


@pytest.mark.parametrize("here", [{"audience": "https://elsewhere.example"}], indirect=True)
async def test_an_access_token_for_somebody_else_is_not(here: Here) -> None:
    assert refused(await here.exchanged(await token_of_a_tablet(here.browser)))


async def test_our_test_systems_sign_what_others_accept(provider: Independent) -> None:
    """So that what identity accepts of them is not a form of our own."""
    at, system = f"{provider.issuer}/token", provider.system
    sent = system.assertion(aud=at)
    forged = system.assertion(aud=at, key=ECKey.generate_key("P-384"))

    async def asks(assertion: str) -> Any:
        async with httpx.AsyncClient() as http:
            return await http.post(at, data=system.asks(scope=None, client_assertion=assertion))

    answer = await asks(sent)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "Bearer"), answer.text
    assert [(await asks(one)).status_code for one in (sent, forged)] == [401, 401]
