"""Stories of clients, made from the record with consent, that tell nobody whose they are."""

from datetime import date
from uuid import UUID

from fastapi import Response

from services.caseload.api.rendered import tagged
from services.caseload.domain.case_study import NewCaseStudy, StoryWithdrawn
from services.caseload.usecases import team
from services.common.http import ByNurse, IfMatch, api_router
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["case studies"])


class StoryPart(Answer):
    """`week` counts from the referral. `numbers` are knowledge, behaviour and status of a rating; contacts and their
    minutes; or a wound's area in square millimetres."""

    week: int
    what: str
    code: str | None
    numbers: list[int]


class CaseStudyShape(Answer):
    """It can be handed on as it is: it holds no id, name, place or day of the client's."""

    id: UUID
    team_id: UUID
    version: int
    title: str
    alias: str
    reflection: str
    age_band: str
    told_to: str
    consent_on: date
    consent_how: str
    withdrawn_on: date | None
    story: list[StoryPart]
    svg: str
    written_by: UUID | None


@router.post("/case-studies", status_code=201, response_model=CaseStudyShape)
async def tell_case_study(tx: ByNurse, body: NewCaseStudy, response: Response) -> object:
    """Make a story and its chart from a client's record, in one step."""
    return tagged(await team.tell_case_study(tx, body), response)


@router.get("/case-studies", response_model=Page[CaseStudyShape])
async def list_case_studies(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """The stories of the caller's teams."""
    return await team.list_case_studies(tx, page, team_id=team_id)


@router.get("/case-studies/{case_study_id}", response_model=CaseStudyShape)
async def read_case_study(tx: ByNurse, case_study_id: UUID, response: Response) -> object:
    """One story."""
    return tagged(await team.read_case_study(tx, case_study_id), response)


@router.post("/case-studies/{case_study_id}/withdraw", response_model=CaseStudyShape)
async def withdraw_case_study(
    tx: ByNurse, case_study_id: UUID, body: StoryWithdrawn, version: IfMatch, response: Response
) -> object:
    """The client no longer wants it told; nothing of it is left."""
    return tagged(await team.withdraw_case_study(tx, case_study_id, body, version), response)
