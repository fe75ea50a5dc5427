"""Referring in plain JSON: for partners' systems that speak no FHIR."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends

from services.common.http import api_router
from services.interop import usecases
from services.interop.api.callers import ByOwnReferrer, ByReferrer
from services.interop.api.kept_route import kept_message, kept_router
from services.interop.api.shapes import PlainReceipt, PlainStatus
from services.interop.domain.plain_referral import PlainReferral

door = kept_router(tags=["referrals"])
router = api_router(tags=["referrals"])


@door.post("/referrals", status_code=201, response_model=PlainReceipt)
async def take_plain_referral(
    tx: ByReferrer, body: PlainReferral, message_id: Annotated[UUID, Depends(kept_message)]
) -> object:
    """Refer a person, who agrees, to the team behind a service in the Directory of Services."""
    return await usecases.take_plain_referral(tx, body, message_id)


@router.get("/referrals/{receipt_id}", response_model=PlainStatus)
async def read_own_referral(tx: ByOwnReferrer, receipt_id: UUID) -> object:
    """What became of a referral, for the system that sent it and no other."""
    return await usecases.read_own_referral(tx, receipt_id)
