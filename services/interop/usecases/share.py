"""Sharing with a council: what the client agreed to, from now on, until the agreement ends or is withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.common.db import Transaction, require_version
from services.common.errors import PreconditionFailed
from services.common.paging import PageRequest, page
from services.interop.domain.adapter import Adapter
from services.interop.domain.connection import Connection, FetchedForAnother, NewConnection, NotSetUp, require_outside
from services.interop.domain.delivery import CouncilDelivery
from services.interop.domain.share import (
    AlreadyShared,
    NewShare,
    Share,
    UnknownClient,
    UnknownConnection,
    require_agreed_anew,
)
from services.interop.partners.council import facts as council
from services.interop.partners.council import webhook
from services.interop.settings import InteropSettings
from services.interop.store import council as store
from services.interop.store import daily, submissions
from services.interop.usecases.show import show_shares


async def register_connection(
    tx: Transaction,
    connection_id: UUID,
    new: NewConnection,
    settings: InteropSettings,
    if_match: int | None,
) -> Connection:
    """Keep where a partner's system is and what signs for it, change it, or open it again.

    Without a version it is new. What waits for a council that is to fetch from now on is in the file of today, for it
    asks for none before. Raises `AddressNotOutside`, `NotSetUp`, `FetchedForAnother`, `PreconditionFailed`,
    `SecretRequired` for a new connection without one, or `NotFound`.
    """
    require_outside(new.adapter, new.url, settings.partner_hosts_inside)
    given = {Adapter.FOLDER: settings.council_folder, Adapter.SFTP: settings.sftp_key}
    if not given.get(new.adapter, "nothing is needed"):
        raise NotSetUp
    if new.adapter == Adapter.DAILY_CSV:
        await tx.take_turns(f"fetched-by/{new.refers_as}")
        if await daily.is_fetched_for(tx, new.refers_as, besides=connection_id):
            raise FetchedForAnother
    if if_match is not None:
        known = await tx.get(Connection, connection_id, lock=True)
        require_version(known, if_match)
        fetched_before = known.adapter == Adapter.DAILY_CSV
        known.change(new, tx.now)
        await tx.session.flush()
        if new.adapter == Adapter.DAILY_CSV and not fetched_before:
            await daily.queue_anew(tx, connection_id)
        return known
    if await store.connection(tx, connection_id) is not None:
        raise PreconditionFailed("This connection is there already.")
    connection = Connection.registered(connection_id, new, tx.now)
    tx.add(connection)
    return connection


@dataclass(frozen=True)
class ConnectionHealth:
    """A connection, and what waits for it: so many facts, the oldest since then, and so many that were given up."""

    connection: Connection
    waiting: int
    oldest_waiting_at: datetime | None
    dead: int


async def read_connection(tx: Transaction, connection_id: UUID) -> ConnectionHealth:
    """Raises `NotFound`."""
    (found,) = await look_at_health(tx, [await tx.get(Connection, connection_id)])
    return found


def public_key(connection: Connection) -> str | None:
    """What the council checks our signatures with, where it is told no secret."""
    return webhook.public_key(connection.secret) if connection.adapter == Adapter.WEBHOOK else None


async def list_connections(tx: Transaction, request: PageRequest) -> dict[str, Any]:
    listed = await page(tx, store.connections(), Connection, request)
    return listed | {"items": await look_at_health(tx, listed["items"])}


async def look_at_health(tx: Transaction, connections: Sequence[Connection]) -> list[ConnectionHealth]:
    """These connections, each with what waits for it."""
    figures = await store.standing(tx, [one.id for one in connections])
    return [ConnectionHealth(one, *figures.get(one.id, (0, None, 0))) for one in connections]


async def agree_share(tx: Transaction, new: NewShare) -> Share:
    """The client agrees to share some facts with a council. It covers what happens from that day on, nothing before.

    Raises `UnknownClient`, `UnknownConnection`, `ConsentWithdrawnSince` or `AlreadyShared`.
    """
    team_id = await store.team_of_client(tx, new.client_id)
    if team_id is None:
        raise UnknownClient
    if await store.connection(tx, new.connection_id) is None:
        raise UnknownConnection
    require_agreed_anew(new, await store.withdrawn_at(tx, new.client_id, new.connection_id))
    share = Share.agreed(new, team_id, tx.actor.employee_id, tx.now, tx.today)
    async with tx.refusing({"one_share_per_connection": AlreadyShared}):
        tx.add(share)
    await show_shares(tx, [share])
    return share


async def read_share(tx: Transaction, share_id: UUID) -> Share:
    return await tx.get(Share, share_id)


async def list_shares(tx: Transaction, request: PageRequest, *, client_id: UUID | None) -> dict[str, Any]:
    return await page(tx, await store.shares(tx, client_id=client_id), Share, request)


async def withdraw_share(tx: Transaction, share_id: UUID, if_match: int) -> Share:
    """The client no longer agrees: nothing more is sent, not even what was waiting, but for word of this to a council
    that was told something. Raises `ShareAlreadyWithdrawn`."""
    share = await tx.get(Share, share_id, lock=True)
    require_version(share, if_match)
    share.withdraw(tx.now)
    await tx.session.flush()
    await show_shares(tx, [share])
    await store.withdraw_queued(tx, share.id)
    await submissions.withdraw_unsent(tx, [share.id])
    if await store.was_told(tx, share.id):
        await store.queue(tx, council.withdrawal(share, tx.now, await submissions.case_id(tx, share)))
    return share


async def list_sent_under(tx: Transaction, share_id: UUID, request: PageRequest) -> dict[str, Any]:
    """What the council was told under this share, also after it was withdrawn. Raises `NotFound`."""
    await tx.get(Share, share_id)
    return await page(tx, await store.sent_under(tx, share_id), CouncilDelivery, request)


async def tell_councils(tx: Transaction, fact: council.Fact) -> None:
    """Queue a social care fact for every council that the client shares it with on the day it becomes known.

    What happened before the client agreed is not sent, however late it becomes known.
    """
    for share in await store.shares_in_force(tx, fact.client_id, tx.today):
        if not share.covers(fact.happened_on) or await store.is_keyed_by_hand(tx, share.connection_id):
            continue
        case_id = await submissions.case_id(tx, share)
        delivery = council.delivery(fact, share, tx.now, case_id)
        if delivery is not None:
            await store.queue(tx, delivery)


async def list_deliveries(
    tx: Transaction, request: PageRequest, *, connection_id: UUID | None, status: str | None
) -> dict[str, Any]:
    wanted = store.deliveries(connection_id=connection_id, status=status)
    return await page(tx, wanted, CouncilDelivery, request)


async def replay_deliveries(tx: Transaction, connection_id: UUID) -> int:
    """Send to this connection again what was given up, from the first try on; how many. Raises `NotFound`."""
    await tx.get(Connection, connection_id)
    return await store.revive(tx, connection_id)


async def replay_delivery(tx: Transaction, delivery_id: UUID) -> CouncilDelivery:
    """Send what was given up again. Raises `NotFound` or `NotGivenUp`."""
    found = await tx.get(CouncilDelivery, delivery_id, lock=True)
    found.revive(tx.now)
    return found
