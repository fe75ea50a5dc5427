"""What a team can still take on in the weeks ahead."""

from uuid import UUID

from services.common.http import ByNurse, api_router
from services.common.types import Day
from services.roster.api.callers import ByTeamOrAround
from services.roster.api.shapes.capacity import WeeksAheadShape, WhatIfShape
from services.roster.domain.what_if import WhatIf
from services.roster.usecases import capacity

router = api_router(tags=["capacity"])


@router.get("/capacity", response_model=WeeksAheadShape, response_model_exclude_unset=True)
async def weeks_ahead(tx: ByTeamOrAround, team_id: UUID, week_of: Day | None = None) -> object:
    """Eight weeks, from the week of a day or of today: what care asks of the team, and what time it has.

    A vacancy stands apart, and who leaves takes their time with them from the day after.
    """
    return await capacity.weeks_ahead(tx, team_id, week_of)


@router.post("/capacity/what-if", response_model=WhatIfShape)
async def what_if(tx: ByNurse, body: WhatIf) -> object:
    """Whether the team could take these visits on: with whom and when each fits, and what is missing by day.

    The newest week that has shifts stands for those to come, and all that is planned in it stays. Nothing is kept of
    the question.
    """
    return await capacity.what_if(tx, body)
