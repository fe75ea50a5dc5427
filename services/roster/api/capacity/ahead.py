"""What a team can still take on in the weeks ahead."""

from uuid import UUID

from services.common.http import api_router
from services.common.types import Day
from services.roster.api.callers import ByTeamOrAround
from services.roster.api.shapes.capacity import WeeksAheadShape
from services.roster.usecases import capacity

router = api_router(tags=["capacity"])


@router.get("/capacity", response_model=WeeksAheadShape, response_model_exclude_unset=True)
async def weeks_ahead(tx: ByTeamOrAround, team_id: UUID, from_on: Day | None = None) -> object:
    """Eight weeks, from the week of a day or of today: what care asks of the team, and what time it has.

    A vacancy stands apart, and who leaves takes their time with them from the day after.
    """
    return await capacity.weeks_ahead(tx, team_id, from_on)
