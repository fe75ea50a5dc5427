"""A provider at which people sign in outside, with keys of its own; and a partner's system that signs assertions."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from uuid6 import uuid7

from services.common.assertions import ASSERTION_TYPE
from services.identity.domain.trusted_issuer import TrustedIssuer

PROVIDER = "https://login.trust.example:443/realms/staff"
API = "https://api.heatshield.example"
TOKEN_URL = f"{API}/auth/token"
Key = ECKey | RSAKey


@dataclass
class Provider:
    """A trust's sign-in service, reached at its own address."""

    key: Key = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "staff-1"}))
    calls: int = 0
    # Until this is set, it takes its time.
    awake: asyncio.Event | None = None

    def app(self) -> Starlette:
        async def keys(_: Request) -> Response:
            self.calls += 1
            if self.awake is not None:
                await self.awake.wait()
            return JSONResponse({"keys": [self.key.as_dict(private=False)]})

        return Starlette(routes=[Route("/realms/staff/jwks", keys)])

    def trusted(self, **more: Any) -> TrustedIssuer:
        told = {"name": "staff", "issuer": PROVIDER, "jwks_url": f"{PROVIDER}/jwks", "audience": "api://heatshield"}
        return TrustedIssuer.model_validate(told | {"client_id": "heatshield"} | more)

    def token(self, subject: Any, persona: Any = "nurse", *, typ: str = "at+jwt", **overrides: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": PROVIDER,
            "aud": "api://heatshield",
            "sub": str(subject),
            "persona": persona,
            "iat": now,
            "exp": now + 900,
            "sid": "evening",
            **overrides,
        }
        header = {"alg": "RS256" if isinstance(self.key, RSAKey) else "ES256", "kid": self.key.kid, "typ": typ}
        return jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, self.key)

    def logout(self, **overrides: Any) -> str:
        event = {"http://schemas.openid.net/event/backchannel-logout": {}}
        told = {"aud": "heatshield", "events": event, "jti": str(uuid7()), "persona": None, "sub": None}
        return self.token("anybody", typ="logout+jwt", **{**told, **overrides})


@dataclass
class System:
    """A trust's integration engine, known by the public part of its key."""

    name: str = "trust-tie"
    key: Key = field(default_factory=lambda: ECKey.generate_key("P-384", {"kid": "tie-1"}))

    def jwks(self) -> dict[str, Any]:
        return KeySet([self.key]).as_dict(private=False)  # type: ignore[return-value]

    def registration(self, **more: Any) -> dict[str, Any]:
        told = {"id": str(uuid7()), "oauth_client_id": self.name, "name": "Integration engine", "persona": "integrator"}
        return {**told, "scopes": ["system/Patient.rs", "system/Appointment.r"], "jwks": self.jwks(), **more}

    def assertion(self, *, header: dict[str, Any] | None = None, key: Key | None = None, **overrides: Any) -> str:
        claims = {
            "iss": self.name,
            "sub": self.name,
            "aud": TOKEN_URL,
            "exp": int(time.time()) + 240,
            "jti": str(uuid7()),
            **overrides,
        }
        signing = key or self.key
        alg = "RS384" if isinstance(signing, RSAKey) else "ES384"
        named = {"alg": alg, "kid": self.key.kid, "typ": "JWT", **(header or {})}
        kept = {name: value for name, value in named.items() if value is not None}
        told = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, told, signing, algorithms=["ES384", "RS384", "ES256", "RS256", "HS256"])

    def asks(self, scope: str | None = "system/Patient.rs", **overrides: Any) -> dict[str, str]:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(),
            "scope": scope,
            **overrides,
        }
        return {name: value for name, value in form.items() if value is not None}
