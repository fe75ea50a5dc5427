"""Opening hours of a team."""

from datetime import date
from uuid import UUID

from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.roster.domain.opening import Hours, NewOpeningHours
from services.roster.usecases import opening

router = api_router(tags=["opening hours"])


class OpeningHoursShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    from_on: date
    hours: list[Hours]
    set_by: UUID | None


@router.post("/opening-hours", status_code=201, response_model=OpeningHoursShape)
async def set_opening_hours(tx: ByNurse, body: NewOpeningHours) -> object:
    """Set all hours of a team from a day on. Outside them a visit needs somebody on call, or a word."""
    return await opening.set_opening_hours(tx, body)


@router.get("/opening-hours", response_model=Page[OpeningHoursShape])
async def list_opening_hours(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The hours of the caller's teams, past and to come."""
    return await opening.list_opening_hours(tx, page, team_id=team_id)
