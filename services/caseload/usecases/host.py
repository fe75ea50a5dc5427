"""The guest seat: a team invites a social worker to what a client shares, for some days (mission row 5.43)."""

from typing import Any
from uuid import UUID

from services.caseload.domain.client import Client
from services.caseload.domain.guest_seat import AlreadyInvited, GuestSeat, NewGuestSeat, SharedField
from services.caseload.domain.rule import RuleCode
from services.caseload.store import guest_seats
from services.common.db import Transaction, require_version
from services.common.errors import NotFound
from services.common.paging import PageRequest, page
from services.common.rulebook import amounts

# What is more than a column of the client is read for one client alone.
VIEWS = (SharedField.CARE_ACT_VIEW, SharedField.SOCIAL_CARE_LINES)


async def invite_guest(tx: Transaction, new: NewGuestSeat) -> GuestSeat:
    """A member of the team opens a seat. Raises `NotFound`, or `AlreadyInvited` while the last one is open."""
    client = await tx.get(Client, new.client_id)
    await tx.take_turns(f"guest_seat/{client.id}/{new.guest}")
    if await guest_seats.open_seat(tx, new.guest, client.id) is not None:
        raise AlreadyInvited
    (days,) = await amounts(tx, tx.today, RuleCode.GUEST_SEAT)
    seat = GuestSeat.offered(new, client.team_id, days, tx.actor.employee_id, tx.now)
    tx.add(seat)
    await tx.session.flush()
    return seat


async def list_guest_seats(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await guest_seats.listed(tx, client_id=client_id), GuestSeat, request)


async def read_guest_seat(tx: Transaction, guest_seat_id: UUID) -> GuestSeat:
    return await tx.get(GuestSeat, guest_seat_id)


async def withdraw_guest_seat(tx: Transaction, guest_seat_id: UUID, if_match: int) -> GuestSeat:
    """Nothing is shown through this seat any more, from now on.

    Raises `PreconditionFailed` or `GuestSeatAlreadyEnded`.
    """
    seat = await tx.get(GuestSeat, guest_seat_id, lock=True)
    require_version(seat, if_match)
    seat.withdraw(tx.now)
    await tx.session.flush()
    return seat


async def list_shared_clients(tx: Transaction) -> list[dict[str, Any]]:
    """The clients for whom the caller has an open seat, each as far as it is shared, and which views they may read."""
    seated = await guest_seats.open_seats(tx, tx.actor.subject)
    return [{**_person(seat, client), "fields": seat.fields} for seat, client in seated]


async def read_shared_client(tx: Transaction, client_id: UUID) -> dict[str, Any]:
    """What is shared of one client. Raises `NotFound` without an open seat, whether there is such a client or not."""
    seated = await guest_seats.open_seat(tx, tx.actor.subject, client_id)
    if seated is None:
        raise NotFound("client")
    seat, client = seated
    found = _person(seat, client)
    if SharedField.CARE_ACT_VIEW in seat.fields:
        found[SharedField.CARE_ACT_VIEW] = await guest_seats.newest_assessment(tx, client.id)
    if SharedField.SOCIAL_CARE_LINES in seat.fields:
        found[SharedField.SOCIAL_CARE_LINES] = await guest_seats.social_care_lines(tx, client.id)
    return found


def _person(seat: GuestSeat, client: Client) -> dict[str, Any]:
    shared = {name: getattr(client, name) for name in seat.fields if name not in VIEWS}
    return {"client_id": client.id, "until_at": seat.until_at, **shared}
