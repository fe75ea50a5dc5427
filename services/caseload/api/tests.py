"""Tests of blood and others, chased until somebody has acted on the result."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.rendered import tagged
from services.caseload.domain.clinical_test import (
    ActedOn,
    Cancelling,
    Chasing,
    ClinicalTestStatus,
    NewClinicalTest,
    Result,
    Taking,
)
from services.caseload.domain.due import Due
from services.caseload.usecases import around
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["tests"])


class ClinicalTestShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    kind: str
    what: str
    why: str | None
    requested_by: str
    requested_on: date
    take_by: date
    chaser_id: UUID
    status: str
    due_on: date | None
    taken_on: date | None
    taken_by: UUID | None
    result_on: date | None
    result: str | None
    abnormal: bool | None
    acted_on: date | None
    acted: str | None
    acted_by: UUID | None
    reason: str | None


@router.post("/tests", status_code=201, response_model=ClinicalTestShape)
async def request_test(tx: ByNurse, body: NewClinicalTest, response: Response) -> object:
    """A test is wanted; one of the team chases it."""
    return tagged(await around.request_test(tx, body), response)


@router.get("/tests", response_model=Page[ClinicalTestShape])
async def list_tests(
    tx: ByNurse,
    page: Asked,
    client_id: UUID | None = None,
    chaser_id: UUID | None = None,
    status: ClinicalTestStatus | None = None,
    due: Due | None = None,
) -> object:
    """Tests of a client or of who chases them; `due` for what is to be done by today, `overdue` for what is late."""
    asked = {"client_id": client_id, "chaser_id": chaser_id}
    return await around.list_tests(tx, page, status=status, due=due, **asked)


@router.get("/tests/{test_id}", response_model=ClinicalTestShape)
async def read_test(tx: ByNurse, test_id: UUID, response: Response) -> object:
    """One test."""
    return tagged(await around.read_test(tx, test_id), response)


@router.post("/tests/{test_id}/take", response_model=ClinicalTestShape)
async def take_test(tx: ByNurse, test_id: UUID, body: Taking, version: IfMatch, response: Response) -> object:
    """It was taken; its result is due within the days of `test.result_days`."""
    return tagged(await around.take_test(tx, test_id, body, version), response)


@router.post("/tests/{test_id}/result", response_model=ClinicalTestShape)
async def receive_result(tx: ByNurse, test_id: UUID, body: Result, version: IfMatch, response: Response) -> object:
    """The result is in; somebody is to act on it within the days of `test.act_days`."""
    return tagged(await around.receive_result(tx, test_id, body, version), response)


@router.post("/tests/{test_id}/act", response_model=ClinicalTestShape)
async def act_on_result(tx: ByNurse, test_id: UUID, body: ActedOn, version: IfMatch, response: Response) -> object:
    """Somebody acted on the result, if only by telling the client."""
    return tagged(await around.act_on_result(tx, test_id, body, version), response)


@router.post("/tests/{test_id}/chase", response_model=ClinicalTestShape)
async def chase_test(tx: ByNurse, test_id: UUID, body: Chasing, version: IfMatch, response: Response) -> object:
    """Why it has not come further, and when somebody looks again."""
    return tagged(await around.chase_test(tx, test_id, body, version), response)


@router.post("/tests/{test_id}/cancel", response_model=ClinicalTestShape)
async def cancel_test(tx: ByNurse, test_id: UUID, body: Cancelling, version: IfMatch, response: Response) -> object:
    """It is not needed any more, and why; a result that is in is acted on instead."""
    return tagged(await around.cancel_test(tx, test_id, body, version), response)
