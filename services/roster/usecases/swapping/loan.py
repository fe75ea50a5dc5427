"""Loans: one team asks, the other lends, and the nurse says yes herself; then the shift is there."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter
from sqlmodel import col

from services.common.db import Transaction, require_version
from services.common.membership import require_members
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts
from services.common.types import day_in_england
from services.roster.domain.ability import may_hold
from services.roster.domain.breach import Ground
from services.roster.domain.floor import HUNDREDTHS, Staff, breached, compared
from services.roster.domain.loan import (
    OPEN,
    BelowFloorByLoan,
    Lending,
    Loan,
    LoanState,
    NewLoan,
    NotYourSide,
    SkillsMissing,
)
from services.roster.domain.period import Period
from services.roster.domain.rule import RuleCode
from services.roster.domain.shift import ShiftClash
from services.roster.store import abilities, breaches, floor, loans, sharing
from services.roster.usecases.placing import judge_shift, write_breaches
from services.roster.usecases.resting import settle_rest, take_away
from services.roster.usecases.shift import tell_of_shift

LENT_AT, LOAN = "/body/employee_id", "/path/loan_id"
GROUND: TypeAdapter[Ground | None] = TypeAdapter(Ground | None)


async def ask_loan(tx: Transaction, new: NewLoan) -> Loan:
    """A team that is short asks another for a nurse. Raises `NotFound` or `LoanInThePast`."""
    await tx.require_team(new.team_id)
    loan = Loan.asked(new, tx.actor.employee_id, tx.now)
    tx.add(loan)
    await tx.settle()
    return loan


async def agree_loan(tx: Transaction, loan_id: UUID, lending: Lending, if_match: int) -> Loan:
    """A member of the lending team says whom it lends: able, rested, and not missed below the floor without a word.

    Raises `NotFound`, `PreconditionFailed`, `LoanIsOver`, `NotYourSide`, `LentByOneself`, `NotInTheTeam`,
    `SkillsMissing`, `BelowFloorByLoan`, `ShiftClash`, and what judging a shift raises.
    """
    loan = await _held(tx, loan_id, if_match)
    loan.require(tx.now, LoanState.ASKED)
    await _require_side(tx, loan.lending_team_id)
    on = day_in_england(loan.starts_at)
    loan.agree(lending, tx.actor.employee_id, tx.now)
    await require_members(tx, loan.lending_team_id, on, {"/body/employee_id": lending.employee_id})
    able = (await abilities.abilities(tx, loan.lending_team_id, [lending.employee_id], on))[lending.employee_id]
    if missing := sorted(need for need in {*loan.needs} if not may_hold(able, [need])):
        raise SkillsMissing(missing)
    if await loans.is_on_shift(tx, lending.employee_id, loan.starts_at, loan.ends_at):
        raise ShiftClash(LENT_AT)
    loan.take_along(able)
    await _require_floor(tx, loan, lending)
    shift = loan.as_shift(lending.employee_id, tx.now)
    await judge_shift(tx, shift, lending.ground, of_team=loan.lending_team_id, at=LENT_AT)
    await tx.settle()
    return loan


async def _require_floor(tx: Transaction, loan: Loan, lending: Lending) -> None:
    """What the lending team would have on that day without this person, and without all whom it lends already."""
    on = day_in_england(loan.starts_at)
    day = Period(on, on)
    await tx.take_turns(f"lend/{loan.lending_team_id}")
    gone = await loans.lent_on(tx, loan.lending_team_id, on) | {lending.employee_id}
    whole = await floor.staff(tx, loan.lending_team_id, day)
    left = replace(whole, members=[one for one in whole.members if one.employee_id not in gone])
    below = breached(await _compared(tx, loan, day, left))
    if below and lending.below_floor_words is None:
        raise BelowFloorByLoan(next(iter(below)))


async def _compared(tx: Transaction, loan: Loan, day: Period, staff: Staff) -> Any:
    fewest, full_time = await amounts(tx, tx.today, RuleCode.FLOOR_WTE, RuleCode.FULL_TIME_WEEK)
    floors = await floor.floors(tx, loan.lending_team_id)
    return compared([day], staff, floors, fewest * HUNDREDTHS, full_time)


async def place_loan(tx: Transaction, loan_id: UUID, if_match: int) -> Loan:
    """The nurse says yes, and the borrower has her shift. Her rests and hours are judged anew, across both teams.

    Raises `NotFound`, `PreconditionFailed`, `LoanIsOver`, `NotYourSide`, `NotInTheTeam`, `ShiftClash`, and what
    judging a shift raises.
    """
    loan = await _held(tx, loan_id, if_match)
    loan.require(tx.now, LoanState.AGREED)
    who = tx.actor.employee_id
    if who is None or who != loan.employee_id:
        raise NotYourSide
    await _require_side(tx, loan.lending_team_id)
    on = day_in_england(loan.starts_at)
    await require_members(tx, loan.lending_team_id, on, {"/header/Authorization": who})
    await tx.take_turns(who)
    loan.placed_at = tx.now
    loan.become(LoanState.PLACED, tx.now)
    shift, ground = loan.as_shift(who, tx.now), GROUND.validate_python(loan.ground)
    async with tx.refusing({"shift_one_at_a_time": partial(ShiftClash, LOAN)}):
        tx.add(shift)
    placed = await judge_shift(tx, shift, ground, of_team=loan.lending_team_id, at=LOAN, ground_at=LOAN)
    await write_breaches(tx, loan.lending_team_id, placed, ground, who, shift_id=shift.id)
    await settle_rest(tx, loan.lending_team_id, who)
    tell_of_shift(tx, shift)
    await tx.settle()
    return loan


async def decline_loan(tx: Transaction, loan_id: UUID, if_match: int) -> Loan:
    """The lending team, or the nurse whom it named, says no. Raises as `agree_loan` does of state and side."""
    return await _closed(tx, await _held(tx, loan_id, if_match), "lending_team_id", LoanState.DECLINED)


async def withdraw_loan(tx: Transaction, loan_id: UUID, if_match: int) -> Loan:
    """Nobody is needed any more, before anybody was placed. Raises as `agree_loan` does of state and side."""
    return await _closed(tx, await _held(tx, loan_id, if_match), "team_id", LoanState.WITHDRAWN)


async def _closed(tx: Transaction, loan: Loan, side: str, state: LoanState) -> Loan:
    loan.require(tx.now, *OPEN)
    await _require_side(tx, getattr(loan, side))
    loan.become(state, tx.now)
    await tx.settle()
    return loan


async def end_loan(tx: Transaction, loan_id: UUID, if_match: int) -> Loan:
    """Either team takes the shift off before it begins, and her time is free again.

    Raises `NotFound`, `PreconditionFailed` or `LoanIsOver`.
    """
    loan = await _held(tx, loan_id, if_match)
    loan.require(tx.now, LoanState.PLACED)
    await tx.take_turns(loan.employee_id)
    await take_back(tx, loan)
    await tx.settle()
    return loan


async def take_back(tx: Transaction, loan: Loan) -> None:
    """Whoever was lent, and is held, has the time for herself again; what it broke at home is broken no more.

    One that she has not placed yet is declined. Raises `LoanIsOver`.
    """
    if loan.state == LoanState.AGREED:
        loan.become(LoanState.DECLINED, tx.now)
        return
    shift = await loans.shift_of(tx, loan)
    loan.become(LoanState.ENDED, tx.now)
    shift.cancel(tx.now, {"told_at": tx.now, "initiated_by": tx.actor.employee_id}, tx.now)
    async with sharing.acting_for(tx, loan.lending_team_id):
        await take_away(tx, await breaches.of_shift(tx, shift.id))
        await settle_rest(tx, loan.lending_team_id, shift.employee_id)
    tell_of_shift(tx, shift)


async def read_loan(tx: Transaction, loan_id: UUID) -> Loan:
    return await loans.one(tx, loan_id)


async def list_loans(tx: Transaction, request: PageRequest, *, team_id: UUID | None, state: str | None) -> Any:
    """What the caller's teams borrow and lend, the newest first."""
    wanted = await loans.of_both(tx, team_id)
    if state is not None:
        wanted = wanted.where(col(Loan.state) == state)
    return await page(tx, wanted, Loan, request, newest_first=True)


async def _held(tx: Transaction, loan_id: UUID, if_match: int) -> Loan:
    loan = await loans.one(tx, loan_id, lock=True)
    require_version(loan, if_match)
    return loan


async def _require_side(tx: Transaction, team_id: UUID) -> None:
    if team_id not in await tx.teams():
        raise NotYourSide
