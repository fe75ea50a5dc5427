"""Overheads: what of a team's time went on running the team."""

from uuid import UUID

from services.common.http import api_router
from services.common.types import Day
from services.finance import usecases
from services.finance.api.callers import ByMoneyReader
from services.finance.api.shapes import TeamOverheadShape

router = api_router(tags=["overheads"])


@router.get("/overheads", response_model=TeamOverheadShape)
async def overheads_of_month(tx: ByMoneyReader, team_id: UUID, month_on: Day) -> object:
    """Hours by what they were for, and the share and cost of overheads, of the month that holds this day."""
    return await usecases.overheads_of_month(tx, team_id, month_on)
