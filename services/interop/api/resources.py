"""The record as FHIR R4 with UK Core profiles: read by id, searched, and said to be so."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response

from services.common.body import UnsupportedMediaType
from services.common.db import Transaction
from services.interop import usecases
from services.interop.api import fhir_asked
from services.interop.api.callers import ByReader
from services.interop.api.fhir_asked import Prefer, ResourceId, ResourceType
from services.interop.api.fhir_format import declared, negotiated
from services.interop.api.fhir_route import PREFIX, fhir, fhir_router, public_base
from services.interop.fhir import bundle, capability
from services.interop.partners import bars

public = APIRouter(prefix=PREFIX, tags=["FHIR"])
router = fhir_router(tags=["FHIR"])

IfNoneMatch = Annotated[str | None, Header(max_length=200)]
IfModifiedSince = Annotated[str | None, Header(max_length=60)]
FORM = "application/x-www-form-urlencoded"


class NotAForm(UnsupportedMediaType):
    way_out = "Send the search parameters as application/x-www-form-urlencoded."


@public.get("/metadata", response_class=Response)
async def metadata(request: Request) -> Response:
    """What this server can do. Open to everybody, as FHIR asks."""
    return negotiated(request, fhir(capability.statement(public_base(request), bars.MESSAGE_DEFINITIONS)))


@router.get("/{resource_type}/{resource_id}", response_class=Response)
async def read_resource(
    tx: ByReader,
    resource_type: ResourceType,
    resource_id: ResourceId,
    if_none_match: IfNoneMatch = None,
    if_modified_since: IfModifiedSince = None,
) -> Response:
    """One resource with its version as ETag."""
    kind = fhir_asked.served(tx, resource_type, "r")
    row = await usecases.read_resource(tx, kind.name, resource_id)
    headers = fhir_asked.version_headers(row)
    if fhir_asked.is_known(row, if_none_match, if_modified_since):
        return Response(status_code=304, headers=headers)
    return fhir(bundle.written(row), headers=headers)


@router.get("/Patient/{resource_id}/{resource_type}", response_class=Response)
async def search_compartment(
    tx: ByReader, request: Request, resource_id: ResourceId, resource_type: ResourceType, prefer: Prefer = None
) -> Response:
    """Search a type within what is about one patient, who can be read."""
    fhir_asked.served(tx, "Patient", "r")
    patient = await usecases.read_resource(tx, "Patient", resource_id)
    return await _searched(tx, request, resource_type, "", prefer, patient.resource_id)


@router.get("/{resource_type}", response_class=Response)
async def search_resources(
    tx: ByReader, request: Request, resource_type: ResourceType, prefer: Prefer = None
) -> Response:
    """Search a type. What tells who a person is, such as an NHS number, is taken in a POST to `_search` alone."""
    return await _searched(tx, request, resource_type, "", prefer)


@router.post("/{resource_type}/_search", response_class=Response)
async def search_resources_by_form(
    tx: ByReader, request: Request, resource_type: ResourceType, prefer: Prefer = None
) -> Response:
    """Search a type with the parameters in the body, so that they are in no URL and no log."""
    raw = await request.body()
    if raw and declared(request) != FORM:
        raise NotAForm("The body is not declared as a form in UTF-8.")
    return await _searched(tx, request, resource_type, raw.decode("ascii", errors="replace"), prefer)


async def _searched(
    tx: Transaction, request: Request, resource_type: str, form: str, prefer: str | None, within: UUID | None = None
) -> Response:
    kind = fhir_asked.served(tx, resource_type, "s")
    asked = fhir_asked.understood(request, kind, form, prefer)
    fhir_asked.require_rights(tx, asked)
    listed = kind.name
    if within is not None:
        asked.patients.append([within])
        listed = f"Patient/{within}/{kind.name}"
    found = await usecases.search_resources(tx, kind.name, asked, fhir_asked.wanted_page(request, listed, asked))
    root = public_base(request)
    if asked.count == 0:
        return fhir(bundle.counted(f"{root}/{listed}", asked, found.total or 0))
    return fhir(bundle.searchset(root, listed, asked, found))
