"""Under /fhir every refusal is an OperationOutcome; elsewhere it stays the problem document it is."""

import json
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from fastapi import FastAPI, Request, Response

from services.common import errors
from services.interop.api.fhir_route import echoed, fhir
from services.interop.fhir.outcome import Issue, issue_type, operation_outcome

Handler = Callable[[Request, Any], Response | Awaitable[Response]]
NOT_OURS = {"content-length", "content-type"}


def _by_path(render: Handler) -> Callable[..., Any]:
    async def handler(request: Request, error: Exception) -> Response:
        answer = render(request, error)
        said = await answer if isawaitable(answer) else answer
        return _as_fhir(request, said) if request.url.path.startswith("/fhir") else said

    return handler


def _as_fhir(request: Request, said: Response) -> Response:
    problem = json.loads(bytes(said.body))
    issues = [
        Issue(issue_type(said.status_code), _expression(error["pointer"]), f"{error['detail']} {error['way_out']}")
        for error in problem["errors"]
    ]
    kept = {name: value for name, value in said.headers.items() if name not in NOT_OURS}
    return fhir(operation_outcome(said.status_code, issues), said.status_code, {**kept, **echoed(request)})


def _expression(pointer: str) -> str:
    """FHIR names a header or a parameter `http.` and its name."""
    name = pointer.rpartition("/")[2]
    return f"http.{name}" if name else "http"


def _handlers() -> dict[type[Exception], Callable[..., Any]]:
    """The handlers that every service has, asked of an app that has nothing else."""
    app = FastAPI(openapi_url=None)
    errors.install(app)
    return {
        kind: _by_path(render)
        for kind, render in app.exception_handlers.items()
        if isinstance(kind, type) and "websocket" not in kind.__name__.lower()
    }


HANDLERS = _handlers()
