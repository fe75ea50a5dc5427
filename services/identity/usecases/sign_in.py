"""A browser signs in at its provider, by authorization code with PKCE, and is known here by a cookie."""

import logging
from collections.abc import Awaitable
from http import HTTPStatus
from typing import Any

import httpx

from services.common.assertions import ASSERTION_TYPE, assertion
from services.common.db import Transaction
from services.common.errors import NotFound, Unavailable
from services.common.tokens import Untrusted, proven_claims, require
from services.identity.clients import Trust
from services.identity.domain.attempt import Attempt
from services.identity.domain.oauth import InvalidGrant, NotKnownHere, TooWeakASignIn
from services.identity.domain.sign_in import SignIn, SignInKind
from services.identity.domain.trusted_issuer import PersonaNotNamed, TooWeak, TrustedIssuer
from services.identity.store import attempts
from services.identity.usecases.exchange import bearer_of, subject_here
from services.identity.usecases.prove import Begin

log = logging.getLogger(__name__)

CALLBACK = "/auth/callback"
LONGEST_ID_TOKEN_SECONDS = 24 * 3600


def begin_sign_in(tx: Transaction, trust: Trust, provider: str, return_to: str, max_age: int) -> tuple[str, str]:
    """The address to go to, and the cookie to come back with. Raises `NotFound` for no such provider."""
    issuer = next((one for one in trust.issuers if one.name == provider and one.signs_in), None)
    if issuer is None:
        raise NotFound("provider")
    attempt, browser = Attempt.begun(issuer, return_to, tx.now)
    tx.add(attempt)
    return attempt.address(issuer, f"{trust.settings.public_url}{CALLBACK}", max_age), browser


async def finish_sign_in(
    tx: Transaction, begin: Begin, trust: Trust, state: str, browser: str, code: str, answered_by: str = ""
) -> tuple[str, str]:
    """The session's secret, and where the browser wanted to go. Raises `InvalidGrant` or `Unavailable`.

    A provider that says who answers is the one that was asked (RFC 9207): no other one is told its code.
    """
    async with begin() as first:
        attempt = await attempts.take(first, state, browser)
    issuer = trust.issuer(attempt.issuer) if attempt else None
    if attempt is None or issuer is None:
        raise InvalidGrant("no_attempt")
    if answered_by and answered_by != issuer.issuer:
        raise InvalidGrant("iss")
    claims = await _asked_at_provider(trust, issuer, attempt, code)
    if issuer.prompt == "login":
        # Asked for anew, it was now, where the provider does not say when (OpenID Connect Core, 3.1.2.1).
        claims = {"auth_time": claims["iat"], **claims}
    try:
        bearer = bearer_of(issuer, claims, await subject_here(tx, issuer, claims))
    except PersonaNotNamed as error:
        raise NotKnownHere(str(error)) from error
    except TooWeak as error:
        raise TooWeakASignIn from error
    tx.asked_by(bearer.principal())
    sign_in, secret = SignIn.begun(SignInKind.BROWSER, bearer, issuer.name, tx.now)
    tx.add(sign_in)
    return secret, attempt.return_to


async def _asked_at_provider(trust: Trust, issuer: TrustedIssuer, attempt: Attempt, code: str) -> dict[str, Any]:
    """What the provider says of who signed in. Raises `InvalidGrant` or `Unavailable`."""
    granted = await _redeemed(trust, issuer, attempt, code)
    try:
        claims = await _id_token(trust, issuer, attempt, granted["id_token"])
        if not issuer.userinfo_endpoint:
            return claims
        told = await _userinfo(trust, issuer, granted["access_token"])
    except (Untrusted, ValueError, KeyError, TypeError) as error:
        raise InvalidGrant(str(error)) from error
    # OpenID Connect Core, 5.3.2; and what was signed counts for more.
    if told.get("sub") != claims["sub"]:
        raise InvalidGrant("userinfo")
    return {**told, **claims}


async def _redeemed(trust: Trust, issuer: TrustedIssuer, attempt: Attempt, code: str) -> dict[str, Any]:
    """What the provider gives for the code. Raises `InvalidGrant` or `Unavailable`."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": f"{trust.settings.public_url}{CALLBACK}",
        "code_verifier": attempt.verifier,
        "client_id": issuer.client_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion(trust.settings.client_key, issuer.client_id, issuer.token_endpoint),
    }
    return await _answer(trust.http.post(issuer.token_endpoint, data=form, follow_redirects=False))


async def _userinfo(trust: Trust, issuer: TrustedIssuer, access_token: str) -> dict[str, Any]:
    shown = {"Authorization": f"Bearer {access_token}", "Accept": "application/json"}
    return await _answer(trust.http.get(issuer.userinfo_endpoint, headers=shown, follow_redirects=False))


async def _answer(asked: Awaitable[httpx.Response]) -> dict[str, Any]:
    """The provider's answer, which is an object. Raises `InvalidGrant` or `Unavailable`."""
    try:
        answer = await asked
    except httpx.TransportError as error:
        raise Unavailable("The sign-in provider is away for the moment.") from error
    if answer.status_code != HTTPStatus.OK:
        raise InvalidGrant(f"provider_{answer.status_code}")
    try:
        told = answer.json()
    except ValueError as error:
        raise InvalidGrant("no JSON") from error
    if not isinstance(told, dict):
        raise InvalidGrant("no object")
    return told


async def _id_token(trust: Trust, issuer: TrustedIssuer, attempt: Attempt, token: str) -> dict[str, Any]:
    """Its proven claims, of this very sign-in. Raises `Untrusted` or `InvalidGrant`."""
    claims = await proven_claims(token, trust.keys_of(issuer), issuer.id_token_algorithms, {"JWT"})
    require(claims, issuer=issuer.issuer, audience=issuer.client_id, longest=LONGEST_ID_TOKEN_SECONDS)
    if claims.get("nonce") != attempt.nonce or claims.get("azp", issuer.client_id) != issuer.client_id:
        raise InvalidGrant("nonce")
    return claims
