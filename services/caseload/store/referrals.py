"""Queries about referrals and those they become."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.caseload.domain.base import TRUSTED
from services.caseload.domain.client import Client
from services.caseload.domain.referral import AdoptedDecision, Referral
from services.common.db import Transaction


async def is_adopted(tx: Transaction, decision_id: UUID, referral: Referral) -> bool:
    """Whether this very team adopted this decision about this very referral."""
    found = await tx.session.get(AdoptedDecision, (decision_id, referral.id))
    return found is not None and found.team_id == referral.team_id


async def urgent_among(tx: Transaction, subject_ids: Sequence[UUID]) -> Sequence[Referral]:
    """Referrals that one nurse took on urgently and that the team has not yet ratified."""
    wanted = select(Referral).where(col(Referral.id).in_(subject_ids), col(Referral.urgent_reason).is_not(None))
    return await tx.all(wanted.with_for_update())


async def client_with_number_of(tx: Transaction, referral: Referral) -> Client | None:
    """Whom the team knows by the NHS number of this referral, where both records stand behind the number."""
    if referral.nhs_number is None or referral.nhs_number_status not in TRUSTED:
        return None
    wanted = select(Client).where(
        col(Client.team_id) == referral.team_id,
        col(Client.nhs_number) == referral.nhs_number,
        col(Client.nhs_number_status).in_(TRUSTED),
    )
    return (await tx.session.execute(wanted)).scalar_one_or_none()
