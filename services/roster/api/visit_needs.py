"""Visit needs: what has to be done at a client's home, and the visit that is proposed for it."""

from datetime import date
from uuid import UUID

from fastapi import Query, Response

from services.common.http import ByNurse, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer
from services.roster import usecases

router = api_router(tags=["visits"])


class VisitNeedShape(Answer):
    """`at_visit_id` is a visit that is planned already, by the day; without one, `ask_employee_id` is whom to ask."""

    id: UUID
    team_id: UUID
    version: int
    client_id: UUID
    kind: str
    by_on: date
    closed_on: date | None
    at_visit_id: UUID | None
    ask_employee_id: UUID | None


@router.get("/visit-needs", response_model=Page[VisitNeedShape])
async def list_visit_needs(
    tx: ByNurse,
    page: Asked,
    team_id: UUID | None = None,
    is_open: bool | None = Query(default=None, alias="open", description="Whether it is still to be done."),
) -> object:
    """Tests that are to be taken at clients' homes. Nothing is planned by itself: the team plans the visit."""
    return await usecases.list_visit_needs(tx, page, team_id=team_id, is_open=is_open)


@router.get("/visit-needs/{visit_need_id}", response_model=VisitNeedShape)
async def read_visit_need(tx: ByNurse, visit_need_id: UUID, response: Response) -> object:
    """One of them; its id is the test's at caseload."""
    found = await usecases.read_visit_need(tx, visit_need_id)
    response.headers["ETag"] = f'"{found["version"]}"'
    return found
