"""Questions to other services: HTTP GET, signed in as this service, never inside a transaction."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx
import stamina

from services.common.assertions import ASSERTION_TYPE, assertion
from services.common.errors import NotFound, PeerRefused, Unavailable
from services.common.outside import OutsideTransport
from services.common.settings import ServiceSettings

# What a service that is starting, stopping or without its database says of itself.
AWAY = {
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}
# Where identity gives tokens to the processes, which is also whom their assertions are for.
TOKENS_AT = "/inside/token"
RENEWED_SECONDS = 60
Mounts = dict[str, httpx.AsyncBaseTransport]


def http_client(mounts: Mounts | None) -> httpx.AsyncClient:
    """A client for a service's own, few questions. Its pool is small because its cost grows with its square."""
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
    return httpx.AsyncClient(timeout=10, limits=limits, trust_env=False, mounts=mounts or {})


def outside_client(mounts: Mounts | None, hosts_inside: Collection[str]) -> httpx.AsyncClient:
    """A client for addresses that somebody gave us: it reaches the internet and the named hosts alone."""
    transport = OutsideTransport(hosts_inside)
    return httpx.AsyncClient(timeout=10, transport=transport, trust_env=False, mounts=mounts or {})


@dataclass
class Peers:
    """Asks a sister service with an access token of this service's own."""

    service: str
    settings: ServiceSettings
    http: httpx.AsyncClient
    # For each peer the token that holds there, and until when.
    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    async def get(self, peer: str, path: str) -> Any:
        """The peer's answer as JSON.

        A token that is refused is asked for anew once, for the issuer may have new keys. Raises `NotFound` when the
        peer knows no such thing, `Unavailable` when it or the sign-in service is away, `PeerRefused` when it answers
        anything else.
        """
        url = self.settings.peer_url(peer) + path
        try:
            answer = await self._ask(peer, url)
            if answer.status_code == HTTPStatus.UNAUTHORIZED:
                self._tokens.pop(peer, None)
                answer = await self._ask(peer, url)
        except httpx.TransportError as error:
            raise Unavailable(f"{peer} is away for the moment.") from error
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise NotFound(f"record at {peer}")
        if answer.status_code in AWAY:
            raise Unavailable(f"{peer} is away for the moment.")
        if answer.status_code != HTTPStatus.OK:
            raise PeerRefused(f"{peer} answered {answer.status_code}.")
        return answer.json()

    @stamina.retry(on=httpx.TransportError, attempts=3, wait_initial=0.1, wait_max=1.0)
    async def _ask(self, peer: str, url: str) -> httpx.Response:
        return await self.http.get(url, headers={"Authorization": f"Bearer {await self._own_token(peer)}"})

    async def _own_token(self, peer: str) -> str:
        """A token by the client-credentials grant (RFC 6749, 4.4) that holds at this peer, renewed before it ends."""
        token, until = self._tokens.get(peer, ("", 0.0))
        if time.monotonic() < until - RENEWED_SECONDS:
            return token
        url = f"{self.settings.peer_url('identity')}{TOKENS_AT}"
        form = {
            "grant_type": "client_credentials",
            "audience": peer,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self.settings.client_key, f"svc:{self.service}", TOKENS_AT),
        }
        answer = await self.http.post(url, data=form)
        if answer.status_code != HTTPStatus.OK:
            raise Unavailable("The sign-in service refused this service.")
        granted = answer.json()
        self._tokens[peer] = (granted["access_token"], time.monotonic() + granted["expires_in"])
        return self._tokens[peer][0]
