"""A token of the NHS API platform is asked for as the platform wants it, kept while it holds, and never guessed."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from services.interop.partners.nhs_tokens import ALGORITHM, ASSERTION_TYPE, Client, NhsTokens, NoToken, signing_key
from services.interop.settings import InteropSettings

KEY = RSAKey.generate_key(2048)
URL = "https://nhs.example/oauth2/token"
CLIENT = Client(URL, "an-api-key", "ours-1", KEY.as_pem(private=True).decode())
GIVEN = {"access_token": "t-1", "expires_in": "599", "token_type": "Bearer"}


def platform(answer: Callable[[], httpx.Response]) -> tuple[NhsTokens, list[dict[str, Any]]]:
    asked: list[dict[str, Any]] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append({name: value[0] for name, value in parse_qs(request.content.decode()).items()})
        return answer()

    return NhsTokens(httpx.AsyncClient(transport=httpx.MockTransport(handle)), CLIENT), asked


async def test_a_token_is_asked_for_with_a_signed_statement_and_kept() -> None:
    tokens, asked = platform(lambda: httpx.Response(200, json=GIVEN))
    assert [await tokens.token(), await tokens.token()] == ["t-1", "t-1"]
    (form,) = asked
    assert (form["grant_type"], form["client_assertion_type"]) == ("client_credentials", ASSERTION_TYPE)
    said = jwt.decode(form["client_assertion"], KEY, algorithms=[ALGORITHM])
    assert said.header == {"alg": "RS512", "typ": "JWT", "kid": "ours-1"}
    assert (said.claims["iss"], said.claims["sub"], said.claims["aud"]) == ("an-api-key", "an-api-key", URL)
    assert isinstance(said.claims["exp"], int)
    assert 0 < said.claims["exp"] - time.time() <= 300
    tokens.forget()
    await tokens.token()
    again = jwt.decode(asked[1]["client_assertion"], KEY, algorithms=[ALGORITHM])
    assert again.claims["jti"] != said.claims["jti"]


async def test_a_token_is_not_used_in_its_last_seconds() -> None:
    tokens, asked = platform(lambda: httpx.Response(200, json=GIVEN | {"expires_in": 29}))
    await tokens.token()
    await tokens.token()
    assert len(asked) == 2


def _silent() -> httpx.Response:
    raise httpx.ConnectError("nobody there")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (lambda: httpx.Response(400, json={"error": "invalid_request"}), 400),
        (lambda: httpx.Response(302, headers={"location": "https://elsewhere.example"}), 302),
        (lambda: httpx.Response(200, text="<html>"), 200),
        (lambda: httpx.Response(200, json={"expires_in": 599}), 200),
        (lambda: httpx.Response(200, json=["no"]), 200),
        (_silent, None),
    ],
)
async def test_no_token_is_an_error_that_tells_the_status_alone(answer: Any, status: int | None) -> None:
    tokens, _ = platform(answer)
    with pytest.raises(NoToken) as refused:
        await tokens.token()
    assert refused.value.status == status


@pytest.mark.parametrize("pem", ["no key", RSAKey.generate_key(2048).as_pem(private=False).decode()])
def test_a_key_that_cannot_sign_is_refused_when_the_process_starts(pem: str) -> None:
    with pytest.raises(ValueError, match="CONFIG_NHS_PRIVATE_KEY"):
        signing_key(pem)
    with pytest.raises(ValueError, match="CONFIG_NHS_PRIVATE_KEY"):
        InteropSettings(nhs_private_key=pem)
    assert InteropSettings().nhs_client is None
