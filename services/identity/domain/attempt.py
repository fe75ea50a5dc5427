"""A sign-in on its way: a browser that was sent to its provider and is awaited back (RFC 7636, OpenID Connect Core)."""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Self
from urllib.parse import urlencode

from sqlmodel import Field

from services.common.models import INSTANT, Stored
from services.identity.domain.base import Base
from services.identity.domain.sign_in import fingerprint
from services.identity.domain.trusted_issuer import TrustedIssuer

# Somebody looks for a smartcard meanwhile.
AWAITED = timedelta(minutes=10)
BYTES = 32


class Attempt(Stored, Base, table=True):
    """What the answer will be held to. The browser has a cookie of its own, so that nobody is signed in as another."""

    issuer: str
    state: str = Field(unique=True)
    nonce: str
    verifier: str = Field(repr=False)
    browser: str
    return_to: str
    until: datetime = Field(sa_type=INSTANT, index=True)

    @classmethod
    def begun(cls, issuer: TrustedIssuer, return_to: str, now: datetime) -> tuple[Self, str]:
        """The attempt, and the cookie for the browser that makes it."""
        browser, state, nonce, verifier = (secrets.token_urlsafe(BYTES) for _ in range(4))
        made = cls(
            issuer=issuer.issuer,
            state=state,
            nonce=nonce,
            verifier=verifier,
            browser=fingerprint(browser),
            return_to=return_to,
            until=now + AWAITED,
        )
        return made, browser

    def address(self, issuer: TrustedIssuer, redirect_uri: str, max_age: int) -> str:
        """Where the browser goes to sign in."""
        asked = {
            "response_type": "code",
            "client_id": issuer.client_id,
            "redirect_uri": redirect_uri,
            "scope": issuer.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": self._challenge(),
            "code_challenge_method": "S256",
            # With it the provider has to say when somebody signed in (OpenID Connect Core, 3.1.2.1).
            "max_age": str(max_age),
            **({"acr_values": issuer.acr_values} if issuer.acr_values else {}),
            **({"prompt": issuer.prompt} if issuer.prompt else {}),
        }
        return f"{issuer.authorization_endpoint}?{urlencode(asked)}"

    def _challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def local_path(path: str) -> str:
    """A path of ours, or the front page: nobody is sent elsewhere after signing in."""
    is_plain = path.isascii() and path.isprintable() and not set(path) & set("\\ #")
    return path if path.startswith("/") and not path.startswith("//") and is_plain else "/"
