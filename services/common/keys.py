"""The public keys of one issuer (RFC 7517): fetched when needed, kept when it is away, asked for only now and then."""

import asyncio
import json
import logging
import math
import re
import time
from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from services.common.errors import Unavailable

log = logging.getLogger(__name__)

FRESH_SECONDS = 600
# A token with an unknown key may mean a new key, or somebody who makes them up.
RETRY_SECONDS, FIRST_RETRY_SECONDS = 30, 1
# An issuer that is away does not sign anybody out; one that is away for a day is not believed for ever.
STALE_SECONDS = 24 * 3600
FETCH_SECONDS = 5
MAX_BYTES = 64 * 1024
# Whatever an address may answer in the place of keys.
NO_KEYS = (httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError, JoseError, TimeoutError)
SYMMETRIC = "oct"
MAX_AGE, NOT_KEPT = re.compile(r"\bmax-age=([0-9]{1,9})\b", re.I), re.compile(r"\bno-(?:store|cache)\b", re.I)
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "k"}


class Keys(Protocol):
    async def for_kid(self, kid: str) -> KeySet:
        """The keys among which one of this name is looked for. Raises `Unavailable`."""


@dataclass(frozen=True)
class FixedKeys:
    """Keys that are known beforehand."""

    keys: KeySet

    async def for_kid(self, kid: str) -> KeySet:
        return self.keys


@dataclass
class KeySource:
    """Where one issuer publishes its keys. Whatever a token says of other places is not looked at."""

    url: str
    http: httpx.AsyncClient
    _keys: KeySet | None = None
    _fetched_at: float = -math.inf
    _fresh_seconds: float = FRESH_SECONDS
    _tried_at: float = -math.inf
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def for_kid(self, kid: str) -> KeySet:
        """The keys, asked for anew when they are old or do not hold this one. Raises `Unavailable`."""
        if not self._knows(kid) or time.monotonic() - self._fetched_at >= self._fresh_seconds:
            await self._fetch_if_due()
        if self._keys is None or time.monotonic() - self._fetched_at > STALE_SECONDS:
            raise Unavailable("The sign-in service is away for the moment.")
        return self._keys

    def _knows(self, kid: str) -> bool:
        return self._keys is not None and any(key.kid == kid for key in self._keys.keys)

    async def _fetch_if_due(self) -> None:
        """Once for all who wait, and not again within the pause."""
        asked_at = time.monotonic()
        async with self._lock:
            pause = FIRST_RETRY_SECONDS if self._keys is None else RETRY_SECONDS
            if asked_at - self._tried_at < pause:
                return
            try:
                async with asyncio.timeout(FETCH_SECONDS):
                    self._keys, self._fetched_at = public_keys(await self._read()), time.monotonic()
            except NO_KEYS as error:
                log.warning("signing keys not fetched", extra={"error": type(error).__name__})
            finally:
                # Taken at the end, so that whoever waited for this try does not try again at once.
                self._tried_at = time.monotonic()

    async def _read(self) -> Any:
        """Raises `ValueError` for an answer that is too large or no JSON, and whatever httpx raises."""
        body = b""
        async with self.http.stream("GET", self.url, follow_redirects=False) as answer:
            answer.raise_for_status()
            self._fresh_seconds = _fresh_seconds(answer.headers.get("cache-control", ""))
            async for chunk in answer.aiter_bytes():
                body += chunk
                if len(body) > MAX_BYTES:
                    raise ValueError("more than a set of keys")
        return json.loads(body)


def _fresh_seconds(cache_control: str) -> float:
    """As long as the issuer allows (RFC 9111, 5.2.2), yet no oftener than a stranger could make us ask."""
    age = MAX_AGE.search(cache_control)
    allowed = 0.0 if NOT_KEPT.search(cache_control) else float(age[1]) if age else FRESH_SECONDS
    return min(FRESH_SECONDS, max(RETRY_SECONDS, allowed))


def public_keys(published: Any) -> KeySet:
    """Keys of a kind or a curve not known here are left out (RFC 7517, 5).

    Raises `ValueError` for anything but public keys with names: a secret that is published is none.
    """
    keys = published["keys"] if isinstance(published, dict) and isinstance(published.get("keys"), list) else None
    if not keys or not all(isinstance(key, dict) for key in keys):
        raise ValueError("no set of keys")
    if any(key.get("kty") == SYMMETRIC or PRIVATE_MEMBERS & key.keys() for key in keys):
        raise ValueError("a key that must not be published")
    named = [key for key in keys if isinstance(key.get("kid"), str)]
    if len({key["kid"] for key in named}) != len(named):
        raise ValueError("two keys of one name")
    known = [key for key in map(_imported, named) if key is not None]
    if not known:
        raise ValueError("no key that is understood")
    return KeySet(known)


def _imported(key: dict[str, Any]) -> Key | None:
    try:
        return JWKRegistry.import_key(key)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
