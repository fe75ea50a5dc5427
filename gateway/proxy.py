"""The data path: a raw path that cannot be read two ways, headers by an allow-list, errors as problem details."""

import logging
import re
from collections.abc import Mapping, Sequence

from opentelemetry import trace
from opentelemetry.propagate import inject
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from gateway.exchange import Exchange, carried
from gateway.routes import Route, find
from gateway.upstreams import Headers, Upstream, UpstreamFailed
from services.common.errors import problem

log = logging.getLogger(__name__)

# Dots, doubled or encoded slashes, backslashes and control bytes mean one path to us and another to a service.
AMBIGUOUS = re.compile(rb"//|/\.{1,2}(/|$)|\\|%2e|%2f|%5c|%00|%0[ad]|[\x00-\x20\x7f-\xff]", re.IGNORECASE)
PASSED_ON = frozenset(
    b"accept accept-encoding accept-language cache-control content-encoding content-language "
    b"content-length content-type if-match if-modified-since if-none-exist if-none-match if-unmodified-since "
    b"idempotency-key prefer range user-agent x-correlation-id nhsd-target-identifier nhsd-end-user-organisation "
    b"nhsd-requesting-practitioner nhsd-requesting-software use-context transfer-encoding".split()
)


class Proxy:
    """An ASGI app that answers with the service's own answer."""

    exchange: Exchange

    def __init__(self, routes: Sequence[Route]) -> None:
        self.routes = routes
        self.upstreams: Mapping[str, Upstream] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        if AMBIGUOUS.search(raw):
            answer = _refusal(request, 400, "ambiguous_path", "Send the plain path, without dots or encoded slashes.")
            await answer(scope, receive, send)
            return
        path = raw.decode("ascii")
        route = find(self.routes, path)
        if route is None:
            answer = _refusal(request, 404, "no_such_service", "See /docs for the services and their paths.")
            await answer(scope, receive, send)
            return
        scope["route"] = route
        trace.get_current_span().update_name(f"{scope['method']} {route.prefix}")
        await self._forward(route, path, scope, receive, send)

    async def _forward(self, route: Route, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            if message["type"] == "http.response.start":
                own = (b"x-request-id", b"server", b"date")
                message["headers"] = [pair for pair in message["headers"] if pair[0].lower() not in own]
            await send(message)

        try:
            inner = _inner(route, path, scope)
            await self._sign_in(route, scope, inner["headers"])
            await self.upstreams[route.service].forward(inner, receive, watched)
        except UpstreamFailed as error:
            log.warning("service did not answer", extra={"service": route.service, "error": error.code})
            if not started:
                answer = _refusal(Request(scope), error.status, error.code, error.way_out, error.headers)
                await answer(scope, receive, send)

    async def _sign_in(self, route: Route, scope: Scope, headers: Headers) -> None:
        """Add the token that holds at this service alone, in the place of what the caller carries.

        Without any the service says so itself, in its own form. Raises `IdentityAway`.
        """
        credential = None if route.is_open else carried(scope["method"], scope["headers"])
        if credential is not None:
            token = await self.exchange.inside(credential, route.service)
            headers.append((b"authorization", f"Bearer {token}".encode()))


def _inner(route: Route, path: str, scope: Scope) -> Scope:
    """The request as the service sees it."""
    inner_path = route.upstream_path(path)
    return {
        "type": "http",
        "asgi": scope["asgi"],
        "http_version": scope["http_version"],
        "method": scope["method"],
        "scheme": "http",
        "path": inner_path,
        "raw_path": inner_path.encode("ascii"),
        "query_string": scope["query_string"],
        "root_path": "",
        "headers": _headers(route, scope),
        "client": scope.get("client"),
        "server": scope.get("server"),
        "state": {},
    }


def _headers(route: Route, scope: Scope) -> Headers:
    passed_on = PASSED_ON | {b"cookie"} if route.is_open else PASSED_ON
    kept = [(name, value) for name, value in scope["headers"] if name in passed_on]
    host = next((value for name, value in scope["headers"] if name == b"host"), b"")
    carrier: dict[str, str] = {}
    inject(carrier)
    added = {
        b"host": b"service",
        b"x-request-id": scope["state"]["request_id"].encode(),
        b"x-forwarded-host": host,
        b"x-forwarded-proto": scope["scheme"].encode(),
        **{name.encode(): value.encode() for name, value in carrier.items()},
    }
    return [*kept, *added.items()]


def _refusal(
    request: Request, status: int, code: str, way_out: str, headers: dict[str, str] | None = None
) -> JSONResponse:
    at = [{"pointer": "/path", "code": code, "detail": code.replace("_", " "), "way_out": way_out}]
    return problem(request, status, code, code.replace("_", " ").capitalize() + ".", at, headers)
