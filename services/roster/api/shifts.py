"""Shifts of a team's members."""

from uuid import UUID

from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.common.types import Day
from services.roster import usecases
from services.roster.api.shapes.shift import ShiftShape
from services.roster.domain.shift import NewShift

router = api_router(tags=["shifts"])


@router.post("/shifts", status_code=201, response_model=ShiftShape)
async def plan_shift(tx: ByNurse, body: NewShift) -> object:
    """Plan a stretch of a member's time. The team does this itself."""
    return await usecases.plan_shift(tx, body)


@router.get("/shifts", response_model=Page[ShiftShape])
async def list_shifts(
    tx: ByNurse, page: Asked, team_id: UUID | None = None, from_on: Day | None = None, to_on: Day | None = None
) -> object:
    """The shifts of the caller's teams that start on these days in England."""
    return await usecases.list_shifts(tx, page, team_id=team_id, from_on=from_on, to_on=to_on)
