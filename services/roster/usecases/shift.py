"""Shifts: a team plans its members' time."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col

from services.common.db import Transaction
from services.common.membership import require_members
from services.common.paging import PageRequest, page
from services.common.types import day_in_england, midnight_in_england
from services.roster.domain.period import midnight_after
from services.roster.domain.shift import NewShift, Shift, ShiftClash
from services.roster.events import ShiftPlanned
from services.roster.store.of_team import of_team


async def plan_shift(tx: Transaction, new: NewShift) -> Shift:
    """The team plans a stretch of one member's time. Raises `NotFound`, `NotInTheTeam` or `ShiftClash`."""
    await tx.require_team(new.team_id)
    await require_members(tx, new.team_id, day_in_england(new.starts_at), {"/body/employee_id": new.employee_id})
    await tx.take_turns(new.employee_id)
    shift = Shift.planned(new, tx.actor.employee_id, tx.now)
    async with tx.refusing({"shift_one_at_a_time": ShiftClash}):
        tx.add(shift)
    tell_of_shift(tx, shift)
    return shift


def tell_of_shift(tx: Transaction, shift: Shift) -> None:
    """The others hear of the shift as it now stands."""
    planned = ShiftPlanned(
        shift_id=shift.id,
        team_id=shift.team_id,
        employee_id=shift.employee_id,
        kind=shift.kind,
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        unpaid_break_minutes=shift.unpaid_break_minutes,
        status=shift.status,
    )
    tx.publish(planned, about=shift)


async def list_shifts(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, from_on: date | None, to_on: date | None
) -> dict[str, Any]:
    """The shifts that start on these days in England."""
    wanted = await of_team(tx, Shift, team_id)
    if from_on is not None:
        wanted = wanted.where(col(Shift.starts_at) >= midnight_in_england(from_on))
    if to_on is not None:
        wanted = wanted.where(col(Shift.starts_at) < midnight_after(to_on))
    return await page(tx, wanted, Shift, request)
