"""The record as FHIR R4 with UK Core profiles: read by id, searched, and said to be so."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response

from services.common.body import UnsupportedMediaType
from services.common.db import Transaction
from services.common.paging import Cursors, asked_page
from services.common.scopes import require_scope
from services.interop import usecases
from services.interop.api.callers import ByReader
from services.interop.api.fhir_route import PREFIX, fhir, fhir_router, media_type, public_base
from services.interop.fhir import bundle, capability, registry, search
from services.interop.partners import bars

public = APIRouter(prefix=PREFIX, tags=["FHIR"])
router = fhir_router(tags=["FHIR"])

Prefer = Annotated[str | None, Header(max_length=200, description="handling=strict refuses unknown parameters.")]
IfNoneMatch = Annotated[str | None, Header(max_length=200)]

ResourceType = Annotated[str, Path(max_length=64)]
ResourceId = Annotated[str, Path(max_length=64, description="FHIR allows no longer one.")]
FORM = "application/x-www-form-urlencoded"


class NotAForm(UnsupportedMediaType):
    way_out = "Send the search parameters as application/x-www-form-urlencoded."


@public.get("/metadata", response_class=Response)
async def metadata(request: Request) -> Response:
    """What this server can do. Open to everybody, as FHIR asks."""
    return fhir(capability.statement(public_base(request), bars.MESSAGE_DEFINITIONS))


@router.get("/{resource_type}/{resource_id}", response_class=Response)
async def read_resource(
    tx: ByReader, resource_type: ResourceType, resource_id: ResourceId, if_none_match: IfNoneMatch = None
) -> Response:
    """One resource with its version as ETag."""
    kind = _served(tx, resource_type, "r")
    row = await usecases.read_resource(tx, kind.name, resource_id)
    etag = f'W/"{row.version}"'
    if if_none_match == etag:
        return Response(status_code=304, headers={"ETag": etag})
    return fhir(bundle.rendered(row), headers={"ETag": etag})


@router.get("/{resource_type}", response_class=Response)
async def search_resources(
    tx: ByReader, request: Request, resource_type: ResourceType, prefer: Prefer = None
) -> Response:
    """Search a type. An identifier of a person, such as an NHS number, is taken in a POST to `_search` alone."""
    return await _searched(tx, request, resource_type, "", prefer)


@router.post("/{resource_type}/_search", response_class=Response)
async def search_resources_by_form(
    tx: ByReader, request: Request, resource_type: ResourceType, prefer: Prefer = None
) -> Response:
    """Search a type with the parameters in the body, so that they are in no URL and no log."""
    raw = await request.body()
    if raw and media_type(request) != FORM:
        raise NotAForm("The body is not declared as a form.")
    return await _searched(tx, request, resource_type, raw.decode("ascii", errors="replace"), prefer)


def _served(tx: Transaction, resource_type: str, right: str) -> registry.ServedType:
    """Raises `TypeNotServed` or `InsufficientScope`."""
    kind = registry.served(resource_type)
    require_scope(tx.actor, f"system/{kind.name}.{right}")
    tx.about(kind.name)
    return kind


async def _searched(tx: Transaction, request: Request, resource_type: str, form: str, prefer: str | None) -> Response:
    kind = _served(tx, resource_type, "s")
    in_address, in_body = search.parameters(request.url.query), search.parameters(form)
    asked = search.parse(kind, in_address, in_body, strict="handling=strict" in (prefer or ""))
    # A name that a person could be known by is in no filter here, and such a search has one page.
    filters = [(name, value) for name, value in asked.applied if name != "_count"]
    wanted = asked_page(Cursors.of(request, kind.name, filters), asked.count, asked.cursor)
    found = await usecases.search_resources(tx, kind.name, asked, wanted)
    base = f"{public_base(request)}/{kind.name}"
    if found.total is not None:
        return fhir(bundle.counted(base, asked, found.total))
    return fhir(bundle.searchset(base, asked, found.rows, found.next_cursor))
