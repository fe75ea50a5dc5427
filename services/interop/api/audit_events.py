"""Who read a patient's record over FHIR, as AuditEvents."""

from fastapi import Request, Response

from services.common.scopes import require_scope
from services.interop import usecases
from services.interop.api import fhir_asked
from services.interop.api.callers import ByIntegrator
from services.interop.api.fhir_asked import Prefer
from services.interop.api.fhir_route import fhir, fhir_router, public_base
from services.interop.fhir import bundle, registry
from services.interop.fhir.mapping.audit import audit_event

router = fhir_router(tags=["FHIR"])


@router.get("/AuditEvent", response_class=Response)
async def search_audit_events(tx: ByIntegrator, request: Request, prefer: Prefer = None) -> Response:
    """Who read one patient's record here, and what was refused, newest first: by patient and date."""
    kind = registry.AUDIT_EVENT
    asked = fhir_asked.understood(request, kind, "", prefer)
    require_scope(tx.actor, f"system/{kind.name}.s")
    wanted = fhir_asked.wanted_page(request, kind.name, asked)
    client_id, page = await usecases.search_audit_events(tx, asked, wanted)
    if asked.count == 0:
        return fhir(bundle.counted(f"{public_base(request)}/{kind.name}", asked, page["total"]))
    found = [audit_event(row, client_id) for row in page["items"]]
    return fhir(bundle.page(public_base(request), kind.name, asked, found, page["next_cursor"]))
