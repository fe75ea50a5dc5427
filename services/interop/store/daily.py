"""Queries about what a council fetches day by day, some rows at a time."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Select, cast, func, or_, select, tuple_, update
from sqlmodel import col

from services.common.db import Transaction
from services.common.types import ENGLAND, midnight_in_england
from services.interop.domain.adapter import Adapter
from services.interop.domain.connection import Connection
from services.interop.domain.delivery import CouncilDelivery, DeliveryOutcome, DeliveryStatus
from services.interop.domain.share import WITHDRAWN, Share
from services.interop.store.council import QUEUED

AT_ONCE = 500
MOST_DAYS = 92
HERE = (DeliveryStatus.QUEUED, DeliveryStatus.SENT)
Told = tuple[CouncilDelivery, Share | None]
# Of the last row of a piece: when it was queued, and its id.
Place = tuple[datetime, UUID]


async def connection_of_caller(tx: Transaction) -> Connection | None:
    """The one open connection that names the caller as the system that fetches; none where two do."""
    found = await tx.all(_fetched_by(tx.actor.subject).limit(2))
    return found[0] if len(found) == 1 else None


async def is_fetched_for(tx: Transaction, system: str | None, *, besides: UUID) -> bool:
    """Whether this system is named already by an open connection other than this one."""
    others = _fetched_by(system).where(col(Connection.id) != besides)
    return bool(await tx.all(others.limit(1)))


def _fetched_by(system: str | None) -> Select[Any]:
    return select(Connection).where(
        col(Connection.refers_as) == system,
        col(Connection.adapter) == Adapter.DAILY_CSV,
        col(Connection.disabled_at).is_(None),
    )


async def told_on(
    tx: Transaction, connection_id: UUID, day: date, after: Place | None, *, lock: bool
) -> Sequence[Told]:
    """The next of what was to be told on this day in England, in its order, each with its share.

    Locked, it is held until the end, so that a withdrawal at the same moment finds what was fetched.
    """
    queued_at, delivery_id = col(CouncilDelivery.queued_at), col(CouncilDelivery.id)
    wanted = (
        select(CouncilDelivery, Share)
        .outerjoin(Share, col(Share.id) == col(CouncilDelivery.share_id))
        .where(
            col(CouncilDelivery.connection_id) == connection_id,
            queued_at >= midnight_in_england(day),
            queued_at < midnight_in_england(day + timedelta(days=1)),
            col(CouncilDelivery.status).in_(HERE),
        )
        .order_by(queued_at, delivery_id)
        .limit(AT_ONCE)
    )
    wanted = wanted if after is None else wanted.where(tuple_(queued_at, delivery_id) > after)
    wanted = wanted.with_for_update(of=CouncilDelivery) if lock else wanted
    return [(row[0], row[1]) for row in await tx.rows(wanted)]


async def days_waiting(tx: Transaction, connection_id: UUID, before: date) -> Sequence[date]:
    """The newest days in England before this one, of which something that is shared still was not fetched."""
    day = cast(func.timezone(ENGLAND.key, col(CouncilDelivery.queued_at)), Date)
    in_force = col(Share.withdrawn_at).is_(None) & or_(col(Share.until_on).is_(None), col(Share.until_on) >= tx.today)
    wanted = (
        select(day)
        .outerjoin(Share, col(Share.id) == col(CouncilDelivery.share_id))
        .where(
            col(CouncilDelivery.connection_id) == connection_id,
            col(CouncilDelivery.status) == QUEUED,
            col(CouncilDelivery.queued_at) < midnight_in_england(before),
            or_(col(CouncilDelivery.share_id).is_(None), in_force, col(CouncilDelivery.type) == WITHDRAWN),
        )
    )
    return await tx.all(wanted.distinct().order_by(day.desc()).limit(MOST_DAYS))


async def queue_anew(tx: Transaction, connection_id: UUID) -> None:
    """Let what waits be in the file of today."""
    waits = (col(CouncilDelivery.connection_id) == connection_id) & (col(CouncilDelivery.status) == QUEUED)
    await tx.session.execute(update(CouncilDelivery).where(waits).values(queued_at=tx.now, changed_at=tx.now))


async def settle_fetched(tx: Transaction, ids: Collection[UUID]) -> Sequence[CouncilDelivery]:
    """The council has these now."""
    sent = {"status": DeliveryStatus.SENT, "sent_at": tx.now, "changed_at": tx.now}
    fetched = update(CouncilDelivery).where(col(CouncilDelivery.id).in_(ids)).values(**sent).returning(CouncilDelivery)
    return await tx.all(fetched.execution_options(populate_existing=True))


async def acknowledge(tx: Transaction, ids: Collection[UUID]) -> None:
    """The council has taken these; what it answered before stands."""
    unheard = col(CouncilDelivery.id).in_(ids) & col(CouncilDelivery.outcome).is_(None)
    taken = {"outcome": DeliveryOutcome.ACKNOWLEDGED, "answered_at": tx.now, "changed_at": tx.now}
    await tx.session.execute(update(CouncilDelivery).where(unheard).values(**taken))
