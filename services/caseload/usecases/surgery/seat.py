"""Seats: one member of the team gives somebody of a surgery a seat, and another confirms it."""

from typing import Any
from uuid import UUID

from services.caseload.domain.rule import RuleCode
from services.caseload.domain.surgery_seat import AlreadySeated, NewSurgerySeat, SurgerySeat
from services.caseload.store import surgery
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts


async def give_surgery_seat(tx: Transaction, new: NewSurgerySeat) -> SurgerySeat:
    """Nothing is shown before it is confirmed. Raises `NotFound`, or `AlreadySeated` while the last one is open."""
    await tx.require_team(new.team_id)
    await tx.take_turns(f"surgery_seat/{new.team_id}/{new.ods_code}/{new.guest}")
    if await surgery.open_seat(tx, new.team_id, new.ods_code, new.guest) is not None:
        raise AlreadySeated
    (days,) = await amounts(tx, tx.today, RuleCode.SURGERY_SEAT_DAYS)
    seat = SurgerySeat.given(new, days, tx.actor.employee_id, tx.now)
    tx.add(seat)
    await tx.session.flush()
    return seat


async def confirm_surgery_seat(tx: Transaction, surgery_seat_id: UUID, if_match: int) -> SurgerySeat:
    """Raises `PreconditionFailed`, `SurgerySeatAlreadyEnded`, `SurgerySeatAlreadyConfirmed` or
    `SeatConfirmedByOnePerson`."""
    seat = await _in_hand(tx, surgery_seat_id, if_match)
    seat.confirm(tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return seat


async def end_surgery_seat(tx: Transaction, surgery_seat_id: UUID, if_match: int) -> SurgerySeat:
    """Any member may; nothing is shown from now on. Raises `PreconditionFailed` or `SurgerySeatAlreadyEnded`."""
    seat = await _in_hand(tx, surgery_seat_id, if_match)
    seat.end(tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return seat


async def read_surgery_seat(tx: Transaction, surgery_seat_id: UUID) -> SurgerySeat:
    return await tx.get(SurgerySeat, surgery_seat_id)


async def list_surgery_seats(tx: Transaction, request: PageRequest, *, team_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await surgery.seats(tx, team_id), SurgerySeat, request)


async def _in_hand(tx: Transaction, surgery_seat_id: UUID, if_match: int) -> SurgerySeat:
    seat = await tx.get(SurgerySeat, surgery_seat_id, lock=True)
    require_version(seat, if_match)
    return seat
