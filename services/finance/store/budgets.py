"""Queries about pooled budgets."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlmodel import col

from services.common.db import Transaction
from services.finance.domain.budget import Budget, Contribution


async def listed(tx: Transaction, *, team_id: UUID | None) -> Select[Any]:
    """The visible budgets, by team where asked."""
    wanted = select(Budget).where(await tx.visible(Budget))
    return wanted if team_id is None else wanted.where(col(Budget.team_id) == team_id)


async def of_teams(tx: Transaction, team_ids: Iterable[UUID]) -> Sequence[Budget]:
    return await tx.all(select(Budget).where(col(Budget.team_id).in_(list(team_ids))))


async def contributions(tx: Transaction, budget_id: UUID) -> Sequence[Contribution]:
    wanted = select(Contribution).where(col(Contribution.budget_id) == budget_id)
    return await tx.all(wanted.order_by(col(Contribution.position)))


async def totals(tx: Transaction, budget_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Pence pledged to each of these budgets, in one statement."""
    budget = col(Contribution.budget_id)
    pledged = cast(func.sum(col(Contribution.pledged_pence)), BigInteger)
    wanted = select(budget, pledged).where(budget.in_(budget_ids)).group_by(budget)
    return {row[0]: row[1] for row in await tx.rows(wanted)}
