"""Measures: the team's own figures in full, and for those around it without small numbers."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.common.reports import report_router
from services.common.types import Day
from services.governance import usecases
from services.governance.api.callers import ByTeamOrAround
from services.governance.api.shapes import TeamMeasures

router = report_router(tags=["measures"])


@router.get("/measures", response_model=TeamMeasures)
async def measure_team(
    tx: ByTeamOrAround, team_id: UUID, from_on: Annotated[Day, Query()], to_on: Annotated[Day, Query()]
) -> object:
    """Every measure, each with its definition. Outside the team: of one calendar month, and none that stands on few."""
    return await usecases.measure_team(tx, team_id, from_on, to_on)
