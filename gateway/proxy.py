"""The data path: a raw path that cannot be read two ways, headers by an allow-list, errors as problem details."""

import logging
import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from opentelemetry import trace
from opentelemetry.propagate import inject
from starlette.types import Message, Receive, Scope, Send

from gateway import refusals
from gateway.exchange import Exchange, carried
from gateway.routes import Route, find, takes_pieces
from gateway.upstreams import Headers, Upstream, UpstreamFailed

log = logging.getLogger(__name__)

# Dots, doubled or encoded slashes, backslashes, parameters, what is encoded twice and control bytes mean one path to us
# and another to a service.
AMBIGUOUS = re.compile(
    rb"//|/\.{1,2}(/|$)|[\\;]|%2e|%2f|%5c|%25|%3b|%c[01]|%00|%0[ad]|[\x00-\x20\x7f-\xff]", re.IGNORECASE
)
TOKEN = re.compile(rb"(^|&)access_token=", re.IGNORECASE)
BODILESS, TELLS_OF_BODY = ("GET", "HEAD", "OPTIONS"), (b"content-length", b"transfer-encoding", b"content-type")
PASSED_ON = frozenset(
    b"accept accept-encoding accept-language break-glass cache-control content-language "
    b"content-length content-type if-match if-modified-since if-none-exist if-none-match if-unmodified-since "
    b"idempotency-key prefer range user-agent x-correlation-id nhsd-target-identifier nhsd-end-user-organisation "
    b"nhsd-requesting-practitioner nhsd-requesting-software use-context transfer-encoding "
    b"device-id tus-resumable upload-length upload-offset upload-metadata upload-checksum".split()
)
# What tus may ask for in the place of POST, where a client cannot say it itself.
OVERRIDE, OVERRIDING = b"x-http-method-override", {b"PATCH": "PATCH", b"DELETE": "DELETE"}
# What a service calls itself where it makes an address of its own.
HOST, ITSELF = b"service", b"http://service/"
# The caller was gone before there was an answer: nobody reads this, but the log does (nginx's number for it).
GONE = 499


class Proxy:
    """An ASGI app that answers with the service's own answer."""

    exchange: Exchange

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = routes
        self.upstreams: Mapping[str, Upstream] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        refused = _refusal(scope, raw)
        route = None if refused else find(self.routes, raw.decode("ascii"))
        if route is None:
            answer = refusals.answer(scope, refused or refusals.NoSuchService())
            await answer(scope, receive, send)
            return
        scope["route"] = route
        trace.get_current_span().update_name(f"{scope['method']} {route.prefix}")
        passage = Passage(route, self.upstreams[route.service], self.exchange, scope, receive, send)
        await passage.run(raw.decode("ascii"))


