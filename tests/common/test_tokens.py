"""A token is believed only when every part of it is right, and the refusal says nothing about why."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from services.common import keys
from services.common.auth import Persona
from services.common.errors import InvalidToken, Unauthorised, Unavailable
from services.common.revocations import Ended, Revocations
from services.common.settings import ServiceSettings
from services.common.tokens import TokenVerifier
from services.identity.settings import IdentitySettings
from tests.signing import ISSUER, Issuer

SETTINGS = ServiceSettings(app_env="test")
NOW = int(time.time())
SUBJECT = "01938000-0000-7000-8000-000000000001"


class Jwks:
    """The issuer's key endpoint: counts its calls, and can be away or talk nonsense."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer, self.calls, self.answer = issuer, 0, "keys"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        if self.answer == "keys":
            return httpx.Response(200, json=self.issuer.jwks())
        if self.answer == "html":
            return httpx.Response(200, text="<html>")
        raise httpx.ConnectError("away")


async def nobody_signed_out() -> dict[str, Any]:
    return {}


def verifier(jwks: Any, settings: ServiceSettings = SETTINGS) -> TokenVerifier:
    http = httpx.AsyncClient(transport=httpx.MockTransport(jwks))
    return TokenVerifier(settings, http, "caseload", Revocations(nobody_signed_out))


def a_token(issuer: Issuer, persona: str = "nurse", **claims: Any) -> str:
    return issuer.token(SUBJECT, persona, "caseload", **claims)


@pytest.fixture
def jwks() -> Jwks:
    return Jwks(Issuer())


async def test_a_good_token_names_who_acts(jwks: Jwks) -> None:
    principal = await verifier(jwks).principal(f"Bearer {a_token(jwks.issuer)}")
    assert (str(principal.employee_id), principal.persona, principal.is_team_bound) == (SUBJECT, Persona.NURSE, True)


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer "])
async def test_without_a_token_nobody_is_signed_in(jwks: Jwks, header: str | None) -> None:
    with pytest.raises(Unauthorised):
        await verifier(jwks).principal(header)


HOSTILE_CLAIMS: list[dict[str, Any]] = [
    {"exp": None},
    {"exp": str(NOW + 36_000)},
    {"exp": True},
    {"exp": NOW - 31},
    {"exp": NOW + 10 * 365 * 86400},
    {"exp": NOW + 36_000},
    {"exp": 1e300},
    {"exp": -1},
    {"iat": None},
    {"iat": NOW + 36_000, "exp": NOW + 36_300},
    {"nbf": NOW + 36_000},
    {"aud": None},
    {"aud": "roster"},
    {"aud": "caseload.evil"},
    {"aud": ["roster"]},
    {"iss": None},
    {"iss": ISSUER + "/"},
    {"iss": ISSUER.upper()},
    {"sub": None},
    {"sub": 7},
    {"persona": None},
    {"persona": "manager"},
]


@pytest.mark.parametrize("claims", HOSTILE_CLAIMS, ids=lambda claims: "-".join(claims))
async def test_a_token_with_one_wrong_claim_is_refused(jwks: Jwks, claims: dict[str, Any]) -> None:
    token = a_token(jwks.issuer, **claims)
    with pytest.raises(InvalidToken):
        await verifier(jwks).principal(f"Bearer {token}")


def signed_with_the_public_key(issuer: Issuer, claims: dict[str, Any]) -> str:
    """The old trick: the public key, which everybody has, taken as a shared secret."""
    header = {"alg": "HS256", "kid": issuer.key.kid, "typ": "at+jwt"}
    head, body = (b64(json.dumps(part).encode()) for part in (header, claims))
    secret = issuer.key.as_pem(private=False)
    return f"{head}.{body}.{b64(hmac.digest(secret, f'{head}.{body}'.encode(), 'sha256'))}"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def test_a_token_of_another_kind_or_key_is_refused(jwks: Jwks) -> None:
    good = a_token(jwks.issuer)
    claims = jwt.decode(good, jwks.issuer.key, algorithms=["ES256"]).claims
    kid = jwks.issuer.key.kid
    thief = ECKey.generate_key("P-256", {"kid": kid})
    signed = {"alg": "ES256", "kid": kid, "typ": "at+jwt"}
    forged = [
        jwt.encode(signed, claims, thief),
        jwt.encode(signed | {"typ": "JWT"}, claims, jwks.issuer.key),
        jwt.encode(signed | {"typ": "logout+jwt"}, claims, jwks.issuer.key),
        jwt.encode(signed | {"jku": "http://127.0.0.1:1/"}, claims, jwks.issuer.key),
        signed_with_the_public_key(jwks.issuer, claims),
        jwt.encode(signed | {"alg": "RS256"}, claims, RSAKey.generate_key(2048)),
        ".".join([*good.split(".")[:2], ""]),
        good[:-4] + "AAAA",
        good + ".a.b",
        "a" * 9000,
        "eyJhbGciOiJub25lIn0." + good.split(".")[1] + ".",
    ]
    check = verifier(jwks)
    for token in forged:
        with pytest.raises(InvalidToken):
            await check.principal(f"Bearer {token}")
    assert jwks.calls <= 2


