"""Swaps: offered, accepted, checked for both, and applied, by the two whose shifts they are."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import col

from services.common.db import Transaction, require_version
from services.common.membership import NotInTheTeam, require_members
from services.common.paging import PageRequest, page
from services.common.types import day_in_england, midnight_in_england
from services.roster.domain.breach import Ground, require_grounds
from services.roster.domain.period import midnight_after
from services.roster.domain.rota_version.shifts import Stretch, of_shift
from services.roster.domain.shift import Shift, ShiftClash
from services.roster.domain.swap import (
    Acceptance,
    Application,
    GiveTheWholeDay,
    NewSwap,
    NotTheirShift,
    NotYourSwap,
    Swap,
    SwapState,
    first_start,
    hand_over,
)
from services.roster.domain.trial import Trial
from services.roster.store import rota_versions, swaps
from services.roster.store.of_team import of_team
from services.roster.usecases.placing import Placed, write_breaches
from services.roster.usecases.resting import settle_rest
from services.roster.usecases.shift import tell_of_shift
from services.roster.usecases.swapping.amending import amend_rotas, hold_rotas
from services.roster.usecases.swapping.around import looked_at, tried

COSIGN = "swap_cosign"
SWAP = "/path/swap_id"
READY = (SwapState.ACCEPTED, SwapState.CHECKED)


async def offer_swap(tx: Transaction, new: NewSwap) -> Swap:
    """Somebody offers shifts of their own, for a colleague's or for none.

    Raises `NotFound`, `NotInTheTeam`, `NotTheirShift`, `GiveTheWholeDay` or `NotYourSwap`.
    """
    await tx.require_team(new.team_id)
    by = _oneself(tx)
    if new.to_employee_id == by:
        raise NotYourSwap
    given = await _given(tx, new.team_id, by, new.gives, "/body/gives")
    taken: Sequence[Shift] = []
    if new.to_employee_id is not None:
        on = day_in_england(first_start([*given]))
        await require_members(tx, new.team_id, on, {"/body/to_employee_id": new.to_employee_id})
        taken = await _given(tx, new.team_id, new.to_employee_id, new.takes, "/body/takes")
    elif new.takes:
        raise NotTheirShift("/body/takes")
    swap = Swap.offered(new, by, first_start([*given, *taken]), tx.now)
    tx.add(swap)
    await tx.settle()
    return swap


def _oneself(tx: Transaction) -> UUID:
    if tx.actor.employee_id is None:
        raise NotInTheTeam("/header/Authorization")
    return tx.actor.employee_id


async def _given(
    tx: Transaction, team_id: UUID, who: UUID, shift_ids: Sequence[UUID], field: str, *, lock: bool = False
) -> Sequence[Shift]:
    """These shifts, which are to come and this person's to give. Raises `NotTheirShift` or `GiveTheWholeDay`."""
    found = await swaps.shifts(tx, team_id, shift_ids, lock=lock)
    if len(found) != len(shift_ids) or any(one.employee_id != who or one.starts_at <= tx.now for one in found):
        raise NotTheirShift(field)
    of_rota = {day_in_england(one.starts_at) for one in found if one.rota_version_id is not None}
    if of_rota:
        span = midnight_in_england(min(of_rota)), midnight_after(max(of_rota))
        for one in await swaps.of_days(tx, team_id, [who], *span):
            is_part = one.rota_version_id is not None and day_in_england(one.starts_at) in of_rota
            if is_part and one.id not in shift_ids:
                raise GiveTheWholeDay(field)
    return found


async def accept_swap(tx: Transaction, swap_id: UUID, acceptance: Acceptance, if_match: int) -> Swap:
    """Whom it is offered to takes it; of one that is offered to all, whoever is first.

    Raises `NotFound`, `PreconditionFailed`, `SwapIsOver`, `SwapNotReady`, `NotYourSwap`, `NotTheirShift`,
    `GiveTheWholeDay` or `NotInTheTeam`.
    """
    swap, by = await _of_mine(tx, swap_id, if_match), _oneself(tx)
    if swap.to_all:
        taken = await _given(tx, swap.team_id, by, acceptance.takes, "/body/takes")
    elif acceptance.takes:
        raise NotTheirShift("/body/takes")
    else:
        taken = await _given(tx, swap.team_id, by, swap.takes, SWAP) if by == swap.to_employee_id else []
    swap.accept(by, acceptance.takes, min([swap.until_at, *(one.starts_at for one in taken)]), tx.now)
    await tx.settle()
    return swap


async def _of_mine(tx: Transaction, swap_id: UUID, if_match: int) -> Swap:
    swap = await tx.get(Swap, swap_id, lock=True)
    require_version(swap, if_match)
    return swap


async def check_swap(tx: Transaction, swap_id: UUID, if_match: int) -> Swap:
    """Either of the two asks what it would change, for both: rules, skills and visits.

    Raises `NotFound`, `PreconditionFailed`, `SwapIsOver`, `SwapNotReady`, `NotYourSwap`, `NotTheirShift` or
    `NotInTheTeam`.
    """
    swap = await _of_mine(tx, swap_id, if_match)
    swap.require(tx.now, *READY)
    if _oneself(tx) not in (swap.from_employee_id, swap.to_employee_id):
        raise NotYourSwap
    shifts = await _both(tx, swap)
    trial, delta = await looked_at(tx, swap.team_id, *_change(swap, shifts))
    delicate = trial.problem.rules.limits.get(COSIGN, 0) and (trial.touches_night() or trial.touches_only_nurse())
    versions = {str(one.id): one.version for one in shifts}
    swap.checked({**delta, "needs_cosign": bool(delicate), "shifts": versions}, tx.now)
    await tx.settle()
    return swap