class Passage:
    """One request to a service, and its answer."""

    def __init__(
        self, route: Route, upstream: Upstream, exchange: Exchange, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._route, self._upstream, self._exchange = route, upstream, exchange
        self._scope, self._receive, self._send = scope, receive, send
        self._is_caller_gone = self._has_started = self._has_heard = False

    async def run(self, path: str) -> None:
        receive = self._hear_no_body if self._scope["method"] in BODILESS else self._hear
        try:
            inner = _inner(self._route, path, self._scope)
            await self._sign_in(inner["headers"])
            await self._upstream.forward(inner, receive, self._say)
        except UpstreamFailed as error:
            if not self._is_caller_gone:
                log.warning("service did not answer", extra={"service": self._route.service, "error": error.code()})
            if not self._has_started and not self._is_caller_gone:
                answer = refusals.answer(self._scope, error)
                await answer(self._scope, self._receive, self._send)
        if self._is_caller_gone and not self._has_started:
            # The server has told the caller why, if it was the server who broke it off.
            status = self._scope["state"].get("refused", GONE)
            await self._send({"type": "http.response.start", "status": status, "headers": []})
            await self._send({"type": "http.response.body"})

    async def _sign_in(self, headers: Headers) -> None:
        """Add the token that holds at this service alone, in the place of what the caller carries.

        Without any the service says so itself, in its own form. Raises `SignInAway`.
        """
        credential = None if self._route.is_open else carried(self._scope["method"], self._scope["headers"])
        if credential is not None:
            token = await self._exchange.inside(credential, self._route.service)
            headers.append((b"authorization", f"Bearer {token}".encode()))

    async def _hear(self) -> Message:
        message = await self._receive()
        self._is_caller_gone = self._is_caller_gone or message["type"] == "http.disconnect"
        return message

    async def _hear_no_body(self) -> Message:
        """Whatever was sent: the method has none."""
        if not self._has_heard:
            self._has_heard = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await self._hear())["type"] != "http.disconnect":
            pass
        return message

    async def _say(self, message: Message) -> None:
        if self._is_caller_gone and not self._has_started:
            return
        self._has_started = True
        if message["type"] == "http.response.start" and 300 <= message["status"] < 400:
            message["headers"] = [self._seen_from_outside(*pair) for pair in message["headers"]]
        await self._send(message)

    def _seen_from_outside(self, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        """A service that redirects to itself means its own place here."""
        if name == b"location" and value.startswith(ITSELF):
            return name, self._route.stripped.encode() + value[len(ITSELF) - 1 :]
        return name, value


def _refusal(scope: Scope, raw: bytes) -> refusals.Refusal | None:
    # What may be sent to a place in pieces is asked there; all else is in the API's description.
    if scope["method"] not in refusals.METHODS and not (scope["method"] == "OPTIONS" and takes_pieces(raw)):
        return refusals.MethodNotAllowed()
    if AMBIGUOUS.search(raw):
        return refusals.AmbiguousPath()
    return refusals.TokenInAddress() if TOKEN.search(scope["query_string"]) else None


def _inner(route: Route, path: str, scope: Scope) -> Scope:
    """The request as the service sees it."""
    inner_path, method, headers = route.upstream_path(path), _method(path, scope), _headers(route, scope)
    if method in BODILESS:
        headers = [pair for pair in headers if pair[0] not in TELLS_OF_BODY]
    return {
        "type": "http",
        "asgi": scope["asgi"],
        "http_version": scope["http_version"],
        # The server keeps the body of the answer to itself when HEAD was asked.
        "method": "GET" if method == "HEAD" else method,
        "scheme": "http",
        "path": unquote(inner_path),
        "raw_path": inner_path.encode("ascii"),
        "query_string": scope["query_string"],
        "root_path": "",
        "headers": headers,
        "client": scope.get("client"),
        "server": scope.get("server"),
        "state": {},
    }


def _method(path: str, scope: Scope) -> str:
    """As it was sent, or as tus lets it be said in a header."""
    said = next((value for name, value in scope["headers"] if name == OVERRIDE), b"")
    is_meant = scope["method"] == "POST" and takes_pieces(path.encode("ascii"))
    return OVERRIDING.get(said, "POST") if is_meant else str(scope["method"])


def _headers(route: Route, scope: Scope) -> Headers:
    passed_on = PASSED_ON | {b"cookie"} if route.is_open and not route.is_by_link else PASSED_ON
    kept = [(name, value) for name, value in scope["headers"] if name in passed_on]
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    carrier: dict[str, str] = {}
    inject(carrier)
    added = {
        b"host": HOST,
        b"x-request-id": scope["state"]["request_id"].encode(),
        # For the audit trail: the address that the server saw, whatever the caller says of it.
        b"x-forwarded-for": (scope["client"] or ("",))[0].encode(),
        b"x-forwarded-host": host,
        b"x-forwarded-proto": scope["scheme"].encode(),
        **{name.encode(): value.encode() for name, value in carrier.items()},
    }
    return [*kept, *added.items()]
