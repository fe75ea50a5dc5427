"""Telling a client's story: made from the record in one step, with consent, and so that nobody knows whose it is."""

from typing import Any
from uuid import UUID

from services.caseload.domain.case_study import (
    CaseStudy,
    NewCaseStudy,
    StoryWithdrawn,
    known_names,
    require_nothing_given_away,
)
from services.caseload.domain.client import Client
from services.caseload.store import around, reaching
from services.caseload.usecases.team.reach import age_bands
from services.common.db import Transaction
from services.common.paging import PageRequest, page


async def tell_case_study(tx: Transaction, new: NewCaseStudy) -> CaseStudy:
    """Make a story with a chart from the client's record. Raises `ConsentToStoryNeeded` or `WordsGiveAway`."""
    client = await tx.get(Client, new.client_id)
    course, bands = await reaching.course(tx, client.id), await age_bands(tx, tx.today)
    study = CaseStudy.told(new, client, course, bands, tx.actor.employee_id, tx.now)
    require_nothing_given_away(new, known_names(client, await reaching.names_around(tx, client.id)))
    tx.add(study)
    await tx.session.flush()
    return study


async def list_case_studies(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """The stories of the caller's teams."""
    return await page(tx, await around.listed(tx, CaseStudy, team_id=team_id), CaseStudy, request)


async def read_case_study(tx: Transaction, case_study_id: UUID) -> CaseStudy:
    return await tx.get(CaseStudy, case_study_id)


async def withdraw_case_study(tx: Transaction, case_study_id: UUID, told: StoryWithdrawn, if_match: int) -> CaseStudy:
    """The client no longer wants it told: nothing of it is left. Raises `StoryAlreadyWithdrawn`."""
    study = await around.for_change(tx, CaseStudy, case_study_id, if_match)
    study.withdraw(told, tx.now)
    await tx.session.flush()
    return study
