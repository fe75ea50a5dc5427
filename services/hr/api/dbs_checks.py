"""DBS checks, and what the team waits for."""

from typing import Any
from uuid import UUID

from fastapi import Response

from services.common.http import IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Day
from services.hr import usecases
from services.hr.api.callers import ByHr, ByHrOrAroundTeam
from services.hr.api.shapes import CheckedShape, DbsCheckShape, WaitingShape
from services.hr.domain.dbs_check import NewDbsCheck, Progress

router = api_router(tags=["clearance"])


def _checked(made: tuple[Any, Any], response: Response) -> dict[str, Any]:
    check, clearance = made
    etag(response, check)
    return {**DbsCheckShape.model_validate(check).model_dump(), "clearance": clearance}


@router.post("/dbs-checks", status_code=201, response_model=CheckedShape)
async def start_dbs_check(tx: ByHr, body: NewDbsCheck, response: Response) -> object:
    """A DBS check begins."""
    return _checked(await usecases.start_dbs_check(tx, body), response)


@router.get("/dbs-checks/{check_id}", response_model=CheckedShape)
async def read_dbs_check(tx: ByHr, check_id: UUID, response: Response) -> object:
    """One check, and whether the person may visit alone."""
    return _checked(await usecases.read_dbs_check(tx, check_id), response)


@router.post("/dbs-checks/{check_id}/progress", response_model=CheckedShape)
async def progress_dbs_check(tx: ByHr, check_id: UUID, body: Progress, version: IfMatch, response: Response) -> object:
    """A check takes its next step."""
    return _checked(await usecases.progress_dbs_check(tx, check_id, body, version), response)


@router.get("/waiting", response_model=Page[WaitingShape])
async def waiting(tx: ByHrOrAroundTeam, page: Asked, team_id: UUID, as_of: Day | None = None) -> object:
    """What the team waits for, on whom, and for how many days. What a certificate shows is for HR alone to weigh."""
    found = await usecases.waiting(tx, page, team_id, as_of=as_of)
    items = [
        {
            "waiting_for": check.__tablename__,
            "id": check.id,
            "employee_id": check.employee_id,
            "waiting_on": clock.waiting_on,
            "since_on": clock.since_on,
            "days": days,
            "escalation": escalation,
        }
        for check, clock, days, escalation in found["items"]
    ]
    return {**found, "items": items}
