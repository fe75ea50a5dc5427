"""Tokens as identity gives them, signed with its own rules; and what it answers to the processes, in its place."""

import time
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.errors import JoseError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.common.assertions import new_key, own_key, public_key
from services.common.auth import Persona
from services.common.scopes import SYSTEMS
from services.common.settings import ServiceSettings
from services.common.tokens import unproven_claims
from services.identity.domain.internal_token import Bearer, Signer

ISSUER = ServiceSettings().issuer
CLIENT_KEY = new_key()
# For whom the tokens are that a caller shows at the gateway.
OUTSIDE = "outside"


class Issuer:
    """One key, and whatever is wanted signed with it."""

    def __init__(self) -> None:
        self.pem = new_key()
        self.key = own_key(self.pem)
        self.signer = Signer([self.key])

    def settings(self) -> dict[str, Any]:
        """What the real identity is given, so that these tokens are its own and every process is known to it."""
        names = ("gateway", "caseload", "roster", "hr", "finance", "governance", "interop", "identity")
        known = {f"svc:{name}": public_key(CLIENT_KEY) for name in names}
        return {"signing_keys": [self.pem], "processes": known}

    def jwks(self) -> dict[str, Any]:
        return self.signer.jwks()

    def token(self, subject: str, persona: str, audience: str = OUTSIDE, **overrides: Any) -> str:
        """A fresh sign-in's access token; `overrides` replaces claims, and None removes one, to make hostile tokens."""
        known = Persona(persona) if persona in set(Persona) else Persona.NURSE
        scope = (
            "system/*.cruds events:read referrals:write referrals:read returns:read agency-care:write "
            "council-facts:read systmone-entries:write"
            if known in SYSTEMS
            else ""
        )
        now = int(time.time())
        claims = Bearer(subject, known, "test", scope, assurance="AAL2", signed_in_at=now).claims(ISSUER, audience, now)
        told = {**claims, "persona": persona, **overrides}
        return self.signer.sign({name: value for name, value in told.items() if value is not None})

    def app(self) -> Starlette:
        """What identity answers inside: a token is had for the asking, and nobody has signed out."""

        async def keys(_: Request) -> Response:
            return JSONResponse(self.jwks())

        async def token(request: Request) -> Response:
            granted = self._granted(dict(parse_qsl((await request.body()).decode())))
            if granted is None:
                return JSONResponse({"error": "invalid_grant"}, 400)
            return JSONResponse({"access_token": granted, "token_type": "Bearer", "expires_in": 300})

        async def away(_: Request) -> Response:
            return JSONResponse({"code": "unavailable", "detail": "Away.", "errors": []}, 503)

        async def nothing_ended(_: Request) -> Response:
            return JSONResponse({})

        return Starlette(
            routes=[
                Route("/inside/jwks", keys),
                Route("/inside/token", token, methods=["POST"]),
                Route("/inside/revocations", nothing_ended),
                Route("/v1/{path:path}", away, methods=["GET", "POST"]),
            ]
        )

    def _granted(self, sent: dict[str, str]) -> str | None:
        if "subject_token" in sent:
            return self.exchanged(sent["subject_token"], sent["audience"])
        name = unproven_claims(sent["client_assertion"])["sub"]
        return self.token(name, "service", sent["audience"])

    def exchanged(self, token: str, audience: str) -> str | None:
        """A token for this service in the place of one of ours, or nothing for any other."""
        try:
            claims = jwt.decode(token, self.key, algorithms=["ES256"]).claims
        except (JoseError, ValueError):
            return None
        return self.token(claims["sub"], claims["persona"], audience)
