"""Financial assessments: asked of the council, what came of them, and what the client is billed by them."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.common.http import IfMatch, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Day
from services.finance import usecases
from services.finance.api.callers import ByFinance, ByTeamOrFinance, ByWhoeverAsksTheCouncil
from services.finance.api.shapes import FinancialAssessmentShape, WeeksOfCareShape
from services.finance.domain.financial_assessment import Assessed, AssessmentState, NewFinancialAssessment
from services.finance.domain.outcome import AssessmentOutcome

router = api_router(tags=["financial assessments"])


def _shown(found: Assessed) -> dict[str, object]:
    assessment, outcomes = found
    return {**assessment.model_dump(), "outcomes": [one.model_dump() for one in outcomes]}


def _tagged(found: Assessed, response: Response) -> object:
    etag(response, found[0])
    return _shown(found)


@router.post("/financial-assessments", status_code=201, response_model=FinancialAssessmentShape)
async def ask_for_financial_assessment(
    tx: ByWhoeverAsksTheCouncil, body: NewFinancialAssessment, response: Response
) -> object:
    """Ask the council for its means test, where the team decided that social care goes on after the free days."""
    return _tagged(await usecases.ask_for_financial_assessment(tx, body), response)


@router.get("/financial-assessments", response_model=Page[FinancialAssessmentShape])
async def list_financial_assessments(
    tx: ByTeamOrFinance,
    page: Asked,
    team_id: UUID | None = None,
    state: Annotated[AssessmentState | None, Query()] = None,
) -> object:
    """What was asked of the council, and what came of it."""
    found = await usecases.list_financial_assessments(tx, page, team_id=team_id, state=state)
    return {**found, "items": [_shown(one) for one in found["items"]]}


@router.get("/financial-assessments/{assessment_id}", response_model=FinancialAssessmentShape)
async def read_financial_assessment(tx: ByTeamOrFinance, assessment_id: UUID, response: Response) -> object:
    """One financial assessment."""
    return _tagged(await usecases.read_financial_assessment(tx, assessment_id), response)


@router.post("/financial-assessments/{assessment_id}/outcome", response_model=FinancialAssessmentShape)
async def record_outcome(
    tx: ByFinance, assessment_id: UUID, body: AssessmentOutcome, version: IfMatch, response: Response
) -> object:
    """Record what the council decided, from which day on, and by which reference of the council's.

    A later one, as at the yearly uprating, counts from its own first day; one with the same first day is a correction.
    """
    return _tagged(await usecases.record_outcome(tx, assessment_id, body, version), response)


@router.get("/financial-assessments/{assessment_id}/weeks", response_model=WeeksOfCareShape)
async def list_weeks_of_care(tx: ByTeamOrFinance, assessment_id: UUID, from_on: Day, to_on: Day) -> object:
    """What the client is billed for social care, week by week. Health care is never in it."""
    assessment, weeks = await usecases.list_weeks_of_care(tx, assessment_id, from_on, to_on)
    return {"financial_assessment": _shown(assessment), "items": [asdict(week) for week in weeks]}
