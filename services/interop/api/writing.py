"""Writing over FHIR: what trusts may create, update and patch. All else is refused, saying what may be written."""

from typing import Annotated

from fastapi import Header, Request, Response
from uuid6 import uuid7

from services.common.db import Transaction
from services.interop import usecases
from services.interop.api.callers import ByIntegrator
from services.interop.api.fhir_asked import Prefer, ResourceId, ResourceType
from services.interop.api.write_route import answered, require_patch, sent_bytes, sent_document, write_router
from services.interop.fhir.writing.refusals import NoCondition, NotOfTheAddress
from services.interop.fhir.writing.sent import Sent

router = write_router(tags=["FHIR"])

IfNoneExist = Annotated[str | None, Header(max_length=1000, description="A search: nothing is made if it finds one.")]
IfMatch = Annotated[str | None, Header(max_length=40, description="The ETag last read.")]


@router.post("/{resource_type}", status_code=201, response_class=Response)
async def create_resource(
    tx: ByIntegrator,
    request: Request,
    resource_type: ResourceType,
    prefer: Prefer = None,
    if_none_exist: IfNoneExist = None,
) -> Response:
    """Write a referral (ServiceRequest) or a stay in hospital (Encounter of the class IMP)."""
    wanted = await _wanted(tx, request, resource_type, "c", None)
    if if_none_exist is None:
        return answered(request, await usecases.create_resource(tx, wanted, uuid7()), prefer)
    done = await usecases.create_unless_there(tx, wanted, uuid7(), if_none_exist)
    return answered(request, done, prefer)


@router.put("/{resource_type}/{resource_id}", response_class=Response)
async def update_resource(
    tx: ByIntegrator,
    request: Request,
    resource_type: ResourceType,
    resource_id: ResourceId,
    prefer: Prefer = None,
    if_match: IfMatch = None,
) -> Response:
    """Put right what this system wrote, as long as the team has not answered it."""
    wanted = await _wanted(tx, request, resource_type, "u", if_match)
    return answered(request, await usecases.update_resource(tx, resource_id, wanted), prefer)


@router.put("/{resource_type}", response_class=Response)
async def update_found(
    tx: ByIntegrator,
    request: Request,
    resource_type: ResourceType,
    prefer: Prefer = None,
    if_match: IfMatch = None,
) -> Response:
    """Put right the one that a search finds, or write it where there is none."""
    wanted = await _wanted(tx, request, resource_type, "u", if_match)
    if not request.url.query:
        raise NoCondition("http")
    return answered(request, await usecases.update_found(tx, wanted, uuid7(), request.url.query), prefer)


@router.patch("/{resource_type}/{resource_id}", response_class=Response)
async def patch_resource(
    tx: ByIntegrator,
    request: Request,
    resource_type: ResourceType,
    resource_id: ResourceId,
    prefer: Prefer = None,
    if_match: IfMatch = None,
) -> Response:
    """Put parts of it right by a JSON Patch (RFC 6902)."""
    usecases.require_writable(tx, resource_type, "u", resource_type)
    require_patch(request)
    tx.about(resource_type)
    wanted = usecases.Wanted(Sent({}, resource_type), request.state.kept, if_match)
    raw = await sent_bytes(request)
    return answered(request, await usecases.patch_resource(tx, resource_type, resource_id, raw, wanted), prefer)


async def _wanted(
    tx: Transaction, request: Request, resource_type: str, right: str, if_match: str | None
) -> usecases.Wanted:
    """Raises `NotWritable`, `InsufficientScope`, or a `NotTaken`."""
    usecases.require_writable(tx, resource_type, right, resource_type)
    content, warnings = await usecases.judged(await sent_document(request))
    if content["resourceType"] != resource_type:
        raise NotOfTheAddress(content["resourceType"])
    tx.about(resource_type)
    return usecases.Wanted(Sent(content, resource_type), request.state.kept, if_match, warnings)
