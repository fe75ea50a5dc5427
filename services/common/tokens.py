"""Reading signed tokens strictly (RFC 8725): what is not exactly as it should be is no token."""

import base64
import binascii
import json
import logging
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from joserfc import jwt
from joserfc.errors import JoseError

from services.common.auth import Principal, principal_of
from services.common.errors import InvalidToken, Unauthorised
from services.common.keys import Keys, KeySource
from services.common.revocations import Revocations
from services.common.settings import ServiceSettings

log = logging.getLogger(__name__)

MAX_TOKEN_BYTES = 8192
COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
# What a signed header may say. `jku`, `jwk` and `x5u` would let a token bring its own key, `crit` its own rules.
HEADER = {"alg", "kid", "typ", "x5t", "x5t#S256"}
ACCESS_TOKEN = ("at+jwt", "application/at+jwt")
LEEWAY_SECONDS = 30
# The longest that an internal token may live.
LIFE_SECONDS = 300
CACHED_TOKENS, CACHED_SECONDS = 2000, 60
MALFORMED = (JoseError, ValueError, KeyError, TypeError, OverflowError, RecursionError)


class Untrusted(Exception):
    """The token is not what it should be. The reason is for the log, never for the caller."""


def header_of(token: str, allowed: Collection[str] = HEADER) -> dict[str, Any]:
    """What the token says of itself, before anything of it is believed. Raises `Untrusted`."""
    if len(token) > MAX_TOKEN_BYTES or not COMPACT.fullmatch(token):
        raise Untrusted("not_compact")
    try:
        header = json.loads(_part(token, 0))
    except (ValueError, RecursionError) as error:
        raise Untrusted("header") from error
    if not isinstance(header, dict) or not {"alg", "kid"} <= header.keys() <= set(allowed):
        raise Untrusted("header")
    words = (header["kid"], header["alg"], header.get("typ", "JWT"))
    if not all(isinstance(word, str) and 1 <= len(word) <= 255 for word in words):
        raise Untrusted("header")
    return header


def unproven_claims(token: str, header_names: Collection[str] = HEADER) -> dict[str, Any]:
    """What the token claims, which is not to be believed yet. Raises `Untrusted`."""
    header_of(token, header_names)
    try:
        claims = json.loads(_part(token, 1))
    except (ValueError, RecursionError) as error:
        raise Untrusted("claims") from error
    if not isinstance(claims, dict):
        raise Untrusted("claims")
    return claims


def _part(token: str, number: int) -> bytes:
    part = token.split(".")[number]
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except binascii.Error as error:
        raise Untrusted("not_base64") from error


async def proven_claims(
    token: str, keys: Keys, algorithms: Sequence[str], types: Collection[str], header_names: Collection[str] = HEADER
) -> dict[str, Any]:
    """The claims of a token that this issuer signed. Raises `Untrusted`, or `Unavailable` without any key."""
    header = header_of(token, header_names)
    if header.get("typ", "JWT") not in types:
        raise Untrusted("typ")
    if header["alg"] not in algorithms:
        raise Untrusted("alg")
    try:
        return dict(jwt.decode(token, await keys.for_kid(header["kid"]), algorithms=list(algorithms)).claims)
    except MALFORMED as error:
        raise Untrusted("signature") from error


def require(claims: dict[str, Any], *, issuer: str, audience: str, longest: int, now: float | None = None) -> None:
    """Who it is from, whom it is for, and that it holds now. Raises `Untrusted`."""
    now = time.time() if now is None else now
    if claims.get("iss") != issuer:
        raise Untrusted("iss")
    meant = claims.get("aud")
    if audience not in (meant if isinstance(meant, list) else [meant]):
        raise Untrusted("aud")
    require_time(claims, longest=longest, now=now)
    if not isinstance(claims.get("sub"), str) or not 1 <= len(claims["sub"]) <= 255:
        raise Untrusted("sub")


def require_time(claims: dict[str, Any], *, longest: int, now: float) -> None:
    """It has begun, has not ended, and was not made to last. Raises `Untrusted`."""
    begins, ends = claims.get("iat"), claims.get("exp")
    if type(begins) is not int or type(ends) is not int or not 0 < ends - begins <= longest:
        raise Untrusted("life")
    if ends + LEEWAY_SECONDS <= now:
        raise Untrusted("expired")
    earliest = claims.get("nbf", begins)
    if type(earliest) is not int or max(begins, earliest) > now + LEEWAY_SECONDS:
        raise Untrusted("too_early")


@dataclass
class TokenVerifier:
    """What a service believes: a token of the internal issuer (RFC 9068), made for this very service, not revoked."""

    settings: ServiceSettings
    http: httpx.AsyncClient
    audience: str
    revoked: Revocations
    _seen: dict[str, tuple[float, Principal]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._keys = KeySource(f"{self.settings.peer_url('identity')}/inside/jwks", self.http)

    async def principal(self, authorization: str | None) -> Principal:
        """The caller named by a bearer token.

        Raises `Unauthorised` without a token and `InvalidToken` for one that fails any check.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorised("Nobody is signed in.")
        known = self._seen.get(token)
        if known is None or known[0] <= time.time():
            known = await self._verified(token)
            if len(self._seen) >= CACHED_TOKENS:
                self._seen.clear()
            self._seen[token] = known
        self.revoked.refuse(known[1])
        return known[1]

    async def _verified(self, token: str) -> tuple[float, Principal]:
        try:
            claims = await proven_claims(token, self._keys, ["ES256"], ACCESS_TOKEN)
            if self.settings.app_env == "production" and header_of(token)["kid"].startswith("dev-"):
                raise Untrusted("development_key")
            require(claims, issuer=self.settings.issuer, audience=self.audience, longest=LIFE_SECONDS)
            return min(claims["exp"], time.time() + CACHED_SECONDS), _principal(claims)
        except Untrusted as error:
            log.warning("token refused", extra={"reason": str(error)})
            raise InvalidToken("The access token is not valid here.") from error


def _principal(claims: dict[str, Any]) -> Principal:
    """Raises `Untrusted` for a persona that does not exist here."""
    try:
        return principal_of(claims)
    except ValueError as error:
        raise Untrusted("persona") from error
