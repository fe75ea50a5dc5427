"""Who read a patient's record over FHIR, as AuditEvents."""

from typing import Annotated

from fastapi import Header, Request, Response

from services.common.paging import Cursors, asked_page
from services.common.scopes import require_scope
from services.interop import usecases
from services.interop.api.callers import ByIntegrator
from services.interop.api.fhir_route import fhir, fhir_router, public_base
from services.interop.fhir import bundle, registry, search
from services.interop.fhir.mapping.audit import audit_event

router = fhir_router(tags=["FHIR"])

Prefer = Annotated[str | None, Header(max_length=200, description="handling=strict refuses unknown parameters.")]


@router.get("/AuditEvent", response_class=Response)
async def search_audit_events(tx: ByIntegrator, request: Request, prefer: Prefer = None) -> Response:
    """Who read one patient's record here, and what was refused, newest first: by patient and date."""
    kind, strict = registry.AUDIT_EVENT, "handling=strict" in (prefer or "")
    asked = search.parse(kind, search.parameters(request.url.query), [], strict=strict)
    require_scope(tx.actor, f"system/{kind.name}.s")
    filters = [(name, value) for name, value in asked.applied if name != "_count"]
    wanted = asked_page(Cursors.of(request, kind.name, filters), max(asked.count, 1), asked.cursor)
    client_id, page = await usecases.search_audit_events(tx, asked, wanted)
    found = [audit_event(row, client_id) for row in page["items"]]
    return fhir(bundle.page(public_base(request), kind.name, asked, found, page["next_cursor"]))
