"""Partners' systems, registered and removed by operations."""

from uuid import UUID

from fastapi import Response

from services.common.http import IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.identity import usecases
from services.identity.api.callers import ByOps
from services.identity.api.shapes import SystemShape
from services.identity.domain.registered_system import NewSystem

router = api_router(tags=["systems"])


@router.post("/systems", status_code=201, response_model=SystemShape)
async def register_system(tx: ByOps, body: NewSystem, response: Response) -> object:
    """A trust's or a council's system, known by its public keys. A colleague has to confirm it."""
    system = await usecases.register_system(tx, body)
    etag(response, system)
    return system


@router.get("/systems", response_model=Page[SystemShape])
async def list_systems(tx: ByOps, page: Asked) -> object:
    """The systems that are or were registered."""
    return await usecases.list_systems(tx, page)


@router.post("/systems/{system_id}/confirmation", response_model=SystemShape)
async def confirm_system(tx: ByOps, system_id: UUID, version: IfMatch, response: Response) -> object:
    """A second person has compared its keys with the partner: it may get tokens of its own."""
    system = await usecases.confirm_system(tx, system_id, version)
    etag(response, system)
    return system


@router.post("/systems/{system_id}/removal", response_model=SystemShape)
async def remove_system(tx: ByOps, system_id: UUID, version: IfMatch, response: Response) -> object:
    """The agreement has ended: no more tokens, and those it has stop within seconds."""
    system = await usecases.remove_system(tx, system_id, version)
    etag(response, system)
    return system
