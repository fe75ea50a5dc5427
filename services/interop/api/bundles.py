"""Several requests at once: a batch or a transaction at the base, answered entry by entry."""

from http import HTTPStatus
from typing import Any

from fastapi import Request, Response

from services.common.db import Transaction
from services.common.outcome import operation_outcome
from services.interop import usecases
from services.interop.api import fhir_asked
from services.interop.api.callers import ByIntegrator
from services.interop.api.fhir_asked import Prefer
from services.interop.api.fhir_route import fhir, public_base
from services.interop.api.write_route import RETURN, said, sent_document, write_router
from services.interop.domain.resource import Kept, ResourceHistory
from services.interop.fhir import bundle, search
from services.interop.fhir.mapping.parts import instant
from services.interop.fhir.writing.entries import Asked

router = write_router(tags=["FHIR"])


@router.post("", response_class=Response)
async def process_bundle(tx: ByIntegrator, request: Request, prefer: Prefer = None) -> Response:
    """Write and read several resources: in a batch each for itself, in a transaction all or none."""
    tx.about("Bundle")

    async def read(asked: Asked) -> usecases.Answered:
        return usecases.Answered(200, read=await _read(tx, request, asked))

    kept = getattr(request.state, "kept", None)
    kind, found = await usecases.write_bundle(tx, await sent_document(request), kept, read)
    request.state.written = True
    wanted = RETURN.search(prefer or "")
    entries = [_entry(public_base(request), one, wanted[1].lower() if wanted else "minimal") for one in found]
    answer: dict[str, Any] = {"resourceType": "Bundle", "type": f"{kind}-response"}
    return fhir(answer | ({"entry": entries} if entries else {}))


async def _read(tx: Transaction, request: Request, asked: Asked) -> Any:
    """A row, or the Bundle of a search. What is searched by stands in a body, and may name a person."""
    if asked.resource_id is None:
        kind = fhir_asked.served(tx, asked.kind, "s")
        wanted = search.parse(kind, [], search.parameters(asked.condition or ""), strict=False)
        fhir_asked.require_rights(tx, wanted)
        page = fhir_asked.wanted_page(request, kind.name, wanted)
        shown = await usecases.search_resources(tx, kind.name, wanted, page)
        if wanted.count == 0:
            return bundle.counted(f"{public_base(request)}/{kind.name}", wanted, shown.total or 0)
        return bundle.searchset(public_base(request), kind.name, wanted, shown)
    kind = fhir_asked.served(tx, asked.kind, "r")
    if asked.version is not None:
        return await usecases.read_version(tx, kind.name, asked.resource_id, asked.version)
    return await usecases.read_resource(tx, kind.name, asked.resource_id)


def _entry(root: str, one: usecases.Answered, wanted: str) -> dict[str, Any]:
    """Of what was written the resource comes along where `Prefer` asks for it."""
    response: dict[str, Any] = {"status": f"{one.status} {HTTPStatus(one.status).phrase}"}
    row = one.done.row if one.done else one.read
    if one.issues:
        return {"response": response | {"outcome": operation_outcome(one.status, one.issues)}}
    if not isinstance(row, Kept | ResourceHistory):
        return {"resource": row, "response": response}
    response |= {"etag": f'W/"{row.version}"', "lastModified": instant(row.changed_at)}
    name = f"{row.resource_type}/{row.resource_id}"
    if one.done is None:
        return {"fullUrl": f"{root}/{name}", "resource": bundle.rendered(row), "response": response}
    response["location"] = f"{root}/{name}/_history/{row.version}"
    if wanted == "operationoutcome":
        response["outcome"] = said(one.done.warnings)
    shown = {"resource": bundle.rendered(row)} if wanted == "representation" else {}
    return {"fullUrl": f"{root}/{name}", **shown, "response": response}
