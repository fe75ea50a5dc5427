"""Queries about the months that roster told of."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from services.common.db import Transaction
from services.finance.domain.overhead import TeamMonth


async def month_of(tx: Transaction, team_id: UUID, month_on: date) -> TeamMonth | None:
    wanted = select(TeamMonth).where(col(TeamMonth.team_id) == team_id, col(TeamMonth.month_on) == month_on)
    found = await tx.all(wanted)
    return found[0] if found else None
