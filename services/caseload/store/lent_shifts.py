"""Who is lent to a team at some time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Mapped
from sqlmodel import col

from services.caseload.domain.lent_shift import LentShift
from services.common.db import Transaction


async def lent_at(tx: Transaction, team_id: UUID, at: datetime) -> frozenset[UUID]:
    """Whose lent shift with this team is on, or its margins are."""
    wanted = select(col(LentShift.employee_id)).where(
        col(LentShift.team_id) == team_id, col(LentShift.access_from) <= at, col(LentShift.access_until) > at
    )
    return frozenset(await tx.all(wanted))


def lent_now(tx: Transaction, team_id: UUID, employee_id: Mapped[UUID]) -> ColumnElement[bool]:
    """Of each row of a query, whether this person is lent to the team at this time."""
    wanted = select(col(LentShift.shift_id)).where(
        col(LentShift.team_id) == team_id,
        col(LentShift.employee_id) == employee_id,
        col(LentShift.access_from) <= tx.now,
        col(LentShift.access_until) > tx.now,
    )
    return wanted.exists()
