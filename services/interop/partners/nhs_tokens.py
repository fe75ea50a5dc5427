"""Tokens of the NHS API platform: asked for with a statement that our key signed, and kept while they hold.

Source: NHS England, "Application-restricted RESTful APIs: signed JWT authentication".
"""

import asyncio
import time
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus

import httpx
from joserfc import jwt
from joserfc.jwk import RSAKey
from uuid6 import uuid7

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# The platform takes no statement that holds for more than five minutes, and each one once.
ASSERTION_SECONDS = 240
# A token is not used in its last seconds, when it could end on the way.
SPARE_SECONDS = 30
ALGORITHM = "RS512"
LEAST_BITS = 2048
NO_KEY = "CONFIG_NHS_PRIVATE_KEY: set INTEROP_NHS_PRIVATE_KEY to an RSA key of at least 2048 bits in PEM"


class NoToken(Exception):
    """The platform gave none; `status` is what it answered, or None where it did not. Nothing it said is kept."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"the NHS API platform gave no token (status {status})")
        self.status = status


@dataclass(frozen=True)
class Client:
    """This installation as an application of the platform's."""

    token_url: str
    api_key: str = field(repr=False)
    key_id: str
    private_key: str = field(repr=False)


@lru_cache(maxsize=4)
def signing_key(pem: str) -> RSAKey:
    """Raises `ValueError` for anything but an RSA key that is long enough."""
    try:
        key = RSAKey.import_key(pem)
    except ValueError as error:
        raise ValueError(NO_KEY) from error
    if not key.is_private or key.raw_value.key_size < LEAST_BITS:
        raise ValueError(NO_KEY)
    return key


def assertion(client: Client, now: int) -> str:
    """Says once that this is the application; `now` is in seconds since 1970."""
    claims = {
        "iss": client.api_key,
        "sub": client.api_key,
        "aud": client.token_url,
        "jti": str(uuid7()),
        "exp": now + ASSERTION_SECONDS,
    }
    header = {"alg": ALGORITHM, "typ": "JWT", "kid": client.key_id}
    return jwt.encode(header, claims, signing_key(client.private_key), algorithms=[ALGORITHM])


class NhsTokens:
    """One token at a time for everything that a process asks the platform."""

    def __init__(self, http: httpx.AsyncClient, client: Client) -> None:
        self._http, self._client = http, client
        self._turn = asyncio.Lock()
        self._token, self._until = "", 0.0

    async def token(self) -> str:
        """One that holds for some seconds more. Raises `NoToken`."""
        async with self._turn:
            if time.monotonic() >= self._until:
                self._token, self._until = await self._ask()
            return self._token

    def forget(self) -> None:
        """The token was refused somewhere: another is asked for next time."""
        self._until = 0.0

    async def _ask(self) -> tuple[str, float]:
        asked_at = time.monotonic()
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self._client, int(time.time())),
        }
        try:
            answer = await self._http.post(self._client.token_url, data=form, follow_redirects=False)
        except httpx.HTTPError as error:
            raise NoToken(None) from error
        if answer.status_code != HTTPStatus.OK:
            raise NoToken(answer.status_code)
        try:
            told = answer.json()
            token, seconds = str(told["access_token"]), float(told["expires_in"])
        except (ValueError, KeyError, TypeError) as error:
            raise NoToken(answer.status_code) from error
        return token, asked_at + seconds - SPARE_SECONDS
