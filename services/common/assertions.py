"""How a process of ours proves to identity which one it is: a short statement, signed with its own key (RFC 7523)."""

import time
from functools import lru_cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from uuid6 import uuid7

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE_SECONDS = 60
NO_KEY = "CONFIG_CLIENT_KEY: set <PROCESS>_CLIENT_KEY to a P-256 key in PEM, such as from `python -m services keys`"


@lru_cache(maxsize=32)
def own_key(pem: str) -> ECKey:
    """The key of a process, named by its thumbprint (RFC 7638). Raises `ValueError` for anything but a P-256 key."""
    try:
        key = ECKey.import_key(pem)
    except ValueError as error:
        raise ValueError(NO_KEY) from error
    if key.curve_name != "P-256" or not key.is_private:
        raise ValueError(NO_KEY)
    key.ensure_kid()
    return key


def new_key() -> str:
    """A new key for a process, in PEM."""
    return ECKey.generate_key("P-256").as_pem(private=True).decode()


def public_key(pem: str) -> dict[str, Any]:
    """What others verify with, as a JWK."""
    return own_key(pem).as_dict(private=False)


def assertion(pem: str, name: str, audience: str) -> str:
    """Says, for a minute and once, that this is the process of that name."""
    key, now = own_key(pem), int(time.time())
    claims = {"iss": name, "sub": name, "aud": audience, "iat": now, "exp": now + LIFE_SECONDS, "jti": str(uuid7())}
    return jwt.encode({"alg": "ES256", "kid": key.kid, "typ": "JWT"}, claims, key)
