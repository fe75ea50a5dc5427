"""The floor of safe staffing."""

from uuid import UUID

from fastapi import Query

from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.roster.api.callers import ByTeamOrBackOffice
from services.roster.api.shapes.floor import FloorAlertShape, StaffingFloorShape, TeamFloorShape
from services.roster.domain.floor import NewFloor
from services.roster.usecases import capacity

router = api_router(tags=["capacity"])


@router.get("/team-floor", response_model=TeamFloorShape)
async def team_floor(tx: ByTeamOrBackOffice, team_id: UUID) -> object:
    """Each floor in each of eight weeks, and what the team would have: by contracts, memberships and skills."""
    return await capacity.team_floor(tx, team_id)


@router.post("/staffing-floors", status_code=201, response_model=StaffingFloorShape)
async def set_floor(tx: ByNurse, body: NewFloor) -> object:
    """The team asks for more of itself than the organisation's rule does; a floor below that rule has no effect."""
    return await capacity.set_floor(tx, body)


@router.get("/floor-alerts", response_model=Page[FloorAlertShape])
async def list_floor_alerts(
    tx: ByTeamOrBackOffice,
    page: Asked,
    team_id: UUID | None = None,
    is_open: bool | None = Query(default=None, alias="open", description="Whether the team will still be below it."),
) -> object:
    """Newest first: which team will fall below which floor, from which week on."""
    return await capacity.list_floor_alerts(tx, page, team_id=team_id, is_open=is_open)
