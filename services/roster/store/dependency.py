"""What was said of clients' dependency, and what each category counts for."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.dependency import Dependency, DependencyCategory, Weights, weights_of


async def categories(tx: Transaction, team_id: UUID) -> Sequence[DependencyCategory]:
    return await tx.all(select(DependencyCategory).where(col(DependencyCategory.team_id) == team_id))


async def weights(tx: Transaction, team_id: UUID) -> Weights:
    """Two statements, and the second only where the team has categories at all."""
    known = await categories(tx, team_id)
    if not known:
        return {}
    return weights_of(await tx.all(select(Dependency).where(col(Dependency.team_id) == team_id)), known)
