"""Who calls. Every service verifies the token itself and believes no header that names a person."""

import asyncio
import logging
import math
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.common.errors import InvalidToken, Unauthorised, Unavailable
from services.common.settings import ServiceSettings

log = logging.getLogger(__name__)

MAX_TOKEN_BYTES = 8192
MAX_LIFE_SECONDS = 900
LEEWAY_SECONDS = 30
JWKS_SECONDS = 600
JWKS_RETRY_SECONDS, FIRST_JWKS_RETRY_SECONDS = 30, 1
CACHED_TOKENS = 2000


class Persona(StrEnum):
    """The kinds of caller. None of them is a manager of people: that role does not exist here."""

    NURSE = "nurse"
    COACH = "coach"
    HEATSHIELD = "heatshield"
    STEERING = "steering"
    SOCIAL_WORKER = "social_worker"
    HR = "hr"
    FINANCE = "finance"
    COMMISSIONER = "commissioner"
    COUNCIL = "council"
    INTEGRATOR = "integrator"
    OPS = "ops"
    SERVICE = "service"


# Who works across teams; what they reach is said route by route. Everybody else, a persona yet to come included, knows
# of no rows but those of their own teams.
ACROSS_TEAMS = frozenset(
    {
        Persona.COACH,
        Persona.HEATSHIELD,
        Persona.STEERING,
        Persona.HR,
        Persona.FINANCE,
        Persona.COMMISSIONER,
        Persona.INTEGRATOR,
        Persona.OPS,
        Persona.SERVICE,
    }
)


@dataclass(frozen=True)
class Principal:
    """Who acts: a person, a partner's system, or a service of ours."""

    subject: str
    persona: Persona
    employee_id: UUID | None = None

    @property
    def is_team_bound(self) -> bool:
        return self.persona not in ACROSS_TEAMS


SYSTEM = Principal(subject="svc:events", persona=Persona.SERVICE)


@dataclass
class TokenVerifier:
    """A strict verifier of RFC 9068 access tokens, ES256 only, with the issuer's keys kept when it is away."""

    settings: ServiceSettings
    http: httpx.AsyncClient
    _keys: KeySet | None = None
    _fetched_at: float = 0.0
    _tried_at: float = -math.inf
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _seen: dict[str, tuple[float, Principal]] = field(default_factory=dict)

    async def principal(self, authorization: str | None) -> Principal:
        """The caller named by a bearer token.

        Raises `Unauthorised` without a token and `InvalidToken` for one that fails any check.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthorised("Nobody is signed in.")
        known = self._seen.get(token)
        if known and known[0] > time.time():
            return known[1]
        claims = await self._claims(token)
        found = _principal(claims)
        if len(self._seen) >= CACHED_TOKENS:
            self._seen.clear()
        self._seen[token] = (min(claims["exp"], time.time() + 60), found)
        return found

    async def _claims(self, token: str) -> dict[str, Any]:
        if len(token) > MAX_TOKEN_BYTES or token.count(".") != 2:
            raise InvalidToken("The access token cannot be read.")
        keys = await self._key_set(refresh=False)
        try:
            return self._checked(token, keys)
        except (JoseError, ValueError, KeyError, TypeError):
            keys = await self._key_set(refresh=True)
        try:
            return self._checked(token, keys)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise InvalidToken("The access token is not valid here.") from error

    def _checked(self, token: str, keys: KeySet) -> dict[str, Any]:
        decoded = jwt.decode(token, keys, algorithms=["ES256"])
        if set(decoded.header) != {"alg", "kid", "typ"} or decoded.header["typ"] != "at+jwt":
            raise ValueError("not an access token")
        if self.settings.app_env == "production" and str(decoded.header["kid"]).startswith("dev-"):
            raise ValueError("a development key in production")
        claims = decoded.claims
        registry = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self.settings.issuer},
            aud={"essential": True, "value": self.settings.audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            persona={"essential": True, "values": [str(persona) for persona in Persona]},
        )
        registry.validate(claims)
        if type(claims["exp"]) is not int or type(claims["iat"]) is not int or not isinstance(claims["sub"], str):
            raise ValueError("claims of the wrong type")
        if not 0 < claims["exp"] - claims["iat"] <= MAX_LIFE_SECONDS:
            raise ValueError("lives too long")
        return claims

    async def _key_set(self, *, refresh: bool) -> KeySet:
        """The issuer's keys: refetched when old or asked for, once in half a minute, and kept if it is away."""
        now = time.monotonic()
        if self._keys is not None and not refresh and now - self._fetched_at < JWKS_SECONDS:
            return self._keys
        async with self._lock:
            pause = FIRST_JWKS_RETRY_SECONDS if self._keys is None else JWKS_RETRY_SECONDS
            if now - self._tried_at >= pause:
                await self._fetch_keys()
        if self._keys is None:
            raise Unavailable("The sign-in service is away for the moment.")
        return self._keys

    async def _fetch_keys(self) -> None:
        try:
            answer = await self.http.get(self.settings.jwks_url)
            answer.raise_for_status()
            self._keys, self._fetched_at = KeySet.import_key_set(answer.json()), time.monotonic()
        except (httpx.HTTPError, ValueError, JoseError) as error:
            log.warning("signing keys not fetched", extra={"error": type(error).__name__})
        finally:
            # Taken at the end, so that whoever waited for this try does not try again at once.
            self._tried_at = time.monotonic()


def _principal(claims: dict[str, Any]) -> Principal:
    subject, persona = claims["sub"], Persona(claims["persona"])
    try:
        return Principal(subject, persona, UUID(subject))
    except ValueError:
        return Principal(subject, persona)
