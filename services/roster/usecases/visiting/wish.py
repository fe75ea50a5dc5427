"""A client asks by a link to be visited at another time, and a nurse answers in one call."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.audit.purpose import Purpose
from services.common.auth import Persona, Principal
from services.common.db import Transaction, require_version
from services.common.paging import PageRequest, page
from services.roster.domain.ability import WITHOUT
from services.roster.domain.move_wish import (
    Acceptance,
    AlreadyAsked,
    LinkEnded,
    LinkUnknown,
    MoveWish,
    NewMoveWish,
    VisitLink,
    Wish,
    WishState,
    fingerprint,
    new_link,
)
from services.roster.domain.overriding import require_words
from services.roster.domain.visit import TO_COME, Move, Visit
from services.roster.domain.visit_refusals import VisitNoLongerPlanned
from services.roster.store import wishes as store
from services.roster.usecases.visit import cancelled, moved

NOT_WANTED = "The client asked not to be visited."


class LinkHolder(Principal):
    """Who comes by a link: in no team, signed in nowhere."""

    @property
    def is_team_bound(self) -> bool:
        return True


# With a space in it, which no sign-in has: nobody else is ever named so.
SOMEBODY = LinkHolder("by link", Persona.SERVICE)


async def send_visit_link(tx: Transaction, visit_id: UUID, if_match: int) -> str:
    """A link for the client to look at this visit and ask to move it. One that was sent before opens nothing more.

    Raises `PreconditionFailed` or `VisitNoLongerPlanned`.
    """
    visit = await tx.get(Visit, visit_id, lock=True)
    require_version(visit, if_match)
    if visit.status not in TO_COME:
        raise VisitNoLongerPlanned(visit.status)
    for sent in await store.links_of(tx, visit.id):
        sent.revoke(tx.now)
    link = new_link()
    about: dict[str, Any] = {"team_id": visit.team_id, "client_id": visit.client_id, "visit_id": visit.id}
    tx.add(VisitLink(**about, link_print=fingerprint(link), changed_at=tx.now))
    await tx.session.flush()
    return link


async def look_at_visit(tx: Transaction, link: str) -> tuple[Visit, MoveWish | None]:
    """When somebody comes, and what became of the last wish. Raises `LinkUnknown` or `LinkEnded`."""
    visit = await _visit_of(tx, link)
    return visit, await store.last_wish(tx, visit.id)


async def ask_to_move(tx: Transaction, link: str, new: NewMoveWish) -> MoveWish:
    """Nothing moves by itself: a nurse answers. Raises `LinkUnknown`, `LinkEnded` or `AlreadyAsked`."""
    visit = await _visit_of(tx, link)
    wish = MoveWish.asked(new, visit, tx.now)
    async with tx.refusing({"one_wish_at_a_time": AlreadyAsked}):
        tx.add(wish)
    return wish


async def list_move_wishes(
    tx: Transaction, request: PageRequest, *, team_id: UUID | None, is_open: bool | None
) -> dict[str, Any]:
    return await page(tx, await store.listed(tx, team_id=team_id, is_open=is_open), MoveWish, request)


async def read_move_wish(tx: Transaction, move_wish_id: UUID) -> MoveWish:
    return await tx.get(MoveWish, move_wish_id)


async def accept_move_wish(tx: Transaction, move_wish_id: UUID, acceptance: Acceptance, if_match: int) -> MoveWish:
    """The visit is moved as the client wishes, or called off; every rule of a move holds.

    Raises `PreconditionFailed`, `WishAlreadyAnswered`, `NoTimeNamed`, and what `move_visit` raises.
    """
    wish = await tx.get(MoveWish, move_wish_id, lock=True)
    require_version(wish, if_match)
    wish.answer(WishState.ACCEPTED, tx.actor.employee_id, tx.now)
    visit = await tx.get(Visit, wish.visit_id, lock=True)
    if wish.wish == Wish.NOT_AT_ALL:
        await cancelled(tx, visit, NOT_WANTED)
    else:
        await _move(tx, visit, wish.time_of(acceptance), acceptance.employee_id)
    await tx.session.flush()
    return wish


async def _move(tx: Transaction, visit: Visit, starts_at: datetime, employee_id: UUID | None) -> None:
    """What was said of why this person visits all the same still holds, and of nothing else."""
    is_same = employee_id in (None, visit.employee_id)
    words, spoken_of = visit.override_words if is_same else None, {*visit.overrode}
    if visit.series_id is not None:
        spoken_of |= {*WITHOUT}
    await moved(tx, visit, Move(starts_at=starts_at, employee_id=employee_id, override_words=words))
    require_words([one for one in visit.overrode if one not in spoken_of], None)


async def decline_move_wish(tx: Transaction, move_wish_id: UUID, if_match: int) -> MoveWish:
    """The visit stays; the team tells the client. Raises `PreconditionFailed` or `WishAlreadyAnswered`."""
    wish = await tx.get(MoveWish, move_wish_id, lock=True)
    require_version(wish, if_match)
    wish.answer(WishState.DECLINED, tx.actor.employee_id, tx.now)
    await tx.session.flush()
    return wish


async def _visit_of(tx: Transaction, link: str) -> Visit:
    """The one visit of this link, as the database shows it to nobody else without a team."""
    tx.serves(Purpose.PATIENT_REQUEST)
    found = await store.by_link(tx, fingerprint(link))
    if found is None:
        raise LinkUnknown
    tx.about("visit_link", found.id)
    tx.asked_by(LinkHolder(f"link: {found.id}", Persona.SERVICE))
    if found.revoked_at is not None:
        raise LinkEnded
    await tx.show(found.client_id)
    visit = await tx.get(Visit, found.visit_id)
    if visit.status not in TO_COME or visit.starts_at <= tx.now:
        raise LinkEnded
    return visit
