"""Posts of the team that nobody holds."""

from uuid import UUID

from fastapi import Response

from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.roster.api.shapes.capacity import VacancyShape
from services.roster.domain.vacancy import Filling, NewVacancy
from services.roster.usecases import capacity

router = api_router(tags=["capacity"])


@router.post("/vacancies", status_code=201, response_model=VacancyShape)
async def tell_of_vacancy(tx: ByNurse, body: NewVacancy, response: Response) -> object:
    """Tell of a post that is free. The forecast shows its time apart, and counts it for nothing."""
    vacancy = await capacity.tell_of_vacancy(tx, body)
    etag(response, vacancy)
    return vacancy


@router.get("/vacancies", response_model=Page[VacancyShape])
async def list_vacancies(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The vacancies of the caller's teams, those that were filled among them."""
    return await capacity.list_vacancies(tx, page, team_id=team_id)


@router.post("/vacancies/{vacancy_id}/fill", response_model=VacancyShape)
async def fill_vacancy(tx: ByNurse, vacancy_id: UUID, body: Filling, version: IfMatch, response: Response) -> object:
    """Somebody holds the post from this day; their contract brings the time."""
    vacancy = await capacity.fill_vacancy(tx, vacancy_id, body, version)
    etag(response, vacancy)
    return vacancy
