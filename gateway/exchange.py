"""What a caller carries becomes a token for one service inside: asked of identity, and kept for a while (RFC 8693)."""

import asyncio
import hashlib
import logging
import re
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from itertools import islice

import httpx
from starlette.types import ASGIApp

from gateway.upstreams import ServiceAway
from services.common.assertions import ASSERTION_TYPE, assertion, own_key
from services.common.peers import AWAY, TOKENS_AT, Mounts, Peers, http_client
from services.common.revocations import Revocations
from services.common.settings import ServiceSettings
from services.common.tokens import Untrusted, header_of, unproven_claims

log = logging.getLogger(__name__)

GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
BEARER = "urn:ietf:params:oauth:token-type:access_token"
COOKIE = "urn:heatshield:token-type:cookie"
COOKIE_NAME = "__Host-heatshield"
# What a token or a secret is made of (RFC 9110, 11.2).
TOKEN68 = re.compile(r"[A-Za-z0-9._~+/=-]+")
# Of ours to the services: what is certainly no token, so that each refuses it in its own form.
NO_TOKEN = "-"  # noqa: S105
KEPT_SECONDS, REFUSED_SECONDS = 60.0, 5.0
MOST_KEPT = 20_000
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}


class SignInAway(ServiceAway):
    """Identity cannot be asked; those who are known go on."""

    told = "Nobody can be signed in for the moment."


@dataclass(frozen=True)
class Credential:
    """What was carried, and of which kind it is."""

    kind: str
    secret: str

    def may_be_one(self) -> bool:
        """Whether identity need be asked at all: what has not the form of a token is none."""
        if self.kind == COOKIE:
            return True
        try:
            header_of(self.secret)
        except Untrusted:
            return False
        return True

    def key(self, audience: str) -> bytes:
        return hashlib.sha256(f"{audience}\n{self.kind}\n{self.secret}".encode()).digest()


@dataclass(frozen=True)
class Kept:
    """A token for one service, or its refusal, and until when it is used. The rest tells whether it ends before."""

    token: str
    until: float
    session: str | None = None
    subject: str = ""
    issued_at: int = 0


@dataclass
class Exchange:
    """Exchanges at identity, and remembers."""

    settings: ServiceSettings
    http: httpx.AsyncClient
    revocations: Revocations
    _kept: dict[bytes, Kept] = field(default_factory=dict)
    _asking: dict[bytes, "asyncio.Task[Kept]"] = field(default_factory=dict)

    async def inside(self, credential: Credential, audience: str) -> str:
        """The token for this service, or what every service refuses. Raises `SignInAway`."""
        if not credential.may_be_one():
            return NO_TOKEN
        key = credential.key(audience)
        kept = self._kept.get(key)
        if kept is None or kept.until <= time.monotonic():
            kept = await self._once(key, credential, audience)
        if self.revocations.ended.holds_for(kept.session, kept.subject, kept.issued_at):
            return NO_TOKEN
        return kept.token

    async def _once(self, key: bytes, credential: Credential, audience: str) -> Kept:
        """However many wait, identity is asked once."""
        task = self._asking.get(key)
        if task is None:
            task = self._asking[key] = asyncio.create_task(self._ask(credential, audience))
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        kept = await asyncio.shield(task)
        if len(self._kept) >= MOST_KEPT:
            # The oldest go: whoever makes tokens up does not sign everybody out of the memory.
            for oldest in list(islice(self._kept, MOST_KEPT // 10)):
                del self._kept[oldest]
        self._kept[key] = kept
        return kept

    async def _ask(self, credential: Credential, audience: str) -> Kept:
        form = {
            "grant_type": GRANT,
            "audience": audience,
            "subject_token": credential.secret,
            "subject_token_type": credential.kind,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self.settings.client_key, "svc:gateway", TOKENS_AT),
        }
        try:
            answer = await self.http.post(f"{self.settings.peer_url('identity')}{TOKENS_AT}", data=form)
        except httpx.TransportError as error:
            raise SignInAway from error
        if answer.status_code in AWAY or answer.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
            raise SignInAway
        if answer.status_code != HTTPStatus.OK:
            if b'"invalid_grant"' not in answer.content:
                log.error("identity refuses the gateway", extra={"status": answer.status_code})
                raise SignInAway
            return Kept(NO_TOKEN, time.monotonic() + REFUSED_SECONDS)
        return _kept(answer.json())


@asynccontextmanager
async def exchanging(settings: ServiceSettings, near: Mapping[str, ASGIApp]) -> AsyncIterator[Exchange]:
    """While it lasts, ended sign-ins are heard of. `near` are the services in this same process."""
    within = {f"all://{name}": httpx.ASGITransport(app, raise_app_exceptions=False) for name, app in near.items()}
    if settings.app_env == "production":
        own_key(settings.client_key)
    async with http_client(Mounts(within)) as http:
        peers = Peers("gateway", settings, http)
        revocations = Revocations(lambda: peers.get("identity", "/inside/revocations"))
        following = asyncio.create_task(revocations.follow())
        try:
            yield Exchange(settings, http, revocations)
        finally:
            following.cancel()


def _kept(granted: dict[str, object]) -> Kept:
    """Raises `SignInAway` for what is no answer of identity's."""
    token, seconds = granted.get("access_token"), granted.get("expires_in")
    if not isinstance(token, str) or not isinstance(seconds, int):
        raise SignInAway
    try:
        claims = unproven_claims(token)
    except Untrusted as error:
        raise SignInAway from error
    until = time.monotonic() + min(seconds, KEPT_SECONDS)
    return Kept(token, until, claims.get("sid"), claims["sub"], claims["iat"])


def carried(method: str, headers: Iterable[tuple[bytes, bytes]]) -> Credential | None:
    """What this request carries: a bearer token, or the cookie of a browser that asks from our own pages."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        found.setdefault(name, value)
    scheme, _, token = found.get(b"authorization", b"").decode("latin-1").partition(" ")
    if scheme:
        is_token = TOKEN68.fullmatch(token.strip())
        return Credential(BEARER, token.strip() if is_token else NO_TOKEN) if scheme.lower() == "bearer" else None
    secret = _cookie(found.get(b"cookie", b"").decode("latin-1"))
    if not TOKEN68.fullmatch(secret) or (method not in SAFE_METHODS and not _is_from_our_pages(found)):
        return None
    return Credential(COOKIE, secret)


def _cookie(sent: str) -> str:
    try:
        morsel = SimpleCookie(sent).get(COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def _is_from_our_pages(headers: dict[bytes, bytes]) -> bool:
    """Another site's page cannot say so: browsers set these headers themselves (Fetch Metadata, Origin)."""
    if b"sec-fetch-site" in headers:
        return headers[b"sec-fetch-site"] == b"same-origin"
    origin = headers.get(b"origin", b"").partition(b"://")
    return bool(origin[2]) and origin[2] == headers.get(b"host")
