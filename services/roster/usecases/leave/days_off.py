"""Leave: a member asks, a colleague answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.membership import require_members
from services.common.paging import PageRequest, page
from services.roster.domain.leave import Leave, LeaveAnswer, LeaveOverlaps, NewLeave
from services.roster.domain.shift import Shift
from services.roster.store import leave
from services.roster.store.of_team import of_team
from services.roster.usecases.resting import settle_rest


@dataclass(frozen=True)
class LeaveWithShifts:
    """Leave, and the shifts that are planned on its days."""

    leave: Leave
    shifts: Sequence[Shift]


async def ask_leave(tx: Transaction, new: NewLeave) -> LeaveWithShifts:
    """A member asks for days off, or the team is told that somebody is ill.

    Raises `NotFound`, `NotInTheTeam` or `LeaveOverlaps`.
    """
    await tx.require_team(new.team_id)
    await require_members(tx, new.team_id, new.from_on, {"/body/employee_id": new.employee_id})
    await tx.take_turns(new.employee_id)
    asked = Leave.asked(new, tx.actor.employee_id, tx.now)
    async with tx.refusing({"leave_once_a_day": LeaveOverlaps}):
        tx.add(asked)
    await settle_rest(tx, asked.team_id, asked.employee_id)
    return await _with_shifts(tx, asked)


async def read_leave(tx: Transaction, leave_id: UUID) -> LeaveWithShifts:
    return await _with_shifts(tx, await tx.get(Leave, leave_id))


async def list_leave(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await of_team(tx, Leave, team_id), Leave, request)


async def answer_leave(tx: Transaction, leave_id: UUID, answer: LeaveAnswer, if_match: int) -> LeaveWithShifts:
    """A colleague says yes or no; what is planned on those days is named, and stays until the rota is amended.

    Raises `PreconditionFailed`, `LeaveAnsweredAlready` or `NotOnesOwnLeave`.
    """
    asked = await tx.get(Leave, leave_id, lock=True)
    require_version(asked, if_match)
    await tx.take_turns(asked.employee_id)
    asked.answer(answer.ok, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    await settle_rest(tx, asked.team_id, asked.employee_id)
    return await _with_shifts(tx, asked)


async def withdraw_leave(tx: Transaction, leave_id: UUID, if_match: int) -> LeaveWithShifts:
    """It is off. Raises `PreconditionFailed`, `LeaveAnsweredAlready` or `NotYourLeave`."""
    asked = await tx.get(Leave, leave_id, lock=True)
    require_version(asked, if_match)
    await tx.take_turns(asked.employee_id)
    asked.withdraw(tx.actor.employee_id, tx.now)
    await tx.session.flush()
    await settle_rest(tx, asked.team_id, asked.employee_id)
    return await _with_shifts(tx, asked)


async def _with_shifts(tx: Transaction, asked: Leave) -> LeaveWithShifts:
    return LeaveWithShifts(asked, await leave.shifts_in(tx, asked))
