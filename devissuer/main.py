"""Issues real, signed access tokens for made-up people: keys in memory, a new one at every start."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qs

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import ECKey
from uuid6 import uuid7

ISSUER = "https://dev-issuer.invalid"
AUDIENCE = "heatshield"
LIFE_SECONDS = 900
# A real partner's system is granted no more than was agreed with it.
SYSTEMS = {"integrator", "council"}
SYSTEM_SCOPE = (
    "system/*.cruds events:read referrals:write referrals:read agency-care:write council-facts:read"
    " systmone-entries:write"
)


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in: whom the token names, and in which role."""

    subject: str
    persona: str
    title: str


class Issuer:
    """Signs RFC 9068 access tokens with ES256."""

    def __init__(self) -> None:
        self._key = ECKey.generate_key("P-256", {"kid": f"dev-{secrets.token_hex(8)}", "use": "sig"})

    def jwks(self) -> dict[str, Any]:
        return {"keys": [self._key.as_dict(private=False)]}

    def token(self, subject: str, role: str, **overrides: Any) -> str:
        """An access token; `overrides` replaces claims, and None removes one, to make hostile tokens in tests."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "persona": role,
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "auth_time": now,
            "acr": "AAL2",
            "jti": str(uuid7()),
        }
        kept = {name: value for name, value in (claims | overrides).items() if value is not None}
        return jwt.encode({"alg": "ES256", "kid": self._key.kid, "typ": "at+jwt"}, kept, self._key)


class Refused(Exception):
    """An error in the words of RFC 6749, 5.2."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(error)
        self.status, self.body = status, {"error": error, "error_description": description}


async def _form(request: Request) -> dict[str, str]:
    """Raises `Refused` when the body is not the ASCII that a form is made of."""
    try:
        sent = (await request.body()).decode("ascii")
        return {name: values[0] for name, values in parse_qs(sent).items()}
    except ValueError as error:
        raise Refused(400, "invalid_request", "Send a form, with its names and values percent-encoded.") from error


async def _refused(_: Request, error: Refused) -> JSONResponse:
    return JSONResponse(error.body, error.status)


Form = Annotated[dict[str, str], Depends(_form)]


def create_app(people: Mapping[str, Person], issuer: Issuer | None = None) -> FastAPI:
    """`people` may sign in by name at /dev/token, without a password."""
    app = FastAPI(title="Development issuer", docs_url=None, redoc_url=None)
    app.exception_handler(Refused)(_refused)
    issuer = issuer or Issuer()

    def granted(subject: str, persona: str) -> dict[str, Any]:
        scope = SYSTEM_SCOPE if persona in SYSTEMS else None
        return {
            "access_token": issuer.token(subject, persona, scope=scope),
            "token_type": "Bearer",
            "expires_in": LIFE_SECONDS,
        }

    @app.get("/jwks")
    async def jwks() -> dict[str, Any]:
        return issuer.jwks()

    @app.get("/dev/people")
    async def who() -> dict[str, str]:
        return {name: person.title for name, person in people.items()}

    @app.post("/dev/token")
    async def sign_in(form: Form) -> dict[str, Any]:
        """Sign in as one of the made-up people, without a password."""
        person = people.get(form.get("person", ""))
        if person is None:
            raise Refused(400, "invalid_request", f"Send person=NAME, where NAME is one of: {', '.join(people)}")
        return granted(person.subject, person.persona)

    return app
