"""Visits: planned, read, moved and cancelled."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.types import Day
from services.roster import usecases
from services.roster.api.callers import ByNurseOrService
from services.roster.api.shapes.visit import DayOfVisits, ForeseenShape, VisitShape
from services.roster.domain.visit import Cancellation, Move, NewVisit
from services.roster.usecases import visiting

router = api_router(tags=["visits"])


def tagged(visit: Any, response: Response) -> object:
    etag(response, visit)
    return visit


def _foreseen(found: Any, response: Response) -> object:
    etag(response, found.visit)
    return {**found.visit.model_dump(), "warnings": found.warnings}


@router.post("/visits", status_code=201, response_model=ForeseenShape)
async def plan_visit(tx: ByNurse, body: NewVisit, response: Response) -> object:
    """Plan a visit. Every rule that stands against it is said with its way out."""
    return _foreseen(await visiting.plan_and_foresee(tx, body), response)


@router.get("/visits", response_model=DayOfVisits)
async def visits_of_day(
    tx: ByNurse,
    team_id: UUID | None = None,
    on: Day | None = None,
    employee_id: UUID | None = None,
    late: bool = False,
) -> object:
    """One day's visits of the caller's teams in order, whole: a team's day is never long. Today, unless said.

    With `late` those alone that were to have begun or ended, and of which nobody has said so yet.
    """
    found = await usecases.visits_of_day(tx, team_id=team_id, on=on, employee_id=employee_id, late=late)
    return {"items": found}


@router.get("/visits/{visit_id}", response_model=VisitShape)
async def read_visit(tx: ByNurseOrService, visit_id: UUID, response: Response) -> object:
    """One visit."""
    return tagged(await usecases.read_visit(tx, visit_id), response)


@router.post("/visits/{visit_id}/move", response_model=ForeseenShape)
async def move_visit(tx: ByNurse, visit_id: UUID, body: Move, version: IfMatch, response: Response) -> object:
    """Another time or another nurse, made on the version last read; the length stays."""
    return _foreseen(await visiting.move_and_foresee(tx, visit_id, body, version), response)


@router.post("/visits/{visit_id}/cancel", response_model=VisitShape)
async def cancel_visit(tx: ByNurse, visit_id: UUID, body: Cancellation, version: IfMatch, response: Response) -> object:
    """The visit will not take place; say why."""
    return tagged(await usecases.cancel_visit(tx, visit_id, body, version), response)
