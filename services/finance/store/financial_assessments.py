"""Queries about financial assessments."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.finance.domain.activity import ActivityLine, ChargeStatus
from services.finance.domain.financial_assessment import AssessmentState, FinancialAssessment, Outcome


async def outcome_on(tx: Transaction, client_id: UUID, on: date) -> Outcome | None:
    """How the client's means test came out that counts on this day: of several the one that began last."""
    wanted = select(col(FinancialAssessment.outcome)).where(
        col(FinancialAssessment.client_id) == client_id, col(FinancialAssessment.from_on) <= on
    )
    newest = wanted.order_by(col(FinancialAssessment.from_on).desc(), col(FinancialAssessment.id).desc()).limit(1)
    found = await tx.all(newest)
    return Outcome(found[0]) if found else None


async def listed(tx: Transaction, *, team_id: UUID | None, state: AssessmentState | None) -> Select[Any]:
    wanted = select(FinancialAssessment).where(await tx.visible(FinancialAssessment))
    wanted = wanted if team_id is None else wanted.where(col(FinancialAssessment.team_id) == team_id)
    return wanted if state is None else wanted.where(col(FinancialAssessment.state) == state)


async def contributed_to(
    tx: Transaction, assessment: FinancialAssessment, first: date, last: date
) -> Sequence[ActivityLine]:
    """The client's segments of these days that they contribute to, in the order of days."""
    wanted = select(ActivityLine).where(
        col(ActivityLine.client_id) == assessment.client_id,
        col(ActivityLine.charge_status) == ChargeStatus.CLIENT_CONTRIBUTES,
        col(ActivityLine.occurred_on).between(first, last),
    )
    return await tx.all(wanted.order_by(col(ActivityLine.occurred_on), col(ActivityLine.id)))
