"""Every service behind one address, as the gateway has them, for whoever brings an internal token; it listens."""

from collections.abc import MutableMapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import docs
from gateway.routes import ROUTES, find
from gateway.upstreams import AppUpstream
from tests.signing import Issuer


class Front:
    """Counts the calls, and remembers each that failed for our sake, or told a caller what is another team's."""

    def __init__(self, apps: dict[str, ASGIApp], issuer: Issuer) -> None:
        self._apps, self._issuer = apps, issuer
        self.document: dict[str, Any] = {}
        self.calls = 0
        self.faults: list[str] = []
        # By the Authorization header of a caller, the words that are another team's.
        self.secrets: dict[bytes, bytes] = {}

    async def prepare(self) -> None:
        """Write the one document of all."""
        self.document = await docs.merged({name: AppUpstream(app) for name, app in self._apps.items()})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/openapi.json":
            await JSONResponse(self.document)(scope, receive, send)
            return
        self.calls += 1
        route = find(ROUTES, scope["raw_path"].decode("ascii"))
        if route is None:
            await JSONResponse({}, 404)(scope, receive, send)
            return
        cut = len(route.stripped)
        inner = {**scope, "path": scope["path"][cut:], "raw_path": scope["raw_path"][cut:]}
        inner["headers"] = [self._exchanged(route.service, *pair) for pair in scope["headers"]]
        caller = dict(scope["headers"]).get(b"authorization", b"")
        await self._watched(self._apps[route.service], inner, caller, receive, send)

    def _exchanged(self, service: str, name: bytes, value: bytes) -> tuple[bytes, bytes]:
        """As the gateway would: a token for this service in the place of the one that was shown."""
        if name != b"authorization":
            return name, value
        token = self._issuer.exchanged(value.decode("latin-1").removeprefix("Bearer "), service)
        return name, f"Bearer {token or '-'}".encode()

    async def _watched(self, app: ASGIApp, scope: Scope, caller: bytes, receive: Receive, send: Send) -> None:
        secret, called = self.secrets.get(caller), f"{scope['method']} {scope['path']}"
        told = bytearray()

        async def heard(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 500:
                self.faults.append(f"{called}?{scope['query_string'].decode()} answered {message['status']}")
            told.extend(message.get("body", b""))
            await send(message)

        await app(scope, receive, heard)
        if secret and secret in told:
            self.faults.append(f"{called} told of another team")
