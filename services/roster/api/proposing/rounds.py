"""Rounds of one day: asked for, looked at, and adopted by a person."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Response
from pydantic import Field

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer, Day, Input
from services.roster.api.jobs.shapes import JobShape
from services.roster.usecases import proposing

router = api_router(tags=["rounds"])


class RoundsAsked(Input):
    """How long to look for them, and a seed, so that the same may be asked again."""

    team_id: UUID
    seconds: Annotated[int, Field(strict=True, ge=1, le=60)] = 10
    seed: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1


class StopShape(Answer):
    """`why` speaks of `people` as {0}, {1}. What is held stays where it is."""

    visit_id: UUID
    visit_version: int
    employee_id: UUID
    accompanied_by: UUID | None
    starts_at: datetime
    is_held: bool
    is_moved: bool
    why: str
    people: list[UUID]


class UnservedShape(Answer):
    visit_id: UUID
    why: str


class RoundCostShape(Answer):
    points: int
    travel_minutes: int
    no_break: int
    known_face_percent: float | None


class RoundPlanShape(Answer):
    """`travel_source` says whether a router told how long the ways take, or they are estimated."""

    id: UUID
    team_id: UUID
    version: int
    day_on: date
    state: str
    job_id: UUID
    stops: list[StopShape]
    unserved: list[UnservedShape]
    cost: RoundCostShape
    travel_source: str
    adopted_by: UUID | None
    changed_at: datetime


@router.post("/rounds/{day}/proposals", status_code=202, response_model=JobShape)
async def propose_rounds(tx: ByNurse, day: Day, body: RoundsAsked) -> object:
    """Ask for the team's rounds of this day. Windows and lengths stay; what is told, begun or past is held."""
    return await proposing.propose_rounds(tx, day=day, **body.model_dump())


@router.get("/rounds/{day}", response_model=Page[RoundPlanShape])
async def list_rounds(tx: ByNurse, day: Day, page: Asked, team_id: UUID | None = None) -> object:
    """What was proposed to the caller's teams for this day, and what they adopted."""
    return await proposing.list_rounds(tx, page, team_id=team_id, day=day)


@router.get("/round-plans/{round_plan_id}", response_model=RoundPlanShape)
async def read_round_plan(tx: ByNurse, round_plan_id: UUID, response: Response) -> object:
    """One of them, with each visit that it does not serve."""
    plan = await proposing.read_round_plan(tx, round_plan_id)
    etag(response, plan)
    return plan


@router.post("/round-plans/{round_plan_id}/adopt", response_model=RoundPlanShape)
async def adopt_round_plan(tx: ByNurse, round_plan_id: UUID, version: IfMatch, response: Response) -> object:
    """Move the visits as it says, all or none. Visits that changed since then are planned by the team, not by this."""
    plan = await proposing.adopt_round_plan(tx, round_plan_id, version)
    await tx.settle()
    etag(response, plan)
    return plan
