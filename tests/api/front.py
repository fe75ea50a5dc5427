"""Every service behind one address, as the gateway has them, for whoever brings an internal token; it listens."""

from collections.abc import MutableMapping
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import docs
from gateway.upstreams import AppUpstream


class Front:
    """Counts the calls, and remembers each that failed for our sake, or told a caller what is another team's."""

    def __init__(self, apps: dict[str, ASGIApp]) -> None:
        self._apps = apps
        self.document: dict[str, Any] = {}
        self.calls = 0
        self.faults: list[str] = []
        # By the Authorization header of a caller, the words that are another team's.
        self.secrets: dict[bytes, bytes] = {}

    async def prepare(self) -> None:
        """Write the one document of all."""
        whole = await docs.merged({name: AppUpstream(app) for name, app in self._apps.items()})
        # What lies between the services has no address here.
        whole["paths"] = {path: item for path, item in whole["paths"].items() if "/inside/" not in path}
        self.document = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/openapi.json":
            await JSONResponse(self.document)(scope, receive, send)
            return
        self.calls += 1
        first, _, rest = scope["path"].lstrip("/").partition("/")
        app, path = self._apps.get(first), f"/{rest}"
        if first == "fhir":
            app, path = self._apps["interop"], scope["path"]
        if app is None:
            await JSONResponse({}, 404)(scope, receive, send)
            return
        raw = scope["raw_path"] if first == "fhir" else scope["raw_path"][len(first) + 1 :]
        await self._watched(app, {**scope, "path": path, "raw_path": raw}, receive, send)

    async def _watched(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        caller = dict(scope["headers"]).get(b"authorization", b"")
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
