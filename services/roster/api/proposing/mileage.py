"""What was driven."""

from datetime import date
from uuid import UUID

from services.common.http import ByNurse, api_router
from services.common.types import Answer, Day
from services.roster.usecases import travelling
from services.roster.usecases.travelling.mileage import Untold

router = api_router(tags=["mileage"])


class DrivenShape(Answer):
    """`unknown_ways` begin or end at a place that the team has not told; they have neither minutes nor miles."""

    visits: int
    minutes: int
    miles: float
    unknown_ways: int


class DayDrivenShape(DrivenShape):
    on: date


class MileageShape(Answer):
    """`team` is told of whole months that are over, in each of which at least three others drove; else
    `team_untold` says why not."""

    mine: list[DayDrivenShape]
    team: DrivenShape | None
    team_untold: Untold | None
    travel_source: str


@router.get("/mileage", response_model=MileageShape)
async def read_mileage(tx: ByNurse, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """The caller's own miles and minutes for visits that were made, day by day, and the team's in all.

    Each way is counted as it was known when the visit was done.
    """
    return await travelling.mileage(tx, team_id=team_id, from_on=from_on, to_on=to_on)
