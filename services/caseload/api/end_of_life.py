"""End-of-life plans: written, amended, and read in all their versions."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseReading
from services.caseload.api.summary_shapes import EndOfLifeShape, version_told
from services.caseload.domain.end_of_life import EndOfLifeContent, NewEndOfLifePlan
from services.common.db import Transaction
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.types import Answer

router = api_router(tags=["end of life"])


class EndOfLifePlanShape(Answer):
    """`current` is what holds; `earlier` are the versions before, newest first."""

    id: UUID
    client_id: UUID
    team_id: UUID
    version: int
    current: EndOfLifeShape
    earlier: list[EndOfLifeShape]


def _whole(tx: Transaction, made: Any, response: Response) -> dict[str, Any]:
    plan, versions = made
    etag(response, plan)
    current, *earlier = (version_told(one, tx.now) for one in versions)
    return {**plan.model_dump(), "current": current, "earlier": earlier}


@router.post("/end-of-life-plans", status_code=201, response_model=EndOfLifePlanShape)
async def plan_end_of_life(tx: ByNurse, body: NewEndOfLifePlan, response: Response) -> object:
    """Write down what somebody wishes at the end of their life, what is to be done, and what is ready at home."""
    return _whole(tx, await usecases.plan_end_of_life(tx, body), response)


@router.post("/end-of-life-plans/{end_of_life_plan_id}/amend", response_model=EndOfLifePlanShape)
async def amend_end_of_life_plan(
    tx: ByNurse, end_of_life_plan_id: UUID, body: EndOfLifeContent, version: IfMatch, response: Response
) -> object:
    """Say all of the plan anew; what it said before stays."""
    return _whole(tx, await usecases.amend_end_of_life_plan(tx, end_of_life_plan_id, body, version), response)


@router.get("/end-of-life-plans/{end_of_life_plan_id}", response_model=EndOfLifePlanShape)
async def read_end_of_life_plan(tx: ByNurseReading, end_of_life_plan_id: UUID, response: Response) -> object:
    """The plan with its versions."""
    return _whole(tx, await usecases.read_end_of_life_plan(tx, end_of_life_plan_id), response)


@router.get("/clients/{client_id}/end-of-life-plan", response_model=EndOfLifePlanShape)
async def end_of_life_plan_of_client(tx: ByNurseReading, client_id: UUID, response: Response) -> object:
    """The plan of one client, with its versions."""
    return _whole(tx, await usecases.end_of_life_plan_of(tx, client_id), response)
