"""Shifts: a team plans its members' time."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import col

from services.common.db import Transaction, require_version
from services.common.membership import require_members
from services.common.paging import PageRequest, page
from services.common.types import day_in_england, midnight_in_england
from services.roster.domain.breach import Ground
from services.roster.domain.period import midnight_after
from services.roster.domain.rule import RuleCode
from services.roster.domain.shift import NewShift, Shift, ShiftClash, ShiftKind, Times
from services.roster.events import ShiftPlanned
from services.roster.store import breaches, shifts, swaps
from services.roster.store.of_team import of_team
from services.roster.usecases.agreed import team_rule
from services.roster.usecases.opening import tell_of_lost_time
from services.roster.usecases.placing import judge_shift, write_breaches
from services.roster.usecases.resting import settle_rest, take_away


async def plan_shift(tx: Transaction, new: NewShift) -> Shift:
    """The team plans a stretch of one member's time; what breaks a rule stands with its ground, and rest is owed.

    Raises `NotFound`, `NotInTheTeam`, `ShiftClash`, `ShiftTooLong`, `OnLeave` or `BreachNeedsGround`.
    """
    await tx.require_team(new.team_id)
    await require_members(tx, new.team_id, day_in_england(new.starts_at), {"/body/employee_id": new.employee_id})
    await tx.take_turns(new.employee_id)
    shift = Shift.planned(new, tx.actor.employee_id, tx.now)
    async with tx.refusing({"shift_one_at_a_time": ShiftClash}):
        tx.add(shift)
    await _stand(tx, shift, new.ground)
    return shift


async def _stand(tx: Transaction, shift: Shift, ground: Ground | None) -> None:
    placed = await judge_shift(tx, shift, ground)
    await write_breaches(tx, shift.team_id, placed, ground, shift.employee_id, shift_id=shift.id)
    await settle_rest(tx, shift.team_id, shift.employee_id)
    tell_of_shift(tx, shift)


async def move_shift(tx: Transaction, shift_id: UUID, times: Times, if_match: int) -> Shift:
    """Other times of the same person's shift, planned by hand; at short notice where either begins soon.

    What the shift breaks now takes the place of what it broke before.
    Raises `PreconditionFailed`, `ShiftOfRota`, `ShiftOfLoan`, `ShiftIsOff`, and what `plan_shift` raises.
    """
    shift = await _by_hand(tx, shift_id, if_match)
    async with tx.refusing({"shift_one_at_a_time": ShiftClash}):
        shift.become(times, await _soon(tx, shift), _told(tx), tx.now)
    await take_away(tx, await breaches.of_shift(tx, shift.id))
    await _stand(tx, shift, times.ground)
    return shift


async def cancel_shift(tx: Transaction, shift_id: UUID, if_match: int) -> Shift:
    """It is off, its time is free, and it breaks nothing any more; time away from the caseload is lost by it.

    Raises `PreconditionFailed`, `ShiftOfRota`, `ShiftOfLoan` or `ShiftIsOff`.
    """
    shift = await _by_hand(tx, shift_id, if_match)
    shift.cancel(await _soon(tx, shift), _told(tx), tx.now)
    if shift.kind == ShiftKind.PROTECTED_TIME:
        tell_of_lost_time(tx, shift, "cancelled")
    await take_away(tx, await breaches.of_shift(tx, shift.id))
    await settle_rest(tx, shift.team_id, shift.employee_id)
    tell_of_shift(tx, shift)
    return shift


async def accept_shift(tx: Transaction, shift_id: UUID, if_match: int) -> Shift:
    """Whose shift it is says yes to it as it now stands. Raises `PreconditionFailed` or `NotYourShift`."""
    shift = await tx.get(Shift, shift_id, lock=True)
    require_version(shift, if_match)
    shift.accept(tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return shift


async def _by_hand(tx: Transaction, shift_id: UUID, if_match: int) -> Shift:
    # Whose time it is before the row, as everybody who changes several shifts of one person does.
    await tx.take_turns(await swaps.whose(tx, shift_id))
    shift = await tx.get(Shift, shift_id, lock=True)
    require_version(shift, if_match)
    shift.require_by_hand()
    return shift


def _told(tx: Transaction) -> dict[str, Any]:
    return {"told_at": tx.now, "initiated_by": tx.actor.employee_id}


async def _soon(tx: Transaction, shift: Shift) -> datetime:
    """What begins before this is changed at short notice."""
    return tx.now + timedelta(hours=(await team_rule(tx, shift.team_id, RuleCode.SHORT_NOTICE_HOURS, tx.today)).amount)


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
        loan_id=shift.loan_id,
    )
    tx.publish(planned, about=shift)


async def list_shifts(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, from_on: date | None, to_on: date | None
) -> dict[str, Any]:
    """The shifts that start on these days in England; unless one team is asked for, one's own with a borrower too."""
    wanted = await of_team(tx, Shift, team_id) if team_id else await shifts.of_all(tx)
    if from_on is not None:
        wanted = wanted.where(col(Shift.starts_at) >= midnight_in_england(from_on))
    if to_on is not None:
        wanted = wanted.where(col(Shift.starts_at) < midnight_after(to_on))
    return await page(tx, wanted, Shift, request)
