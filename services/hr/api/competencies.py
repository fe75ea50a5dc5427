"""What members of a team were seen to do safely, and until when that holds."""

from datetime import date, datetime
from uuid import UUID

from fastapi import Response

from services.common.http import IfMatch, api_router, tagged
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.hr import usecases
from services.hr.api.callers import ByHrOrNurse
from services.hr.domain.competency import NewCompetency

router = api_router(tags=["competencies"])


class CompetencyShape(Answer):
    id: UUID
    version: int
    team_id: UUID
    employee_id: UUID
    task: str
    assessed_by: UUID
    assessed_on: date
    until_on: date
    withdrawn_at: datetime | None


@router.post("/competencies", status_code=201, response_model=CompetencyShape)
async def sign_off_competency(tx: ByHrOrNurse, body: NewCompetency, response: Response) -> object:
    """A registered nurse signs off what she saw; HR records what was signed on paper."""
    return tagged(await usecases.sign_off_competency(tx, body), response)


@router.get("/competencies", response_model=Page[CompetencyShape])
async def list_competencies(
    tx: ByHrOrNurse, page: Asked, team_id: UUID | None = None, employee_id: UUID | None = None
) -> object:
    """Those of the caller's teams, of one team or person where asked, newest first."""
    return await usecases.list_competencies(tx, page, team_id=team_id, employee_id=employee_id)


@router.get("/competencies/{competency_id}", response_model=CompetencyShape)
async def read_competency(tx: ByHrOrNurse, competency_id: UUID, response: Response) -> object:
    """One of them."""
    return tagged(await usecases.read_competency(tx, competency_id), response)


@router.post("/competencies/{competency_id}/withdraw", response_model=CompetencyShape)
async def withdraw_competency(tx: ByHrOrNurse, competency_id: UUID, version: IfMatch, response: Response) -> object:
    """It ends now, and with it whatever was delegated on it; anybody of the team may say so."""
    return tagged(await usecases.withdraw_competency(tx, competency_id, version), response)
