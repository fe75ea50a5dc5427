"""How the record came to be what it is, version by version, and all of one patient at once."""

from typing import Annotated

from fastapi import Path, Request, Response

from services.common.db import Transaction
from services.interop import usecases
from services.interop.api import fhir_asked
from services.interop.api.callers import ByReader
from services.interop.api.fhir_asked import Prefer, ResourceId, ResourceType
from services.interop.api.fhir_route import fhir, fhir_router, public_base
from services.interop.fhir import bundle, registry

router = fhir_router(tags=["FHIR"])

VersionId = Annotated[str, Path(max_length=64)]


@router.get("/Patient/{resource_id}/$everything", response_class=Response)
async def look_at_everything(
    tx: ByReader, request: Request, resource_id: ResourceId, prefer: Prefer = None
) -> Response:
    """All that is shown of one patient, page by page. A system needs the right to read each type."""
    for name in sorted(registry.SERVED):
        fhir_asked.served(tx, name, "r")
    tx.about("Patient")
    asked = fhir_asked.understood(request, registry.OF_VERSIONS, "", prefer)
    listed = f"Patient/{resource_id}/$everything"
    wanted = fhir_asked.wanted_page(request, listed, asked)
    found = await usecases.look_at_everything(tx, resource_id, asked, wanted)
    if asked.count == 0:
        return fhir(bundle.counted(f"{public_base(request)}/{listed}", asked, found.total or 0))
    return fhir(bundle.searchset(public_base(request), listed, asked, found))


@router.get("/{resource_type}/_history", response_class=Response)
async def look_at_type_history(
    tx: ByReader, request: Request, resource_type: ResourceType, prefer: Prefer = None
) -> Response:
    """The versions of all resources of a type, newest first."""
    return await _history(tx, request, resource_type, None, prefer)


@router.get("/{resource_type}/{resource_id}/_history", response_class=Response)
async def look_at_history(
    tx: ByReader, request: Request, resource_type: ResourceType, resource_id: ResourceId, prefer: Prefer = None
) -> Response:
    """The versions of one resource, newest first."""
    return await _history(tx, request, resource_type, resource_id, prefer)


@router.get("/{resource_type}/{resource_id}/_history/{vid}", response_class=Response)
async def read_version(tx: ByReader, resource_type: ResourceType, resource_id: ResourceId, vid: VersionId) -> Response:
    """One version of a resource, as it was."""
    kind = fhir_asked.served(tx, resource_type, "r")
    row = await usecases.read_version(tx, kind.name, resource_id, vid)
    return fhir(bundle.rendered(row), headers=fhir_asked.version_headers(row))


async def _history(
    tx: Transaction, request: Request, resource_type: str, resource_id: str | None, prefer: str | None
) -> Response:
    kind = fhir_asked.served(tx, resource_type, "r")
    asked = fhir_asked.understood(request, registry.OF_VERSIONS, "", prefer)
    listed = f"{kind.name}/_history" if resource_id is None else f"{kind.name}/{resource_id}/_history"
    wanted = fhir_asked.wanted_page(request, listed, asked)
    found = await usecases.look_at_history(tx, kind.name, resource_id, asked, wanted)
    root = public_base(request)
    if asked.count == 0:
        return fhir(bundle.counted(f"{root}/{listed}", asked, found["total"], kind="history"))
    return fhir(bundle.history(root, listed, asked, found["items"], found["next_cursor"]))
