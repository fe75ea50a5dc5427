"""The providers and the partners whose keys identity reads, each asked at its own address."""

import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.common.assertions import public_key
from services.common.keys import FixedKeys, Keys, KeySource, public_keys
from services.identity.domain.internal_token import Signer
from services.identity.domain.registered_system import RegisteredSystem
from services.identity.domain.trusted_issuer import TrustedIssuer
from services.identity.settings import IdentitySettings

MOST_FAILURES, FAILURE_SECONDS = 10, 60.0
TOKENS_AT = "/auth/token"
OWN_AUDIENCE = "heatshield"


@dataclass
class Failures:
    """How often each known client has failed lately, at this replica: enough to slow down whoever guesses."""

    _at: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def note(self, client_id: str) -> None:
        self._at[client_id].append(time.monotonic())

    def too_many(self, client_id: str) -> bool:
        since, failed = time.monotonic() - FAILURE_SECONDS, self._at.get(client_id, deque())
        while failed and failed[0] < since:
            failed.popleft()
        return len(failed) >= MOST_FAILURES


class Trust:
    """Whom identity believes, and how it signs itself."""

    def __init__(self, settings: IdentitySettings, http: httpx.AsyncClient, outside: httpx.AsyncClient) -> None:
        self.settings, self.http, self._outside = settings, http, outside
        self.signer: Signer = settings.signer()
        self.failures = Failures()
        self.own_keys = FixedKeys(public_keys(self.signer.jwks()))
        self._issuers = {issuer.issuer: issuer for issuer in settings.issuers}
        self._keys = {issuer.issuer: KeySource(issuer.jwks_url, http) for issuer in settings.issuers}
        self._processes = {name: FixedKeys(keys) for name, keys in settings.process_keys().items()}
        self._clients: dict[str, KeySource] = {}

    @property
    def token_url(self) -> str:
        return f"{self.settings.public_url}{TOKENS_AT}"

    @property
    def audiences(self) -> frozenset[str]:
        """The services that a token may be for."""
        return frozenset(name.removeprefix("svc:") for name in self.settings.processes)

    def public_jwks(self) -> dict[str, Any]:
        """What providers and partners verify with: our own key as their client, and the keys that sign our tokens."""
        own = [public_key(self.settings.client_key)] if self.settings.client_key else []
        return {"keys": [*own, *self.signer.jwks()["keys"]]}

    @property
    def issuers(self) -> list[TrustedIssuer]:
        return list(self._issuers.values())

    def issuer(self, name: Any) -> TrustedIssuer | None:
        """By its `iss`, letter for letter."""
        return self._issuers.get(name) if isinstance(name, str) else None

    def keys_of(self, issuer: TrustedIssuer) -> Keys:
        return self._keys[issuer.issuer]

    def process_keys(self, name: str) -> Keys | None:
        return self._processes.get(name)

    def system_keys(self, system: RegisteredSystem) -> Keys:
        """Raises `ValueError` for keys that are none."""
        if system.jwks_url is None:
            return FixedKeys(public_keys(system.jwks))
        return self._clients.setdefault(system.jwks_url, KeySource(system.jwks_url, self._outside))
