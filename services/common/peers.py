"""Questions to other services: HTTP GET, signed in as this service, never inside a transaction."""

import logging
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from services.common.assertions import ASSERTION_TYPE, assertion
from services.common.errors import NotFound, PeerRefused, Unavailable
from services.common.outside import OutsideTransport, trusted
from services.common.settings import ServiceSettings
from services.common.tracing import carried

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
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS = "urn:ietf:params:oauth:token-type:access_token"
Mounts = dict[str, httpx.AsyncBaseTransport]
log = logging.getLogger(__name__)


def _note_asked_again(details: RetryDetails) -> None:
    """Without the arguments, which the library's own log line shows: there are tokens and settings in them."""
    attempts, error = details.retry_num, type(details.caused_by).__name__
    log.warning("asked again", extra={"attempts": attempts, "error": error})


set_on_retry_hooks([_note_asked_again])


def http_client(mounts: Mounts | None) -> httpx.AsyncClient:
    """A client for a service's own, few questions. Its pool is small because its cost grows with its square."""
    limits = httpx.Limits(max_connections=8, max_keepalive_connections=8)
    return httpx.AsyncClient(timeout=10, limits=limits, verify=trusted(), trust_env=False, mounts=mounts or {})


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

    def in_name_of(self, token: str) -> "InNameOf":
        """For whoever called with this token, whose questions of one request are asked with one exchanged token."""
        return InNameOf(self, token)

    async def get(self, peer: str, path: str, *, named: "InNameOf | None" = None) -> Any:
        """The peer's answer as JSON; in somebody's name, as the peer answers them.

        A token that is refused is asked for anew once, for the issuer may have new keys. Raises `NotFound` when the
        peer knows no such thing, `Unavailable` when it or the sign-in service is away, `PeerRefused` when it answers
        anything else.
        """
        url = self.settings.peer_url(peer) + path
        try:
            answer = await self._ask(peer, url, named)
            if answer.status_code == HTTPStatus.UNAUTHORIZED:
                (self._tokens if named is None else named.exchanged).pop(peer, None)
                answer = await self._ask(peer, url, named)
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
    async def _ask(self, peer: str, url: str, named: "InNameOf | None") -> httpx.Response:
        token = await (self._own_token(peer) if named is None else self._token_of(peer, named))
        return await self.http.get(url, headers={"Authorization": f"Bearer {token}", **carried()})

    async def _token_of(self, peer: str, named: "InNameOf") -> str:
        """One that holds at this peer for them (RFC 8693), exchanged once."""
        if peer not in named.exchanged:
            exchange = {"grant_type": EXCHANGE, "subject_token": named.token, "subject_token_type": ACCESS}
            named.exchanged[peer] = str((await self._granted(peer, exchange))["access_token"])
        return named.exchanged[peer]

    async def _own_token(self, peer: str) -> str:
        """A token by the client-credentials grant (RFC 6749, 4.4) that holds at this peer, renewed before it ends."""
        token, until = self._tokens.get(peer, ("", 0.0))
        if time.monotonic() < until - RENEWED_SECONDS:
            return token
        granted = await self._granted(peer, {"grant_type": "client_credentials"})
        self._tokens[peer] = (granted["access_token"], time.monotonic() + granted["expires_in"])
        return self._tokens[peer][0]

    async def _granted(self, peer: str, asked: dict[str, str]) -> Any:
        """What the sign-in service grants this process at the peer. Raises `Unavailable`."""
        form = {
            **asked,
            "audience": peer,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self.settings.client_key, f"svc:{self.service}", TOKENS_AT),
        }
        answer = await self.http.post(f"{self.settings.peer_url('identity')}{TOKENS_AT}", data=form)
        if answer.status_code != HTTPStatus.OK:
            raise Unavailable("The sign-in service refused this service.")
        return answer.json()


@dataclass
class InNameOf:
    """Questions to other services in the name of whoever called, for the time of one request."""

    peers: Peers
    token: str = field(repr=False)
    exchanged: dict[str, str] = field(default_factory=dict, repr=False)

    async def get(self, peer: str, path: str) -> Any:
        """As `Peers.get`, as the peer answers them."""
        return await self.peers.get(peer, path, named=self)
