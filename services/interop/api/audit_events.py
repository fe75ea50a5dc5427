"""Who read a patient's record over FHIR, as AuditEvents."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response

from services.common.access import Requires
from services.common.auth import Persona
from services.common.db import Transaction
from services.interop import usecases
from services.interop.api.fhir_route import fhir, fhir_router, public_base
from services.interop.fhir import bundle, registry, search
from services.interop.fhir.mapping.audit import audit_event

router = fhir_router(tags=["FHIR"])

ByIntegrator = Annotated[Transaction, Depends(Requires(Persona.INTEGRATOR))]
Prefer = Annotated[str | None, Header(max_length=200, description="handling=strict refuses unknown parameters.")]


@router.get("/AuditEvent", response_class=Response)
async def search_audit_events(tx: ByIntegrator, request: Request, prefer: Prefer = None) -> Response:
    """Who read one patient's record here, and what was refused, newest first: by patient and date."""
    kind, strict = registry.AUDIT_EVENT, "handling=strict" in (prefer or "")
    asked = search.parse(kind, search.parameters(request.url.query), [], strict=strict)
    client_id, page = await usecases.search_audit_events(tx, asked)
    found = [audit_event(row, client_id) for row in page["items"]]
    return fhir(bundle.page(f"{public_base(request)}/{kind.name}", asked, found, page["next_cursor"]))
