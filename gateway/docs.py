"""One OpenAPI document for all services, and a page to read it and try it, with no file from elsewhere."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse
from starlette.types import Message, Scope

from gateway.routes import Route
from gateway.upstreams import Upstream

METHODS = {"get", "put", "post", "patch", "delete"}


def assets() -> Path:
    """Swagger UI's files, from the package that carries them."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise RuntimeError("fastapi-offline is not installed")
    return Path(spec.origin).parent / "static"


def page() -> HTMLResponse:
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Heatshield API",
        swagger_js_url="/docs/assets/swagger-ui-bundle.js",
        swagger_css_url="/docs/assets/swagger-ui.css",
        swagger_favicon_url="/docs/assets/favicon.png",
    )


async def merged(routes: Sequence[Route], upstreams: Mapping[str, Upstream]) -> dict[str, Any]:
    """Every service's own document under its prefix. A service that is away is left out and named."""
    wanted = [route for route in routes if route.documented]
    parts = await asyncio.gather(*(_document(upstreams[route.service]) for route in wanted), return_exceptions=True)
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Heatshield", "version": "1", "description": "The back office for self-led care teams."},
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
        "security": [{"bearer": []}],
        "x-services-away": [],
    }
    for route, part in zip(wanted, parts, strict=True):
        if isinstance(part, BaseException):
            whole["x-services-away"].append(route.service)
        else:
            _add(whole, route, part)
    return whole


def _add(whole: dict[str, Any], route: Route, part: dict[str, Any]) -> None:
    """Schemas get the service's name, since two services may each have their own `Rule`."""
    schemas = "#/components/schemas/"
    named = json.loads(json.dumps(part).replace(schemas, f"{schemas}{route.service}."))
    for path, operations in named["paths"].items():
        for method in METHODS & operations.keys():
            operation = operations[method]
            operation["operationId"] = f"{route.service}.{operation['operationId']}"
            operation["tags"] = [f"{route.service}: {tag}" for tag in operation.get("tags", ["other"])]
        whole["paths"][path if path.startswith("/fhir/") else f"{route.prefix}{path}"] = operations
    for name, schema in named.get("components", {}).get("schemas", {}).items():
        whole["components"]["schemas"][f"{route.service}.{name}"] = schema


async def _document(upstream: Upstream) -> dict[str, Any]:
    chunks: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
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
    document: dict[str, Any] = json.loads(b"".join(chunks))
    return document
