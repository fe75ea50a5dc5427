"""Care plans: drafted, agreed with the client, changed line by line."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseReading
from services.caseload.api.shapes import CarePlanShape, LineShape
from services.caseload.domain.care_plan import Agreement, LineChange, NewCarePlan, WhoToCall
from services.caseload.domain.handover import ToCall
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["care plans"])


class WholePlan(CarePlanShape):
    lines: list[LineShape]
    who_to_call: list[ToCall]


class ClientCopy(Answer):
    """The plan as it is given to the client, with what to expect in plain words."""

    care_plan_id: UUID
    status: str
    client_words: str
    what_to_expect: str
    expected_visits: int
    ends_on: date
    lines: list[str]


class OverrunPlan(Answer):
    """A plan that outlasts what the client was told, and by how much."""

    plan: CarePlanShape
    visits: int
    days_over: int
    visits_over: int


def _whole(made: tuple[Any, Any], response: Response) -> dict[str, Any]:
    plan, lines = made
    etag(response, plan)
    return {**CarePlanShape.model_validate(plan).model_dump(), "lines": lines, "who_to_call": plan.who_to_call}


@router.post("/care-plans", status_code=201, response_model=WholePlan)
async def draft_care_plan(tx: ByNurse, body: NewCarePlan, response: Response) -> object:
    """Write a plan down in the client's words; it is a draft until the client agrees."""
    return _whole(await usecases.draft_care_plan(tx, body), response)


@router.get("/care-plans/{care_plan_id}", response_model=WholePlan)
async def read_care_plan(tx: ByNurseReading, care_plan_id: UUID, response: Response) -> object:
    """One plan with its lines."""
    return _whole(await usecases.read_care_plan(tx, care_plan_id), response)


@router.get("/care-plans/{care_plan_id}/client-copy", response_model=ClientCopy)
async def client_copy(tx: ByNurseReading, care_plan_id: UUID) -> object:
    """The client's own copy: about how many visits, and until roughly when."""
    return await usecases.client_copy(tx, care_plan_id)


@router.get("/overrun-care-plans", response_model=Page[OverrunPlan])
async def list_overrun_plans(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """Agreed plans of clients in care that are over, or took more visits than the client was told to expect."""
    return await usecases.list_overrun_plans(tx, page, team_id=team_id)


@router.post("/care-plans/{care_plan_id}/agree", response_model=WholePlan)
async def agree_care_plan(
    tx: ByNurse, care_plan_id: UUID, body: Agreement, version: IfMatch, response: Response
) -> object:
    """The client agrees."""
    return _whole(await usecases.agree_care_plan(tx, care_plan_id, body, version), response)


@router.put("/care-plans/{care_plan_id}/lines/{line_id}", response_model=WholePlan)
async def change_line(
    tx: ByNurse, care_plan_id: UUID, line_id: UUID, body: LineChange, version: IfMatch, response: Response
) -> object:
    """Change one line, made on the version last read."""
    return _whole(await usecases.change_line(tx, care_plan_id, line_id, body, version), response)


@router.put("/care-plans/{care_plan_id}/who-to-call", response_model=WholePlan)
async def say_who_to_call(
    tx: ByNurse, care_plan_id: UUID, body: WhoToCall, version: IfMatch, response: Response
) -> object:
    """Say whom the client rings; their copy of the plan tells it."""
    return _whole(await usecases.say_who_to_call(tx, care_plan_id, body, version), response)
