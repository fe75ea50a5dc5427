"""Who has agreed in writing to work more than 48 hours a week on average, and until when."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.common.http import IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.hr import usecases
from services.hr.api.callers import ByHr, ByHrOrNurse
from services.hr.domain.opt_out import NewOptOut, Notice

router = api_router(tags=["opting out"])


class OptOutShape(Answer):
    id: UUID
    version: int
    team_id: UUID
    employee_id: UUID
    signed_on: date
    from_on: date
    notice_days: int
    notice_on: date | None
    until_on: date | None


@router.post("/opt-outs", status_code=201, response_model=OptOutShape)
async def opt_out(tx: ByHr, body: NewOptOut, response: Response) -> object:
    """HR records what an employee signed; without it nobody is planned beyond 48 hours a week on average."""
    return tagged(await usecases.opt_out(tx, body), response)


@router.get("/opt-outs", response_model=Page[OptOutShape])
async def list_opt_outs(
    tx: ByHrOrNurse, page: Asked, team_id: UUID | None = None, employee_id: UUID | None = None
) -> object:
    """Those of the caller's teams, of one team or person where asked, newest first."""
    return await usecases.list_opt_outs(tx, page, team_id=team_id, employee_id=employee_id)


@router.get("/opt-outs/{opt_out_id}", response_model=OptOutShape)
async def read_opt_out(tx: ByHrOrNurse, opt_out_id: UUID, response: Response) -> object:
    """One of them."""
    return tagged(await usecases.read_opt_out(tx, opt_out_id), response)


@router.post("/opt-outs/{opt_out_id}/end", response_model=OptOutShape)
async def end_opt_out(tx: ByHr, opt_out_id: UUID, body: Notice, version: IfMatch, response: Response) -> object:
    """The employee gave notice; nobody asks why, and it holds until the notice is over, or an earlier agreed day."""
    return tagged(await usecases.end_opt_out(tx, opt_out_id, body, version), response)
