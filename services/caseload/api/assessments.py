"""The integrated assessment, its nursing view and its Care Act view, and the Omaha terms it uses."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseReading
from services.caseload.api.shapes import AssessmentShape, ProblemShape, RatingShape
from services.caseload.domain.assessment import NewAssessment
from services.caseload.domain.omaha import EDITION, TERMS, NewRating
from services.common.http import ByNurse, IfMatch, api_router, etag
from services.common.types import Answer

router = api_router(tags=["assessments"])

YEAR_IN_SECONDS = 31_536_000


class FoundShape(Answer):
    problem: ProblemShape
    rating: RatingShape


class WholeAssessment(Answer):
    assessment: AssessmentShape
    found: list[FoundShape]


class NursingView(Answer):
    """The assessment as a nurse reads it: what matters, the problems and their ratings, the home."""

    assessed_on: date
    what_matters: str
    found: list[FoundShape]
    home: str | None
    capacity: str | None


class CareActView(Answer):
    """The same assessment as the council reads it: outcomes, eligibility, carer, home, money and capacity."""

    assessed_on: date
    what_matters: str
    care_act: dict[str, Any]
    eligible: bool
    carer: str | None
    home: str | None
    money: str | None
    capacity: str | None


def _whole(made: tuple[Any, list[tuple[Any, Any]]], response: Response) -> dict[str, Any]:
    assessment, found = made
    etag(response, assessment)
    return {
        "assessment": assessment,
        "found": [{"problem": problem, "rating": rating} for problem, rating in found],
    }


@router.get("/omaha/problems")
async def omaha_problems(
    tx: ByNurse,
    response: Response,
    domain: Annotated[str | None, Query(max_length=40)] = None,
    q: Annotated[str | None, Query(max_length=60)] = None,
) -> dict[str, Any]:
    """The 42 problems of the Omaha System (2005) with their signs, by domain or by a word in the name."""
    response.headers["Cache-Control"] = f"private, max-age={YEAR_IN_SECONDS}"
    wanted = [
        problem
        for problem in TERMS["problems"]
        if domain in (None, problem["domain"])
        and (q is None or q.lower() in f"{problem['name']} {problem['plain']}".lower())
    ]
    return {"edition": EDITION, "citation": TERMS["citation"], "items": wanted}


@router.post("/assessments", status_code=201, response_model=WholeAssessment)
async def start_assessment(tx: ByNurse, body: NewAssessment, response: Response) -> object:
    """Write an assessment: Omaha problems and Care Act outcomes in one form."""
    return _whole(await usecases.start_assessment(tx, body), response)


@router.post("/assessments/{assessment_id}/complete", response_model=WholeAssessment)
async def complete_assessment(tx: ByNurse, assessment_id: UUID, version: IfMatch, response: Response) -> object:
    """The assessment is finished."""
    return _whole(await usecases.complete_assessment(tx, assessment_id, version), response)


@router.get("/assessments/{assessment_id}", response_model=WholeAssessment)
async def read_assessment(tx: ByNurseReading, assessment_id: UUID, response: Response) -> object:
    """The whole assessment."""
    return _whole(await usecases.read_assessment(tx, assessment_id), response)


@router.get("/assessments/{assessment_id}/nursing-view", response_model=NursingView)
async def nursing_view(tx: ByNurseReading, assessment_id: UUID, response: Response) -> object:
    """The nursing extract of the one form."""
    whole = _whole(await usecases.read_assessment(tx, assessment_id), response)
    return {**AssessmentShape.model_validate(whole["assessment"]).model_dump(), "found": whole["found"]}


@router.get("/assessments/{assessment_id}/care-act-view", response_model=CareActView)
async def care_act_view(tx: ByNurseReading, assessment_id: UUID) -> object:
    """The Care Act extract of the same form."""
    assessment, _ = await usecases.read_assessment(tx, assessment_id)
    return assessment


@router.post("/problems/{problem_id}/ratings", status_code=201, response_model=RatingShape)
async def rate_problem(tx: ByNurse, problem_id: UUID, body: NewRating) -> object:
    """Rate a problem again, in between or at discharge."""
    return await usecases.rate_problem(tx, problem_id, body)
