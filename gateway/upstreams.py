"""Carrying a request to a service and its answer back, streamed both ways, over HTTP or straight into an app.

aiohttp is the client here because the cost of httpx's pool grows with the square of its open connections.
"""

from collections.abc import AsyncIterator, MutableMapping
from typing import Any, ClassVar, Protocol

import aiohttp
from starlette.types import ASGIApp, Receive, Scope, Send
from yarl import URL

from gateway.refusals import Refusal

# What belongs to one connection is not passed on (RFC 9110, 7.6.1).
HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}

Headers = list[tuple[bytes, bytes]]


class UpstreamFailed(Refusal):
    """The service gave no answer of its own."""

    field = "/path"
    way_out = "Nothing is known to be saved. Send it again."


class ServiceAway(UpstreamFailed):
    """The service could not be reached, so it was asked nothing."""

    status, told = 503, "The service is away."
    way_out = "Nothing was saved. Send it again in a moment."
    headers: ClassVar[dict[str, str]] = {"Retry-After": "2"}


class ServiceBusy(ServiceAway):
    """No connection to the service could be had in time, so it was asked nothing."""

    told = "The service has no time for more requests at the moment."


class ServiceBroken(UpstreamFailed):
    """The service hung up before it answered, or its answer is no HTTP."""

    status, told = 502, "The service broke off before it had answered."


class ServiceSlow(UpstreamFailed):
    """The service was reached and did not answer in time."""

    status, told = 504, "The service did not answer in time."


class Upstream(Protocol):
    async def forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request whose path and headers are already those of the service."""


class AppUpstream:
    """A service in this very process, called without a network."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            # The service has said 500 already and re-raises for its server; over HTTP nobody would see this.
            if not started:
                raise ServiceBroken from error


class HttpUpstream:
    """A service at an address."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session, self._base = session, base.rstrip("/")

    async def forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = f"?{scope['query_string'].decode('ascii')}" if scope["query_string"] else ""
        url = URL(f"{self._base}{scope['raw_path'].decode('ascii')}{query}", encoded=True)
        sent = [(name, value) for name, value in scope["headers"] if name not in HOP_BY_HOP]
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in sent]
        body = _body(receive) if _has_body(scope["headers"]) else None
        try:
            async with self._session.request(
                scope["method"], url, headers=headers, data=body, allow_redirects=False
            ) as answer:
                kept = [(name.lower(), value) for name, value in answer.raw_headers if name.lower() not in HOP_BY_HOP]
                await send({"type": "http.response.start", "status": answer.status, "headers": kept})
                is_more = True
                while is_more:
                    chunk = await answer.content.readany()
                    is_more = not answer.content.at_eof()
                    await send({"type": "http.response.body", "body": chunk, "more_body": is_more})
        except aiohttp.ConnectionTimeoutError as error:
            raise ServiceBusy from error
        except aiohttp.ClientConnectorError as error:
            raise ServiceAway from error
        except TimeoutError as error:
            raise ServiceSlow from error
        except (aiohttp.ClientError, ValueError) as error:
            raise ServiceBroken from error


def session(connections_per_service: int, *, connect_seconds: float, silence_seconds: float) -> aiohttp.ClientSession:
    """A pool for each service. Bodies pass as they are, compressed or not.

    `connect_seconds` holds for the wait for a free connection and for making one, together.
    """
    return aiohttp.ClientSession(
        # Given up before the service gives it up, which it does after five seconds: nothing is sent into a closing one.
        connector=aiohttp.TCPConnector(limit=0, limit_per_host=connections_per_service, keepalive_timeout=4),
        timeout=aiohttp.ClientTimeout(total=None, connect=connect_seconds, sock_read=silence_seconds),
        auto_decompress=False,
        skip_auto_headers=("User-Agent", "Content-Type", "Accept", "Accept-Encoding"),
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def _has_body(headers: Headers) -> bool:
    return any(name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers)


async def _body(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise aiohttp.ClientConnectionError("the caller hung up")
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body"):
            return
