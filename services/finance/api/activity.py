"""Activity lines, and what each kind of activity cost."""

from uuid import UUID

from services.common.auth import Persona
from services.common.paging import Asked, Page
from services.common.reports import report_router
from services.common.types import Day
from services.finance import usecases
from services.finance.api.callers import ByMoneyReader, ByTeamOrFinance
from services.finance.api.shapes import ActivityCostsShape, ActivityLineShape, TeamActivityLineShape

router = report_router(tags=["activity"])

Lines = Page[TeamActivityLineShape] | Page[ActivityLineShape]


@router.get("/activity-lines", response_model=Lines)
async def list_activity_lines(
    tx: ByTeamOrFinance, page: Asked, from_on: Day, to_on: Day, team_id: UUID | None = None
) -> Lines:
    """The segments of contacts with their minutes and cost. The client is named to the client's own team only."""
    found = await usecases.list_activity_lines(tx, page, team_id=team_id, first=from_on, last=to_on)
    if tx.actor.persona is Persona.NURSE:
        return Page[TeamActivityLineShape].model_validate(found)
    return Page[ActivityLineShape].model_validate(found)


@router.get("/activity-costs", response_model=ActivityCostsShape)
async def costs_of_activity(tx: ByMoneyReader, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """Minutes and pence by type and band. Outside the team: of one calendar month, and none that stands on few."""
    items = await usecases.costs_of_activity(tx, team_id, from_on, to_on)
    return {"team_id": team_id, "from_on": from_on, "to_on": to_on, "items": items}
