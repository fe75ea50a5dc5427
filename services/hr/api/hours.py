"""Hours by team and week."""

from uuid import UUID

from services.common.reports import report_router
from services.common.types import Day
from services.hr import usecases
from services.hr.api.callers import ByHrFinanceOrAroundTeam
from services.hr.api.shapes import TeamHours

router = report_router(tags=["hours"])


@router.get("/hours", response_model=TeamHours)
async def hours_of_team(tx: ByHrFinanceOrAroundTeam, team_id: UUID, week_of: Day | None = None) -> object:
    """Contracted, rostered and client-facing minutes in the week of a day, this week where none is given."""
    return await usecases.hours_of_team(tx, team_id, week_of)
