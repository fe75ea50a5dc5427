"""The token that holds inside: short, for one service, and naming nobody but by id (RFC 9068)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from joserfc import jwt
from joserfc.jwk import ECKey
from uuid6 import uuid7

from services.common.auth import Persona, Principal
from services.common.tokens import LIFE_SECONDS


@dataclass(frozen=True)
class Bearer:
    """Whom a token speaks for, whatever it was exchanged from."""

    subject: str
    persona: Persona
    client_id: str
    scope: str = ""
    session: str | None = None
    assurance: str | None = None
    signed_in_at: int | None = None
    through: str | None = None
    # No token outlives what it was exchanged from, in seconds since 1970.
    until: int | None = None

    @classmethod
    def of(cls, claims: dict[str, Any]) -> Self:
        """From the proven claims of a token of ours."""
        return cls(
            subject=claims["sub"],
            persona=Persona(claims["persona"]),
            client_id=claims["client_id"],
            scope=claims.get("scope", ""),
            session=claims.get("sid"),
            assurance=claims.get("acr"),
            signed_in_at=claims.get("auth_time"),
            until=claims["exp"],
        )

    def principal(self) -> Principal:
        """Who asks, as the audit trail names them."""
        return Principal(subject=self.subject, persona=self.persona, session=self.session, through=self.through)

    def asked_by(self, process: str) -> Self:
        """The same person, in whose name a service of ours asks (RFC 8693, 4.1). The right stays the person's."""
        return replace(self, through=process)

    def claims(self, issuer: str, audience: str, now: int) -> dict[str, Any]:
        until = now + LIFE_SECONDS
        told = {
            "iss": issuer,
            "aud": audience,
            "sub": self.subject,
            "client_id": self.client_id,
            "persona": str(self.persona),
            "scope": self.scope or None,
            "iat": now,
            "exp": until if self.until is None else min(until, self.until),
            "jti": str(uuid7()),
            "sid": self.session,
            "acr": self.assurance,
            "auth_time": self.signed_in_at,
            "act": {"sub": self.through} if self.through else None,
        }
        return {name: value for name, value in told.items() if value is not None}


class Signer:
    """The keys that identity signs with. The first signs; all are published, so that one may come and one may go."""

    def __init__(self, keys: Sequence[ECKey]) -> None:
        self._keys = keys

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": "ES256"} for key in self._keys]}

    def sign(self, claims: dict[str, Any]) -> str:
        key = self._keys[0]
        return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "at+jwt"}, claims, key)
