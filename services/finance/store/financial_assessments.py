"""Queries about financial assessments and their outcomes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.finance.domain.activity import ActivityLine, ChargeStatus
from services.finance.domain.financial_assessment import AssessmentState, FinancialAssessment
from services.finance.domain.outcome import FinancialAssessmentOutcome, Outcome, Standing
from services.finance.domain.reablement import EndedEpisode

Recorded = FinancialAssessmentOutcome


async def standing_of(tx: Transaction, client_id: UUID) -> list[Standing]:
    """The client's outcomes that nothing stands in the place of, the one that begins last first."""
    same_episode = col(EndedEpisode.episode_of_care_id) == col(Recorded.episode_of_care_id)
    wanted = (
        select(Recorded, col(EndedEpisode.since_on))
        .outerjoin(EndedEpisode, same_episode)
        .where(col(Recorded.client_id) == client_id, col(Recorded.superseded_at).is_(None))
        .order_by(col(Recorded.from_on).desc(), col(Recorded.id).desc())
    )
    return [
        Standing(one.assessment_id, Outcome(one.outcome), one.weekly_pence, one.from_on, ends_on)
        for one, ends_on in await tx.rows(wanted)
    ]


async def standing_from(tx: Transaction, assessment_id: UUID, from_on: date) -> FinancialAssessmentOutcome | None:
    """The assessment's outcome that begins on this very day."""
    wanted = select(Recorded).where(
        col(Recorded.assessment_id) == assessment_id,
        col(Recorded.from_on) == from_on,
        col(Recorded.superseded_at).is_(None),
    )
    return (await tx.session.execute(wanted)).scalar_one_or_none()


async def outcomes(tx: Transaction, assessment_ids: Iterable[UUID]) -> dict[UUID, list[FinancialAssessmentOutcome]]:
    """Whatever was recorded of these assessments, in the order of first days, the corrected before its correction."""
    wanted = select(Recorded).where(col(Recorded.assessment_id).in_(list(assessment_ids)))
    found: dict[UUID, list[FinancialAssessmentOutcome]] = {}
    for one in await tx.all(wanted.order_by(col(Recorded.from_on), col(Recorded.id))):
        found.setdefault(one.assessment_id, []).append(one)
    return found


async def listed(tx: Transaction, *, team_id: UUID | None, state: AssessmentState | None) -> Select[Any]:
    wanted = select(FinancialAssessment).where(await tx.visible(FinancialAssessment))
    wanted = wanted if team_id is None else wanted.where(col(FinancialAssessment.team_id) == team_id)
    return wanted if state is None else wanted.where(col(FinancialAssessment.state) == state)


async def contributed_to(tx: Transaction, client_id: UUID, first: date, last: date) -> Sequence[ActivityLine]:
    """The client's segments of these days that they contribute to, in the order of days."""
    wanted = select(ActivityLine).where(
        col(ActivityLine.client_id) == client_id,
        col(ActivityLine.charge_status) == ChargeStatus.CLIENT_CONTRIBUTES,
        col(ActivityLine.occurred_on).between(first, last),
    )
    return await tx.all(wanted.order_by(col(ActivityLine.occurred_on), col(ActivityLine.id)))
