"""Referrals: received, listed, accepted or not taken."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response

from services.caseload import usecases
from services.caseload.api.callers import ByNurseOrServiceReading
from services.caseload.api.shapes import EpisodeShape, ReferralShape
from services.caseload.domain.referral import Acceptance, NewReferral, ReferralStatus, Refusal
from services.common.http import ByNurse, IfMatch, api_router, etag, written
from services.common.paging import Asked, Page

router = api_router(tags=["referrals"])


@router.post("/referrals", status_code=201, response_model=ReferralShape)
async def receive_referral(tx: ByNurse, body: NewReferral) -> object:
    """Somebody refers a person to the team. No NHS number is normal."""
    return await usecases.receive_referral(tx, body)


@router.get("/referrals", response_model=Page[ReferralShape])
async def list_referrals(
    tx: ByNurse, page: Asked, team_id: UUID | None = None, status: Annotated[ReferralStatus | None, Query()] = None
) -> object:
    """The referrals of the caller's teams."""
    return written(await usecases.list_referrals(tx, page, ReferralShape, team_id=team_id, status=status))


@router.get("/referrals/{referral_id}", response_model=ReferralShape)
async def read_referral(tx: ByNurseOrServiceReading, referral_id: UUID, response: Response) -> object:
    """One referral, with how it was decided."""
    referral = await usecases.read_referral(tx, referral_id)
    etag(response, referral)
    return referral


@router.post("/referrals/{referral_id}/accept", status_code=201, response_model=EpisodeShape)
async def accept_referral(tx: ByNurse, referral_id: UUID, body: Acceptance, version: IfMatch) -> object:
    """Take the person on, with a named nurse and a deputy; an episode of care opens."""
    return await usecases.accept_referral(tx, referral_id, body, version)


@router.post("/referrals/{referral_id}/not-take", response_model=ReferralShape)
async def not_take_referral(tx: ByNurse, referral_id: UUID, body: Refusal, version: IfMatch) -> object:
    """Do not take the person on: say why, and where they can turn."""
    return await usecases.not_take_referral(tx, referral_id, body, version)
