"""Referral criteria: whom the team takes on, edition by edition."""

from datetime import datetime
from uuid import UUID

from fastapi import Response

from services.caseload.domain.referral_criteria import NewReferralCriteria
from services.caseload.usecases import getting_in
from services.common.http import ByNurse, api_router, etag
from services.common.paging import Asked, Page
from services.common.types import Answer

router = api_router(tags=["referrals"])


class ReferralCriteriaShape(Answer):
    id: UUID
    team_id: UUID
    version: int
    edition: int
    health_need_required: bool
    areas: list[str]
    words: str
    decision_id: UUID
    set_by: UUID | None
    from_at: datetime


@router.post("/referral-criteria", status_code=201, response_model=ReferralCriteriaShape)
async def change_referral_criteria(tx: ByNurse, body: NewReferralCriteria) -> object:
    """The next edition of the team's criteria, by a decision that the team adopted about its id."""
    return await getting_in.change_referral_criteria(tx, body)


@router.get("/referral-criteria", response_model=Page[ReferralCriteriaShape])
async def list_referral_criteria(tx: ByNurse, page: Asked, team_id: UUID | None = None) -> object:
    """Every edition of the criteria of the caller's teams, newest first."""
    return await getting_in.list_referral_criteria(tx, page, team_id=team_id)


@router.get("/referral-criteria/{referral_criteria_id}", response_model=ReferralCriteriaShape)
async def read_referral_criteria(tx: ByNurse, referral_criteria_id: UUID, response: Response) -> object:
    """One edition, such as the one that a referral was judged by."""
    criteria = await getting_in.read_referral_criteria(tx, referral_criteria_id)
    etag(response, criteria)
    return criteria
