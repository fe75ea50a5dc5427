"""The team's own figures: its week, its continuity and its ratio."""

from uuid import UUID

from services.common.http import ByNurse
from services.common.reports import report_router
from services.common.types import Day
from services.roster import usecases
from services.roster.api.callers import ByTeamOrAround, ByTeamOrBackOffice
from services.roster.api.shapes.team import ContinuityShape, OwnWeekShape, TeamRatioShape, TimeSummaryShape

router = report_router(tags=["team"])


@router.get("/time-summary", response_model=TimeSummaryShape)
async def time_summary(tx: ByTeamOrBackOffice, team_id: UUID, week_of: Day | None = None) -> object:
    """One week of the team against its contracted time and the 60 per cent target. It holds no client.

    Outside the team, what was recorded is told of weeks that are over.
    """
    return await usecases.time_summary(tx, team_id, week_of)


@router.get("/time-summary/mine", response_model=OwnWeekShape)
async def own_week(tx: ByNurse, team_id: UUID, week_of: Day | None = None) -> object:
    """The caller's own week, for nobody else to see."""
    return await usecases.own_week(tx, team_id, week_of)


@router.get("/continuity", response_model=ContinuityShape, response_model_exclude_unset=True)
async def continuity_of_team(tx: ByTeamOrAround, team_id: UUID, from_on: Day, to_on: Day) -> object:
    """How few faces the clients see; client by client for the team itself, one figure for those around it."""
    return await usecases.continuity_of_team(tx, team_id, from_on, to_on)


@router.get("/team-ratio", response_model=TeamRatioShape)
async def team_ratio(tx: ByTeamOrBackOffice, team_id: UUID, as_of: Day | None = None) -> object:
    """Clients for each member and for each whole-time equivalent; outside the team at a month's end."""
    return await usecases.team_ratio(tx, team_id, as_of)
