"""Shifts of a team's members."""

from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Day
from services.roster import usecases
from services.roster.api.shapes.shift import ShiftShape
from services.roster.domain.shift import NewShift, Times

router = api_router(tags=["shifts"])


@router.post("/shifts", status_code=201, response_model=ShiftShape)
async def plan_shift(tx: ByNurse, body: NewShift, response: Response) -> object:
    """Plan a stretch of a member's time. The team does this itself; what breaks a rule says on which ground."""
    return tagged(await usecases.plan_shift(tx, body), response)


@router.get("/shifts", response_model=Page[ShiftShape])
async def list_shifts(
    tx: ByNurse, page: Asked, team_id: UUID | None = None, from_on: Day | None = None, to_on: Day | None = None
) -> object:
    """The shifts of the caller's teams that start on these days in England."""
    return await usecases.list_shifts(tx, page, team_id=team_id, from_on=from_on, to_on=to_on)


@router.patch("/shifts/{shift_id}", response_model=ShiftShape)
async def move_shift(tx: ByNurse, shift_id: UUID, body: Times, version: IfMatch, response: Response) -> object:
    """Other times for a shift that was planned by hand, made on the version last read."""
    return tagged(await usecases.move_shift(tx, shift_id, body, version), response)


@router.post("/shifts/{shift_id}/cancel", response_model=ShiftShape)
async def cancel_shift(tx: ByNurse, shift_id: UUID, version: IfMatch, response: Response) -> object:
    """A shift that was planned by hand is off."""
    return tagged(await usecases.cancel_shift(tx, shift_id, version), response)


@router.post("/shifts/{shift_id}/accept", response_model=ShiftShape)
async def accept_shift(tx: ByNurse, shift_id: UUID, version: IfMatch, response: Response) -> object:
    """Whose shift it is says yes to it as it now stands."""
    return tagged(await usecases.accept_shift(tx, shift_id, version), response)
