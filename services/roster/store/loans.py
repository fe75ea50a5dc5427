"""Queries about loans, which two teams see."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.errors import NotFound
from services.roster.domain.loan import Loan
from services.roster.domain.shift import Shift, ShiftStatus


async def of_both(tx: Transaction, team_id: UUID | None) -> Select[Any]:
    """What the caller's teams borrow or lend, of one team where asked. Raises `NotFound` for another's team."""
    teams = await tx.teams()
    if team_id is not None:
        await tx.require_team(team_id)
        teams = frozenset({team_id})
    return select(Loan).where(col(Loan.team_id).in_(teams) | col(Loan.lending_team_id).in_(teams))


async def one(tx: Transaction, loan_id: UUID, *, lock: bool = False) -> Loan:
    """Raises `NotFound`."""
    wanted = (await of_both(tx, None)).where(col(Loan.id) == loan_id)
    found = await tx.all(wanted.with_for_update() if lock else wanted)
    if not found:
        raise NotFound("loan")
    loan: Loan = found[0]
    return loan


async def shift_of(tx: Transaction, loan_id: UUID) -> Shift:
    """The planned shift of a loan that is placed; both teams may take it off."""
    wanted = select(Shift).where(col(Shift.loan_id) == loan_id, col(Shift.status) == ShiftStatus.PLANNED)
    shift: Shift = (await tx.all(wanted.with_for_update()))[0]
    return shift
