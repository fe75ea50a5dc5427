"""Queries about shifts, and about the people who could be with a client in them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlmodel import col

from services.common import membership
from services.common.db import Transaction
from services.common.types import day_in_england
from services.roster.domain.ability import Ability
from services.roster.domain.loan import Loan
from services.roster.domain.presence import Presence
from services.roster.domain.shift import VISITING, Shift, ShiftStatus
from services.roster.store.abilities import abilities


async def of_all(tx: Transaction) -> Select[Any]:
    """Of all the caller's teams, and those in which the caller is lent to another."""
    lent = and_(col(Shift.loan_id).is_not(None), col(Shift.employee_id) == tx.actor.employee_id)
    return select(Shift).where(or_(await tx.visible(Shift), lent))


async def presences(
    tx: Transaction, team_id: UUID, people: Sequence[UUID], starts_at: datetime, ends_at: datetime
) -> dict[UUID, Presence]:
    """What is known of each of these people for this time: six statements, however many they are.

    Whoever is lent to the team belongs to it in her shift there.
    """
    on = day_in_england(starts_at)
    known = await membership.members(tx, team_id, on)
    able = await abilities(tx, team_id, people, on)
    shifts = await _shifts_around(tx, team_id, people, starts_at, ends_at)
    lent = await _lent(tx, team_id, people, starts_at, ends_at)
    return {
        one: Presence(
            employee_id=one,
            is_member=one in known or one in lent,
            is_on_shift=one in shifts,
            is_supervised=all(shifts.get(one, [])),
            ability=able[one].lent(lent[one]) if one in lent else able[one],
        )
        for one in people
    }


async def _lent(
    tx: Transaction, team_id: UUID, people: Sequence[UUID], starts_at: datetime, ends_at: datetime
) -> dict[UUID, Ability]:
    """What each of them who is lent brings along."""
    wanted = select(col(Shift.employee_id), Loan)
    wanted = wanted.join(Loan, col(Loan.id) == col(Shift.loan_id)).where(
        col(Shift.team_id) == team_id,
        col(Shift.employee_id).in_(people),
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) <= starts_at,
        col(Shift.ends_at) >= ends_at,
    )
    return {employee_id: loan.brought for employee_id, loan in await tx.rows(wanted)}


async def able_in(tx: Transaction, team_id: UUID, on: date, out: Sequence[Shift]) -> dict[UUID, Ability]:
    """By shift of this day, of whoever belongs to the team or is lent to it for this shift: five statements."""
    known = await membership.members(tx, team_id, on)
    able = await abilities(tx, team_id, sorted({shift.employee_id for shift in out}), on)
    wanted = select(Loan).where(col(Loan.id).in_({shift.loan_id for shift in out if shift.loan_id is not None}))
    brought = {loan.id: loan.brought for loan in await tx.all(wanted)}
    found = {shift.id: able[shift.employee_id] for shift in out if shift.employee_id in known}
    lent = [shift for shift in out if shift.loan_id in brought]
    return found | {shift.id: able[shift.employee_id].lent(brought[shift.loan_id]) for shift in lent}


async def _shifts_around(
    tx: Transaction, team_id: UUID, people: Sequence[UUID], starts_at: datetime, ends_at: datetime
) -> dict[UUID, list[bool]]:
    """Of each of these people the shifts that hold the whole of this time: whether they are supervised ones."""
    wanted = select(col(Shift.employee_id), col(Shift.supervised_only)).where(
        col(Shift.team_id) == team_id,
        col(Shift.employee_id).in_(people),
        col(Shift.kind).in_(VISITING),
        col(Shift.status) == ShiftStatus.PLANNED,
        col(Shift.starts_at) <= starts_at,
        col(Shift.ends_at) >= ends_at,
    )
    found: dict[UUID, list[bool]] = {}
    for employee_id, supervised in await tx.rows(wanted):
        found.setdefault(employee_id, []).append(supervised)
    return found
