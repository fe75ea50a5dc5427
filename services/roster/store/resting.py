"""Queries about the rest that is owed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import col

from services.common.db import Transaction
from services.roster.domain.breach import RestOwed


def still_owed(now: datetime) -> ColumnElement[bool]:
    """Not had yet, whether a rest for it is planned or not."""
    return or_(col(RestOwed.settled_at).is_(None), col(RestOwed.settled_at) > now)


async def owed_to(tx: Transaction, employee_id: UUID, oldest: datetime) -> Sequence[RestOwed]:
    """What one person was owed, had or not, for what was missed since then, in that order."""
    own = col(RestOwed.employee_id) == employee_id
    return await tx.all(select(RestOwed).where(own, col(RestOwed.since_at) >= oldest).order_by(col(RestOwed.since_at)))


async def looked_for(tx: Transaction, oldest: datetime) -> Sequence[tuple[UUID, UUID]]:
    """Team and person of what is past its day and not had, or was told of as overdue and did not end yet.

    What was missed before the oldest is counted no more.
    """
    late = and_(still_owed(tx.now), col(RestOwed.due_on) < tx.today, col(RestOwed.overdue_at).is_(None))
    told = and_(col(RestOwed.overdue_at).is_not(None), col(RestOwed.ended_at).is_(None))
    wanted = select(col(RestOwed.team_id), col(RestOwed.employee_id)).where(
        col(RestOwed.since_at) >= oldest, or_(late, told)
    )
    return [(team_id, who) for team_id, who in await tx.rows(wanted.distinct())]


async def overdue(tx: Transaction, team_id: UUID, employee_id: UUID) -> Sequence[RestOwed]:
    """Of one person, locked: past its day and not told of as having ended."""
    wanted = select(RestOwed).where(
        col(RestOwed.team_id) == team_id,
        col(RestOwed.employee_id) == employee_id,
        col(RestOwed.due_on) < tx.today,
        col(RestOwed.ended_at).is_(None),
        or_(still_owed(tx.now), col(RestOwed.overdue_at).is_not(None)),
    )
    return await tx.all(wanted.order_by(col(RestOwed.id)).with_for_update())


async def told_of(tx: Transaction, breach_ids: Collection[UUID]) -> Sequence[RestOwed]:
    """What is owed for these breaches and was told of as overdue, and is not had, nor told of as having ended."""
    wanted = select(RestOwed).where(
        col(RestOwed.breach_id).in_(breach_ids),
        col(RestOwed.overdue_at).is_not(None),
        col(RestOwed.ended_at).is_(None),
        still_owed(tx.now),
    )
    return await tx.all(wanted.order_by(col(RestOwed.id)))
