"""Queries about referrals and those they become."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlmodel import col

from services.caseload.domain.answer_time import Answered
from services.caseload.domain.delegation import MemberRole
from services.caseload.domain.not_taken import Outcome
from services.caseload.domain.referral import AdoptedDecision, Referral
from services.caseload.domain.referral_criteria import ReferralCriteria
from services.caseload.domain.referral_question import ReferralQuestion
from services.caseload.domain.transfer import TransferredClient
from services.common.db import Transaction
from services.common.types import midnight_in_england


async def is_adopted(tx: Transaction, decision_id: UUID, subject_id: UUID, team_id: UUID) -> bool:
    """Whether this very team adopted this decision about this very thing."""
    found = await tx.session.get(AdoptedDecision, (decision_id, subject_id))
    return found is not None and found.team_id == team_id


async def of_partner(tx: Transaction, inbound_referral_id: UUID) -> Referral | None:
    """The referral that a partner's system made, locked."""
    wanted = select(Referral).where(col(Referral.inbound_referral_id) == inbound_referral_id).with_for_update()
    found: Referral | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def criteria_of(tx: Transaction, team_id: UUID) -> ReferralCriteria | None:
    """The team's newest criteria, which are in force."""
    mine = select(ReferralCriteria).where(col(ReferralCriteria.team_id) == team_id)
    newest = await tx.all(mine.order_by(col(ReferralCriteria.edition).desc()).limit(1))
    return newest[0] if newest else None


async def all_criteria(tx: Transaction, *, team_id: UUID | None) -> Select[Any]:
    wanted = select(ReferralCriteria).where(await tx.visible(ReferralCriteria))
    return wanted if team_id is None else wanted.where(col(ReferralCriteria.team_id) == team_id)


async def questions(tx: Transaction, referral: Referral) -> Sequence[ReferralQuestion]:
    """What was asked about it, in order."""
    wanted = select(ReferralQuestion).where(col(ReferralQuestion.referral_id) == referral.id)
    return await tx.all(wanted.order_by(col(ReferralQuestion.asked_at), col(ReferralQuestion.id)))


async def urgent_among(tx: Transaction, subject_ids: Sequence[UUID]) -> Sequence[Referral]:
    """Referrals that one nurse took on urgently and that the team has not yet ratified; those of a transfer as well."""
    listed = select(col(TransferredClient.id)).where(col(TransferredClient.caseload_transfer_id).in_(subject_ids))
    decided = or_(col(Referral.id).in_(subject_ids), col(Referral.id).in_(listed))
    wanted = select(Referral).where(
        decided, col(Referral.urgent_reason).is_not(None), col(Referral.decision_id).is_(None)
    )
    return await tx.all(wanted.with_for_update())


async def role_of(tx: Transaction, team_id: UUID, employee_id: UUID) -> str | None:
    """What somebody works as in the team, where hr has told."""
    theirs = (
        col(MemberRole.team_id) == team_id,
        col(MemberRole.employee_id) == employee_id,
        col(MemberRole.role) != "unknown",
    )
    role: str | None = await tx.session.scalar(select(col(MemberRole.role)).where(*theirs))
    return role


async def answers(tx: Transaction, team_id: UUID, first: date, last: date) -> list[Answered]:
    """When the referrals of these days came, and when they were answered."""
    told = (Referral.source, Referral.received_at, Referral.decided_at)
    return [
        Answered(*row) for row in await tx.rows(select(*(col(one) for one in told)).where(*_of(team_id, first, last)))
    ]


async def outcomes(tx: Transaction, team_id: UUID, first: date, last: date) -> list[Outcome]:
    """What became of the referrals that the team received in these days."""
    told = (Referral.status, Referral.not_taken_reason, Referral.need, Referral.postcode)
    return [
        Outcome(*row) for row in await tx.rows(select(*(col(one) for one in told)).where(*_of(team_id, first, last)))
    ]


def _of(team_id: UUID, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    """What the team received in these days."""
    return (
        col(Referral.team_id) == team_id,
        col(Referral.received_at) >= midnight_in_england(first),
        col(Referral.received_at) < midnight_in_england(last + timedelta(days=1)),
    )
