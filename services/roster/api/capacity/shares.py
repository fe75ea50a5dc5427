"""Which neighbouring teams may see a team's weeks ahead."""

from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.roster.api.shapes.capacity import CapacityShareShape
from services.roster.domain.capacity_share import NewCapacityShare
from services.roster.usecases import capacity

router = api_router(tags=["capacity"])


@router.post("/capacity-shares", status_code=201, response_model=CapacityShareShape)
async def share_capacity(tx: ByNurse, body: NewCapacityShare, response: Response) -> object:
    """Let a neighbouring team see the weeks ahead: each week's light, contracted and vacant time, and nothing else."""
    return tagged(await capacity.share_capacity(tx, body), response)


@router.get("/capacity-shares", response_model=Page[CapacityShareShape])
async def list_capacity_shares(tx: ByNurse, page: Asked) -> object:
    """What the caller's teams share, and what is shared with them: `GET /capacity` of those teams is open to them."""
    return await capacity.list_capacity_shares(tx, page)


@router.post("/capacity-shares/{capacity_share_id}/end", response_model=CapacityShareShape)
async def end_capacity_share(tx: ByNurse, capacity_share_id: UUID, version: IfMatch, response: Response) -> object:
    """Share no more, from now on."""
    return tagged(await capacity.end_capacity_share(tx, capacity_share_id, version), response)
