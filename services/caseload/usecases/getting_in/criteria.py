"""The team's own referral criteria, changed by decision and kept edition by edition."""

from typing import Any
from uuid import UUID

from services.caseload.domain.referral_criteria import CriteriaNotDecided, NewReferralCriteria, ReferralCriteria
from services.caseload.store import referrals
from services.common.db import Transaction
from services.common.paging import PageRequest, page


async def change_referral_criteria(tx: Transaction, new: NewReferralCriteria) -> ReferralCriteria:
    """The team decided whom it takes on from now on. Raises `NotFound` or `CriteriaNotDecided`."""
    await tx.require_team(new.team_id)
    if not await referrals.is_adopted(tx, new.decision_id, new.id, new.team_id):
        raise CriteriaNotDecided
    await tx.take_turns(f"referral_criteria/{new.team_id}")
    last = await referrals.criteria_of(tx, new.team_id)
    criteria = ReferralCriteria.after(last, new, tx.actor.employee_id, tx.now)
    tx.add(criteria)
    await tx.session.flush()
    return criteria


async def list_referral_criteria(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    """Every edition, the newest first."""
    wanted = await referrals.all_criteria(tx, team_id=team_id)
    return await page(tx, wanted, ReferralCriteria, request, newest_first=True)


async def read_referral_criteria(tx: Transaction, referral_criteria_id: UUID) -> ReferralCriteria:
    return await tx.get(ReferralCriteria, referral_criteria_id)
