"""Vacancies: the team tells of a post that is free, and of the day from which somebody holds it."""

from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.roster.domain.vacancy import Filling, NewVacancy, Vacancy
from services.roster.store.of_team import of_team


async def tell_of_vacancy(tx: Transaction, new: NewVacancy) -> Vacancy:
    """A post of the team is free from a day on. Raises `NotFound` for a team that is not the caller's."""
    await tx.require_team(new.team_id)
    vacancy = Vacancy.told(new, tx.now)
    tx.add(vacancy)
    return vacancy


async def fill_vacancy(tx: Transaction, vacancy_id: UUID, filling: Filling, if_match: int) -> Vacancy:
    """Somebody holds the post from this day. Raises `VacancyAlreadyFilled` or `FilledBeforeItWasVacant`."""
    vacancy = await tx.get(Vacancy, vacancy_id, lock=True)
    require_version(vacancy, if_match)
    vacancy.fill(filling.filled_on, tx.now)
    return vacancy


async def list_vacancies(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, Vacancy, team_id), Vacancy, request)
