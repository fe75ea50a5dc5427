"""Under /fhir every refusal is an OperationOutcome; elsewhere it stays the problem document it is."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from fastapi import FastAPI, Request, Response

from services.common import errors
from services.common.outcome import as_outcome, echoed, is_fhir, operation_outcome
from services.interop.api.fhir_format import negotiated
from services.interop.api.fhir_route import fhir
from services.interop.fhir.writing.refusals import NotTaken

Handler = Callable[[Request, Any], Response | Awaitable[Response]]


def _by_path(render: Handler) -> Callable[..., Any]:
    async def handler(request: Request, error: Exception) -> Response:
        answer = render(request, error)
        said = await answer if isawaitable(answer) else answer
        return negotiated(request, as_outcome(request, said)) if is_fhir(request.url.path) else said

    return handler


def _handlers() -> dict[type[Exception], Callable[..., Any]]:
    """The handlers that every service has, asked of an app that has nothing else."""
    app = FastAPI(openapi_url=None)
    errors.install(app)
    return {
        kind: _by_path(render)
        for kind, render in app.exception_handlers.items()
        if isinstance(kind, type) and "websocket" not in kind.__name__.lower()
    }


def not_taken(request: Request, error: NotTaken) -> Response:
    headers = {**error.answered_with, **echoed(request)}
    return negotiated(request, fhir(operation_outcome(error.status, error.issues), error.status, headers))


HANDLERS = {**_handlers(), NotTaken: not_taken}