async def test_unknown_keys_do_not_become_a_flood_of_fetches(jwks: Jwks) -> None:
    check = verifier(jwks)
    for _ in range(100):
        with pytest.raises(InvalidToken):
            await check.principal(f"Bearer {a_token(Issuer())}")
    assert jwks.calls == 1


@pytest.mark.parametrize("trouble", ["away", "html"])
async def test_known_keys_serve_on_while_the_issuer_is_away(jwks: Jwks, trouble: str) -> None:
    check = verifier(jwks)
    await check.principal(f"Bearer {a_token(jwks.issuer)}")
    jwks.answer, check._keys._fetched_at, check._keys._tried_at = trouble, time.monotonic() - 1000, -10_000.0
    again = await check.principal(f"Bearer {a_token(jwks.issuer, 'coach')}")
    assert again.persona is Persona.COACH


async def test_many_who_wait_for_the_first_keys_wait_for_one_fetch(jwks: Jwks) -> None:
    async def slowly_away(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.1)
        return jwks(request)

    jwks.answer = "away"
    check = verifier(slowly_away)
    asked = (check.principal(f"Bearer {a_token(jwks.issuer)}") for _ in range(20))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(answer) for answer in answers} == {Unavailable}
    assert jwks.calls == 1


async def test_without_any_key_the_service_says_to_come_back(jwks: Jwks) -> None:
    jwks.answer = "away"
    with pytest.raises(Unavailable):
        await verifier(jwks).principal(f"Bearer {a_token(jwks.issuer)}")


async def test_production_believes_no_development_key(jwks: Jwks) -> None:
    production = ServiceSettings(app_env="production", issuer="https://id.example")
    jwks.issuer.signer = IdentitySettings(app_env="test").signer()
    token = a_token(jwks.issuer, iss="https://id.example")
    await verifier(jwks, production.model_copy(update={"app_env": "demo"})).principal(f"Bearer {token}")
    with pytest.raises(InvalidToken):
        await verifier(jwks, production).principal(f"Bearer {token}")


async def test_keys_of_an_issuer_gone_for_a_day_are_believed_no_longer(jwks: Jwks) -> None:
    check = verifier(jwks)
    await check.principal(f"Bearer {a_token(jwks.issuer)}")
    jwks.answer, check._keys._fetched_at = "away", time.monotonic() - keys.STALE_SECONDS - 1
    check._keys._tried_at = -10_000.0
    with pytest.raises(Unavailable):
        await check.principal(f"Bearer {a_token(jwks.issuer, 'coach')}")


async def test_an_answer_without_end_is_not_read_to_its_end(jwks: Jwks) -> None:
    served = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            served.append(1)
            yield b" " * 4096

    with pytest.raises(Unavailable):
        await verifier(lambda _: httpx.Response(200, content=endless())).principal(f"Bearer {a_token(jwks.issuer)}")
    assert len(served) < 20


async def test_a_token_holds_until_its_end_and_half_a_minute_for_clocks(jwks: Jwks) -> None:
    now = int(time.time())
    await verifier(jwks).principal(f"Bearer {a_token(jwks.issuer, iat=now - 200, exp=now - 15)}")
    with pytest.raises(InvalidToken):
        await verifier(jwks).principal(f"Bearer {a_token(jwks.issuer, iat=now - 200, exp=now - 31)}")


@pytest.mark.parametrize(
    "ended", [Ended(sessions=frozenset({"dev:1"})), Ended(subjects={SUBJECT: NOW + 36_000})], ids=["session", "person"]
)
async def test_a_sign_in_that_has_ended_is_refused_although_its_token_holds(jwks: Jwks, ended: Ended) -> None:
    check, token = verifier(jwks), a_token(jwks.issuer, sid="dev:1")
    await check.principal(f"Bearer {token}")
    check.revoked.ended = ended
    with pytest.raises(InvalidToken):
        await check.principal(f"Bearer {token}")
    check.revoked.ended = Ended(sessions=frozenset({"dev:2"}), subjects={SUBJECT: NOW - 36_000})
    await check.principal(f"Bearer {token}")


def test_an_unset_environment_means_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEATSHIELD_APP_ENV", raising=False)
    assert ServiceSettings().app_env == "production"


@pytest.mark.parametrize("name", ["prod", "Production", "live", ""])
def test_an_environment_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="app_env"):
        ServiceSettings(app_env=name, issuer="https://id.example")  # type: ignore[arg-type]
