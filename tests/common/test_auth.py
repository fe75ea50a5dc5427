"""A token is believed only when every part of it is right, and the refusal says nothing about why."""

import asyncio
import base64
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError

from devissuer.main import ISSUER, Issuer
from services.common.auth import Persona, TokenVerifier
from services.common.errors import InvalidToken, Unauthorised, Unavailable
from services.common.settings import ServiceSettings

SETTINGS = ServiceSettings(app_env="test", issuer=ISSUER)
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


def verifier(jwks: Jwks, settings: ServiceSettings = SETTINGS) -> TokenVerifier:
    return TokenVerifier(settings, httpx.AsyncClient(transport=httpx.MockTransport(jwks)))


@pytest.fixture
def jwks() -> Jwks:
    return Jwks(Issuer())


async def test_a_good_token_names_who_acts(jwks: Jwks) -> None:
    principal = await verifier(jwks).principal(f"Bearer {jwks.issuer.token(SUBJECT, 'nurse')}")
    assert (str(principal.employee_id), principal.persona, principal.is_team_bound) == (SUBJECT, Persona.NURSE, True)


@pytest.mark.parametrize("header", [None, "", "Basic abc", "Bearer", "Bearer "])
async def test_without_a_token_nobody_is_signed_in(jwks: Jwks, header: str | None) -> None:
    with pytest.raises(Unauthorised):
        await verifier(jwks).principal(header)


HOSTILE_CLAIMS: list[dict[str, Any]] = [
    {"exp": None},
    {"exp": str(NOW + 300)},
    {"exp": True},
    {"exp": NOW - 31},
    {"exp": NOW + 10 * 365 * 86400},
    {"exp": -1},
    {"iat": None},
    {"iat": NOW + 300, "exp": NOW + 600},
    {"nbf": NOW + 300},
    {"aud": None},
    {"aud": "another"},
    {"aud": "heatshield.evil"},
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
    token = jwks.issuer.token(SUBJECT, "nurse", **claims)
    with pytest.raises(InvalidToken):
        await verifier(jwks).principal(f"Bearer {token}")


def signed_with_the_public_key(issuer: Issuer, claims: dict[str, Any]) -> str:
    """The old trick: the public key, which everybody has, taken as a shared secret."""
    header = {"alg": "HS256", "kid": issuer._key.kid, "typ": "at+jwt"}
    head, body = (b64(json.dumps(part).encode()) for part in (header, claims))
    secret = issuer._key.as_pem(private=False)
    return f"{head}.{body}.{b64(hmac.digest(secret, f'{head}.{body}'.encode(), 'sha256'))}"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


async def test_a_token_of_another_kind_or_key_is_refused(jwks: Jwks) -> None:
    good = jwks.issuer.token(SUBJECT, "nurse")
    claims = jwt.decode(good, jwks.issuer._key, algorithms=["ES256"]).claims
    kid = jwks.issuer._key.kid
    thief = ECKey.generate_key("P-256", {"kid": kid})
    signed = {"alg": "ES256", "kid": kid, "typ": "at+jwt"}
    forged = [
        jwt.encode(signed, claims, thief),
        jwt.encode(signed | {"typ": "JWT"}, claims, jwks.issuer._key),
        jwt.encode(signed | {"typ": "logout+jwt"}, claims, jwks.issuer._key),
        jwt.encode(signed | {"jku": "http://127.0.0.1:1/"}, claims, jwks.issuer._key),
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
            await check.principal(f"Bearer {Issuer().token(SUBJECT, 'nurse')}")
    assert jwks.calls == 1


@pytest.mark.parametrize("trouble", ["away", "html"])
async def test_known_keys_serve_on_while_the_issuer_is_away(jwks: Jwks, trouble: str) -> None:
    check = verifier(jwks)
    await check.principal(f"Bearer {jwks.issuer.token(SUBJECT, 'nurse')}")
    jwks.answer, check._fetched_at, check._tried_at = trouble, -10_000.0, -10_000.0
    again = await check.principal(f"Bearer {jwks.issuer.token(SUBJECT, 'coach')}")
    assert again.persona is Persona.COACH


async def test_many_who_wait_for_the_first_keys_wait_for_one_fetch(jwks: Jwks) -> None:
    async def slowly_away(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.1)
        return jwks(request)

    jwks.answer = "away"
    check = TokenVerifier(SETTINGS, httpx.AsyncClient(transport=httpx.MockTransport(slowly_away)))
    asked = (check.principal(f"Bearer {jwks.issuer.token(SUBJECT, 'nurse')}") for _ in range(20))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(answer) for answer in answers} == {Unavailable}
    assert jwks.calls == 1


async def test_without_any_key_the_service_says_to_come_back(jwks: Jwks) -> None:
    jwks.answer = "away"
    with pytest.raises(Unavailable):
        await verifier(jwks).principal(f"Bearer {jwks.issuer.token(SUBJECT, 'nurse')}")


async def test_production_believes_no_development_key(jwks: Jwks) -> None:
    production = ServiceSettings(app_env="production", issuer="https://id.example")
    token = jwks.issuer.token(SUBJECT, "nurse", iss="https://id.example")
    with pytest.raises(InvalidToken):
        await verifier(jwks, production).principal(f"Bearer {token}")


def test_production_refuses_to_be_configured_with_the_development_issuer() -> None:
    with pytest.raises(ValidationError, match="CONFIG_DEV_ISSUER_IN_PRODUCTION"):
        ServiceSettings(app_env="production", issuer=ISSUER)


def test_an_unset_environment_means_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEATSHIELD_APP_ENV", raising=False)
    assert ServiceSettings().app_env == "production"


@pytest.mark.parametrize("name", ["prod", "Production", "live", ""])
def test_an_environment_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="app_env"):
        ServiceSettings(app_env=name, issuer="https://id.example")  # type: ignore[arg-type]
