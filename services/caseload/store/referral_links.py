"""Queries about links to refer by."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.caseload.domain.referral_link import ReferralLink, digest
from services.common.db import Transaction


async def listed(tx: Transaction, *, team_id: UUID | None) -> Select[Any]:
    wanted = select(ReferralLink).where(await tx.visible(ReferralLink))
    return wanted if team_id is None else wanted.where(col(ReferralLink.team_id) == team_id)


async def of_secret(tx: Transaction, secret: str) -> ReferralLink | None:
    """The link with this secret, whosever it is, locked: it is good for so many."""
    wanted = select(ReferralLink).where(col(ReferralLink.secret_hash) == digest(secret))
    found: ReferralLink | None = (await tx.session.execute(wanted.with_for_update())).scalar_one_or_none()
    return found
