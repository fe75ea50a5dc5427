"""Queries about leave, availability and what a team agreed."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import midnight_in_england
from services.roster.domain.availability import LASTS_UNTIL, Availability
from services.roster.domain.leave import Leave, LeaveState
from services.roster.domain.period import midnight_after
from services.roster.domain.shift import Shift, ShiftStatus
from services.roster.domain.team_agreement import TeamAgreement


async def agreed_leave(tx: Transaction, people: Collection[UUID], from_on: date, to_on: date) -> Sequence[Leave]:
    """On some day of these, by these people."""
    wanted = select(Leave).where(
        col(Leave.employee_id).in_(people),
        col(Leave.state) == LeaveState.OK,
        col(Leave.from_on) <= to_on,
        col(Leave.to_on) >= from_on,
    )
    return await tx.all(wanted.order_by(col(Leave.from_on), col(Leave.id)))


async def said(tx: Transaction, team_id: UUID, from_on: date, to_on: date) -> Sequence[Availability]:
    """What anybody of the team says of some day of these; of what is over nothing is read."""
    wanted = select(Availability).where(
        col(Availability.team_id) == team_id,
        from_on <= LASTS_UNTIL,
        col(Availability.from_on) <= to_on,
        col(Availability.day_on).is_(None) | (col(Availability.day_on) <= to_on),
    )
    return await tx.all(wanted.order_by(col(Availability.id)))


async def agreements(tx: Transaction, team_id: UUID, on: date) -> dict[str, tuple[int, int]]:
    """By code the amount and its period that hold on a day."""
    newest = (
        select(col(TeamAgreement.code), col(TeamAgreement.amount), col(TeamAgreement.per))
        .where(col(TeamAgreement.team_id) == team_id, col(TeamAgreement.from_on) <= on)
        .ext(distinct_on(col(TeamAgreement.code)))
        .order_by(col(TeamAgreement.code), col(TeamAgreement.from_on).desc())
    )
    return {code: (amount, per) for code, amount, per in await tx.rows(newest)}


async def shifts_in(tx: Transaction, leave: Leave) -> Sequence[Shift]:
    """The planned shifts that begin on a day of this leave."""
    wanted = select(Shift).where(
        col(Shift.employee_id) == leave.employee_id,
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) >= midnight_in_england(leave.from_on),
        col(Shift.starts_at) < midnight_after(leave.to_on),
    )
    return await tx.all(wanted.order_by(col(Shift.starts_at), col(Shift.id)))
