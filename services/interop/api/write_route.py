"""What the writing routes under /fhir share: each message is kept as it came, and each refusal names the place."""

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from fastapi import APIRouter, Request, Response

from services.common import body, idempotency
from services.common.auth import Principal
from services.common.body import UnsupportedMediaType
from services.common.outcome import MEDIA_TYPE, Issue, echoed, operation_outcome
from services.common.scopes import is_granted, require_scope
from services.interop import usecases
from services.interop.api import fhir_asked
from services.interop.api.fhir_format import declared, document, negotiated
from services.interop.api.fhir_route import PREFIX, fhir, public_base
from services.interop.api.kept_route import KeptRoute
from services.interop.fhir import bundle
from services.interop.fhir.writing import patch
from services.interop.fhir.writing.refusals import WRITABLE

RETURN = re.compile(r"return=(minimal|representation|OperationOutcome)", re.IGNORECASE)
RIGHTS = {"POST": "c", "PUT": "u", "PATCH": "u"}
JSON = {MEDIA_TYPE, "application/json"}
ALL_WELL = Issue("informational", "http", "It was taken as it was sent.", severity="information")


class WriteRoute(KeptRoute):
    """FHIR's own rules for what may be sent again stand here; an Idempotency-Key is kept to as well, if one is sent."""

    honours_idempotency_key: ClassVar[bool] = False

    def check_query(self, request: Request, known: frozenset[str]) -> None:
        """A condition is read strictly by the search that it is."""

    async def ask_around(self, request: Request, actor: Principal) -> None:
        """Who may write nothing at all has nothing kept here: the route refuses, or a batch only reads.

        Raises `InsufficientScope`.
        """
        kind, right = request.path_params.get("resource_type"), RIGHTS[request.method]
        if kind in WRITABLE:
            require_scope(actor, f"system/{kind}.{right}")
        if not any(is_granted(actor, f"system/{one}.{way}") for one in WRITABLE for way in set(RIGHTS.values())):
            return
        async with request.app.state.database.transaction(actor) as tx:
            kept = await usecases.keep_plain_message(tx, await request.body(), declared(request))
        request.state.kept, request.state.sender = kept, actor

    async def _note(self, request: Request, status: int) -> None:
        """What was written is noted with it."""
        if not hasattr(request.state, "written"):
            await super()._note(request, status)

    async def handled(self, request: Request, handle: idempotency.Handle) -> Response:
        """In the format that the caller wants."""
        if request.method != "POST" or idempotency.HEADER not in request.headers:
            return negotiated(request, await handle(request))
        answer = await idempotency.once(request, request.state.transaction, self.path, handle)
        return negotiated(request, answer)


def write_router(*, tags: list[str]) -> APIRouter:
    return APIRouter(prefix=PREFIX, tags=list(tags), route_class=WriteRoute)


def require_patch(request: Request) -> None:
    """Raises `UnsupportedMediaType`."""
    if declared(request) not in {*JSON, patch.MEDIA_TYPE}:
        raise NotAPatch("The body is not declared as a JSON Patch.")


class NotAPatch(UnsupportedMediaType):
    way_out = "Send application/json-patch+json."


def answered(request: Request, done: usecases.Done, prefer: str | None) -> Response:
    """What was written, or nothing, or words about it, as `Prefer` asks (FHIR R4, 3.1.0.1.1)."""
    row = done.row
    request.state.written = True
    headers = fhir_asked.version_headers(row) | echoed(request)
    if done.status == 201:
        place = f"{row.resource_type}/{row.resource_id}/_history/{row.version}"
        headers["Location"] = f"{public_base(request)}/{place}"
    wanted = RETURN.search(prefer or "")
    match wanted[1].lower() if wanted else "representation":
        case "minimal":
            return Response(status_code=done.status, headers=headers)
        case "operationoutcome":
            return fhir(said(done.warnings), done.status, headers)
    return fhir(bundle.rendered(row), done.status, headers)


def said(warnings: Sequence[Issue]) -> dict[str, Any]:
    """Words about what was taken: no code of a refusal belongs to them."""
    outcome = operation_outcome(200, warnings or [ALL_WELL])
    for issue in outcome["issue"]:
        del issue["details"]["coding"]
    return outcome


async def sent_bytes(request: Request) -> bytes:
    """Raises `MalformedJson` for nothing at all."""
    raw = await request.body()
    if not raw:
        raise body.MalformedJson("There is no resource.")
    return raw


async def sent_document(request: Request) -> bytes:
    """What was sent, in JSON. Raises `UnsupportedMediaType`, `BadXml` or `MalformedJson`."""
    return await document(request) or await sent_bytes(request)