def _change(swap: Swap, shifts: Sequence[Shift]) -> tuple[list[Stretch], list[Stretch]]:
    """What goes, and what comes for it."""
    gone = [of_shift(one) for one in shifts]
    return gone, [replace(one, employee_id=_other(swap, one.employee_id)) for one in gone]


async def _both(tx: Transaction, swap: Swap, *, lock: bool = False) -> list[Shift]:
    """The shifts of both, as they stand now. Raises `NotTheirShift`."""
    given = await _given(tx, swap.team_id, swap.from_employee_id, swap.gives, SWAP, lock=lock)
    if swap.to_employee_id is None or not swap.takes:
        return [*given]
    taken = await _given(tx, swap.team_id, swap.to_employee_id, swap.takes, SWAP, lock=lock)
    return [*given, *taken]


def _other(swap: Swap, who: UUID) -> UUID:
    other = swap.to_employee_id if who == swap.from_employee_id else swap.from_employee_id
    if other is None:
        raise NotYourSwap
    return other


async def cosign_swap(tx: Transaction, swap_id: UUID, if_match: int) -> Swap:
    """A third member has read what it would change. Raises what `check_swap` raises."""
    swap = await _of_mine(tx, swap_id, if_match)
    swap.cosign(tx.actor.employee_id, tx.now)
    await tx.settle()
    return swap


async def apply_swap(tx: Transaction, swap_id: UUID, application: Application, if_match: int) -> Swap:
    """Who offered it puts it into effect: all shifts change hands at once, and the others hear of each.

    It is judged again, by what is known now: leave may have been agreed since it was checked.
    Raises `NotFound`, `PreconditionFailed`, `SwapIsOver`, `SwapNotReady`, `NotYourSwap`, `NotTheirShift`,
    `ShiftsHaveMoved`, `SwapNeedsCosign`, `NotInTheTeam`, `ShiftTooLong`, `OnLeave`, `BreachNeedsGround`, `OneDutyADay`
    or `ShiftClash`.
    """
    swap = await _of_mine(tx, swap_id, if_match)
    if _oneself(tx) != swap.from_employee_id:
        raise NotYourSwap
    swap.require(tx.now, SwapState.CHECKED)
    rota_ids = await hold_rotas(tx, await _both(tx, swap))
    await tx.take_turns(swap.from_employee_id, swap.to_employee_id)
    shifts = await _both(tx, swap, lock=True)
    swap.apply({str(one.id): one.version for one in shifts}, application.ground, tx.now)
    _, trial = await tried(tx, swap.team_id, *_change(swap, shifts))
    grounded = require_grounds(trial.new_breaches, application.ground, SWAP)
    await amend_rotas(tx, rota_ids, [(one, _other(swap, one.employee_id)) for one in shifts])
    async with tx.refusing({"shift_one_at_a_time": partial(ShiftClash, SWAP)}):
        await rota_versions.look_when_all_have_moved(tx)
        for shift in shifts:
            hand_over(shift, _other(swap, shift.employee_id), swap.from_employee_id, tx.now)
        await rota_versions.look_now(tx)
    await _stand(tx, shifts, Placed(trial.problem.from_on, grounded), trial, application.ground)
    for shift in shifts:
        tell_of_shift(tx, shift)
    await tx.settle()
    return swap


async def _stand(tx: Transaction, shifts: Sequence[Shift], placed: Placed, trial: Trial, ground: Ground | None) -> None:
    """What breaks a rule is written down with a shift that the person has now, and rest is owed or made up for."""
    team_id = shifts[0].team_id
    for member in {one.member for one in placed.found}:
        who = None if member is None else trial.people([member])[0]
        shift = next((one for one in shifts if one.employee_id == who), shifts[0])
        own = Placed(placed.from_on, [one for one in placed.found if one.member == member])
        await write_breaches(tx, team_id, own, ground, who, shift_id=shift.id)
    await settle_rest(tx, team_id, *sorted({*trial.people(trial.touched)}))


async def decline_swap(tx: Transaction, swap_id: UUID, if_match: int) -> Swap:
    """Raises `NotFound`, `PreconditionFailed`, `SwapIsOver` or `NotYourSwap`."""
    swap = await _of_mine(tx, swap_id, if_match)
    swap.decline(tx.actor.employee_id, tx.now)
    await tx.settle()
    return swap


async def withdraw_swap(tx: Transaction, swap_id: UUID, if_match: int) -> Swap:
    """Raises `NotFound`, `PreconditionFailed`, `SwapIsOver` or `NotYourSwap`."""
    swap = await _of_mine(tx, swap_id, if_match)
    swap.withdraw(tx.actor.employee_id, tx.now)
    await tx.settle()
    return swap


async def read_swap(tx: Transaction, swap_id: UUID) -> Swap:
    return await tx.get(Swap, swap_id)


async def list_swaps(tx: Transaction, request: PageRequest, *, team_id: UUID | None, state: str | None) -> Any:
    """The newest first."""
    wanted = await of_team(tx, Swap, team_id)
    if state is not None:
        wanted = wanted.where(col(Swap.state) == state)
    return await page(tx, wanted, Swap, request, newest_first=True)
