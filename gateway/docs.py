"""One OpenAPI document for all services, and a page to read it and try it, with no file from elsewhere."""

import asyncio
import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.types import Message, Scope

from gateway.routes import SERVICES
from gateway.upstreams import ServiceBroken, Upstream

DOCUMENT_SECONDS = 3
# What all services have alike, under the same names.
SHARED = ("parameters", "responses")
# What is reached by the path that the service itself has for it.
WHOLE = ("/fhir/", "/auth/", "/refer/")
METHODS = {"get", "put", "post", "patch", "delete", "options"}
INLINE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
POLICY = (
    "default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def assets() -> Path:
    """Swagger UI's files, from the package that carries them."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise RuntimeError("fastapi-offline is not installed")
    return Path(spec.origin).parent / "static"


def page() -> HTMLResponse:
    """The page, which may run its own script and no other."""
    made = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Heatshield API",
        swagger_js_url="/docs/assets/swagger-ui-bundle.js",
        swagger_css_url="/docs/assets/swagger-ui.css",
        swagger_favicon_url="/docs/assets/favicon.png",
    )
    scripts = " ".join(f"'sha256-{_digest(script)}'" for script in INLINE.findall(bytes(made.body)))
    made.headers["Content-Security-Policy"] = POLICY.format(scripts=scripts)
    return made


def _digest(script: bytes) -> str:
    return b64encode(hashlib.sha256(script).digest()).decode()


async def merged(upstreams: Mapping[str, Upstream]) -> dict[str, Any]:
    """Every service's own document under its prefix. A service that has none to give now is left out and named."""
    parts = await asyncio.gather(*(_part(name, upstreams[name]) for name in SERVICES), return_exceptions=True)
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Heatshield", "version": "1", "description": "The back office for self-led care teams."},
        "paths": {},
        "components": {name: {} for name in SHARED}
        | {"schemas": {}, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "security": [{"bearer": []}],
        "x-services-away": [],
    }
    for service, part in zip(SERVICES, parts, strict=True):
        if isinstance(part, BaseException):
            whole["x-services-away"].append(service)
        else:
            whole["paths"] |= part["paths"]
            for name in ("schemas", *SHARED):
                whole["components"][name] |= part[name]
    return whole


async def _part(service: str, upstream: Upstream) -> dict[str, dict[str, Any]]:
    """One service's paths and schemas. They get its name, since two services may each have their own `Rule`."""
    async with asyncio.timeout(DOCUMENT_SECONDS):
        document = await _document(upstream)
    at = "#/components/schemas/"
    named = json.loads(document.replace(at, f"{at}{service}."))
    paths = {}
    # No address here leads to what lies between the services.
    public = {path: item for path, item in named["paths"].items() if not path.startswith("/inside/")}
    for path, operations in public.items():
        for method in METHODS & operations.keys():
            operation = operations[method]
            operation["operationId"] = f"{service}.{operation['operationId']}"
            operation["tags"] = [f"{service}: {tag}" for tag in operation.get("tags", ["other"])]
        paths[path if path.startswith(WHOLE) else f"/{service}{path}"] = operations
    parts = named.get("components", {})
    schemas = {f"{service}.{name}": schema for name, schema in parts.get("schemas", {}).items()}
    return {"paths": paths, "schemas": schemas, **{name: parts.get(name, {}) for name in SHARED}}


async def _document(upstream: Upstream) -> str:
    """Raises `ServiceBroken` when the answer is not a success."""
    chunks: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message.get("status", 200) != 200:
            raise ServiceBroken
        chunks.append(message.get("body", b""))

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/openapi.json",
        "raw_path": b"/openapi.json",
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"service")],
        "client": None,
        "server": None,
        "state": {},
    }
    await upstream.forward(scope, receive, send)
    return b"".join(chunks).decode()
