"""Queries about loans, which two teams see."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlmodel import col

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.types import midnight_in_england
from services.roster.domain.loan import LENT, Loan, LoanIsOver
from services.roster.domain.period import midnight_after
from services.roster.domain.shift import Shift, ShiftKind, ShiftStatus


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


async def shift_of(tx: Transaction, loan: Loan) -> Shift:
    """The planned shift of a loan that is placed; both teams may take it off. Raises `LoanIsOver`."""
    wanted = select(Shift).where(col(Shift.loan_id) == loan.id, col(Shift.status) == ShiftStatus.PLANNED)
    found = await tx.all(wanted.with_for_update().execution_options(populate_existing=True))
    if not found:
        raise LoanIsOver(loan.state)
    shift: Shift = found[0]
    return shift


async def lent_on(tx: Transaction, team_id: UUID, on: date) -> frozenset[UUID]:
    """Whom the team lends at some time of a day in England."""
    wanted = select(col(Loan.employee_id)).where(
        col(Loan.lending_team_id) == team_id,
        col(Loan.state).in_(LENT),
        col(Loan.starts_at) < midnight_after(on),
        col(Loan.ends_at) > midnight_in_england(on),
    )
    return frozenset(await tx.all(wanted))


async def lent_from(tx: Transaction, team_id: UUID, employee_id: UUID, from_at: datetime) -> Sequence[Loan]:
    """The loans of somebody by a team that begin at this instant or later, locked."""
    wanted = select(Loan).where(
        col(Loan.lending_team_id) == team_id,
        col(Loan.employee_id) == employee_id,
        col(Loan.state).in_(LENT),
        col(Loan.starts_at) >= from_at,
    )
    return await tx.all(wanted.order_by(col(Loan.id)).with_for_update())


async def is_on_shift(tx: Transaction, employee_id: UUID, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether somebody has a shift at some time between, as far as the caller's teams plan or lend it."""
    wanted = select(col(Shift.id)).where(
        col(Shift.employee_id) == employee_id,
        col(Shift.kind) == ShiftKind.SHIFT,
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) < ends_at,
        col(Shift.ends_at) > starts_at,
    )
    return bool(await tx.all(wanted.limit(1)))
