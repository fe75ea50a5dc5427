"""Open shifts: a hole is offered to all who can fill it, and goes by who lacks hours most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlmodel import col

from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.common.types import day_in_england
from services.roster.domain.open_shift import (
    Candidate,
    NewOpenShift,
    NotOfferedToYou,
    OfferReply,
    OpenShift,
    OpenShiftOffer,
    OthersStillAnswer,
    candidates,
    offered,
    winner,
)
from services.roster.domain.shift import ShiftClash
from services.roster.store import abilities, swaps
from services.roster.store.of_team import of_team
from services.roster.usecases.agreed import team_rules
from services.roster.usecases.resting import settle_rest
from services.roster.usecases.shift import tell_of_shift
from services.roster.usecases.swapping.around import around

TERM = "open_shift_hours"
EXTRAS = timedelta(weeks=13)


@dataclass(frozen=True)
class WholeOpenShift:
    """An open shift with everybody it is offered to."""

    open_shift: OpenShift
    offers: Sequence[OpenShiftOffer]


async def offer_open_shift(tx: Transaction, new: NewOpenShift, *, but: UUID | None = None) -> WholeOpenShift:
    """The team offers a hole in its rota to those who can fill it; to nobody, where nobody can, and never to `but`.

    Raises `NotFound` or `OpenShiftOver`.
    """
    await tx.require_team(new.team_id)
    rules = await team_rules(tx, new.team_id, day_in_england(new.starts_at))
    shift = OpenShift.opened(new, tx.actor.employee_id, rules.limits[TERM], tx.now)
    tx.add(shift)
    await tx.settle()
    tx.session.add_all(offered(shift, [one for one in await _who_can(tx, shift) if one.employee_id != but], tx.now))
    await tx.settle()
    return await _whole(tx, shift)


async def _who_can(tx: Transaction, shift: OpenShift) -> list[Candidate]:
    on = day_in_england(shift.starts_at)
    known = await around(tx, shift.team_id, on, on)
    able = await abilities.abilities(tx, shift.team_id, known.team.belonging.keys(), on)
    return candidates(known, shift, able, await swaps.extras(tx, shift.team_id, tx.now - EXTRAS))


async def _whole(tx: Transaction, shift: OpenShift) -> WholeOpenShift:
    return WholeOpenShift(shift, await swaps.offers(tx, shift.id))


async def answer_open_shift(tx: Transaction, open_shift_id: UUID, reply: OfferReply, if_match: int) -> WholeOpenShift:
    """Yes or no to a shift that is offered to oneself. It goes to the first of rank, once those before have said no.

    Raises `NotFound`, `PreconditionFailed`, `OpenShiftOver`, `NotOfferedToYou` or `ShiftClash`.
    """
    shift = await _held(tx, open_shift_id, if_match)
    offers = await swaps.offers(tx, shift.id)
    mine = next((one for one in offers if one.employee_id == tx.actor.employee_id), None)
    if mine is None:
        raise NotOfferedToYou
    mine.reply(reply.answer, tx.now)
    await _give(tx, shift, offers)
    return await _whole(tx, shift)


async def _held(tx: Transaction, open_shift_id: UUID, if_match: int) -> OpenShift:
    shift = await tx.get(OpenShift, open_shift_id, lock=True)
    require_version(shift, if_match)
    shift.require_open(tx.now)
    return shift


async def _give(tx: Transaction, shift: OpenShift, offers: Sequence[OpenShiftOffer]) -> bool:
    """To whose turn it is, if it is anybody's by now; who has become unable since is passed over."""
    await tx.take_turns(*(one.employee_id for one in offers))
    able = {one.employee_id for one in await _who_can(tx, shift)}
    who = winner(offers, able, in_rank=tx.now < shift.until_at)
    if who is not None:
        made = shift.as_shift(who, tx.now)
        async with tx.refusing({"shift_one_at_a_time": partial(ShiftClash, "/path/open_shift_id")}):
            tx.add(made)
        shift.taken(made, tx.now)
        await settle_rest(tx, shift.team_id, who)
        tell_of_shift(tx, made)
    await tx.settle()
    return who is not None


async def settle_open_shift(tx: Transaction, open_shift_id: UUID, if_match: int) -> WholeOpenShift:
    """When the term is over it goes to the first of rank among those who said yes.

    Raises `NotFound`, `PreconditionFailed`, `OpenShiftOver`, `OthersStillAnswer` or `ShiftClash`.
    """
    shift = await _held(tx, open_shift_id, if_match)
    given = await _give(tx, shift, await swaps.offers(tx, shift.id))
    if not given and tx.now < shift.until_at:
        raise OthersStillAnswer
    return await _whole(tx, shift)


async def withdraw_open_shift(tx: Transaction, open_shift_id: UUID, if_match: int) -> WholeOpenShift:
    """Nobody is needed any more. Raises `NotFound`, `PreconditionFailed` or `OpenShiftOver`."""
    shift = await _held(tx, open_shift_id, if_match)
    shift.withdraw(tx.now)
    await tx.settle()
    return await _whole(tx, shift)


async def read_open_shift(tx: Transaction, open_shift_id: UUID) -> WholeOpenShift:
    return await _whole(tx, await tx.get(OpenShift, open_shift_id))


async def list_open_shifts(tx: Transaction, request: PageRequest, *, team_id: UUID | None, state: str | None) -> Any:
    """The newest first, without their offers."""
    wanted = await of_team(tx, OpenShift, team_id)
    if state is not None:
        wanted = wanted.where(col(OpenShift.state) == state)
    return await page(tx, wanted, OpenShift, request, newest_first=True)
