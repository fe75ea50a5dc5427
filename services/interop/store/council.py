"""Queries about connections, shares and what is on its way to a council."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    Uuid,
    all_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.orm import aliased
from sqlmodel import col

from services.common.db import Transaction
from services.common.models import INSTANT
from services.common.prepared import Prepared
from services.interop.domain.adapter import Adapter
from services.interop.domain.connection import Connection
from services.interop.domain.delivery import Attempt, CouncilDelivery, DeliveryStatus
from services.interop.domain.resource import Resource
from services.interop.domain.share import WITHDRAWN, Share
from services.interop.store import submissions

# Written out, so that a plan made for every value knows that the index of what waits will do.
QUEUED: Any = literal_column(f"'{DeliveryStatus.QUEUED}'")


def connections() -> Select[Any]:
    return select(Connection)


async def connection(tx: Transaction, connection_id: UUID, *, lock: bool = False) -> Connection | None:
    wanted = select(Connection).where(col(Connection.id) == connection_id)
    wanted = wanted.with_for_update() if lock else wanted
    found: Connection | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def is_keyed_by_hand(tx: Transaction, connection_id: UUID) -> bool:
    """Whether the council has a portal alone, into which a social worker copies what they reviewed."""
    by_hand = select(col(Connection.id)).where(
        col(Connection.id) == connection_id, col(Connection.adapter) == Adapter.PORTAL
    )
    return (await tx.session.execute(by_hand)).first() is not None


async def team_of_client(tx: Transaction, client_id: UUID) -> UUID | None:
    """The team that cares for a client whom the caller may know of."""
    wanted = select(col(Resource.team_id)).where(
        col(Resource.resource_type) == "Patient",
        col(Resource.resource_id) == client_id,
        await tx.visible(Resource),
    )
    found: UUID | None = (await tx.session.execute(wanted)).scalar_one_or_none()
    return found


async def shares(tx: Transaction, *, client_id: UUID | None) -> Select[Any]:
    wanted = select(Share).where(await tx.visible(Share))
    return wanted if client_id is None else wanted.where(col(Share.client_id) == client_id)


async def withdrawn_at(tx: Transaction, client_id: UUID, connection_id: UUID) -> datetime | None:
    """When this client last withdrew from sharing with this connection. A withdrawal under way is waited for."""
    theirs = (col(Share.client_id) == client_id) & (col(Share.connection_id) == connection_id)
    found = await tx.all(select(col(Share.withdrawn_at)).where(theirs).with_for_update(read=True))
    return max((at for at in found if at is not None), default=None)


async def shares_in_force(tx: Transaction, client_id: UUID, on: date) -> Sequence[Share]:
    """What this client shares on this day: neither withdrawn nor past its end.

    The rows are held until the facts are queued, so that a withdrawal at the same moment finds them queued.
    """
    wanted = select(Share).where(
        col(Share.client_id) == client_id,
        col(Share.withdrawn_at).is_(None),
        or_(col(Share.until_on).is_(None), col(Share.until_on) >= on),
    )
    return await tx.all(wanted.order_by(col(Share.id)).with_for_update(read=True))


async def queue(tx: Transaction, delivery: CouncilDelivery) -> None:
    """Queue a fact for a connection, once."""
    values = delivery.model_dump()
    await tx.session.execute(insert(CouncilDelivery).values(**values).on_conflict_do_nothing())


async def withdraw_queued(tx: Transaction, share_id: UUID) -> None:
    """What has not left yet does not leave any more."""
    waiting = (col(CouncilDelivery.share_id) == share_id) & (col(CouncilDelivery.status) == DeliveryStatus.QUEUED)
    await tx.session.execute(update(CouncilDelivery).where(waiting).values(status=DeliveryStatus.WITHDRAWN))


async def was_told(tx: Transaction, share_id: UUID) -> bool:
    """Whether the council has, or may have, anything under this share: to an address that never proved itself nothing
    left, however often it was asked."""
    tried = (col(CouncilDelivery.attempts) > 0) & col(Connection.proved_at).is_not(None)
    told = (col(CouncilDelivery.status) == DeliveryStatus.SENT) | tried
    theirs = select(col(CouncilDelivery.id)).join(Connection, col(Connection.id) == col(CouncilDelivery.connection_id))
    of_share = theirs.where(col(CouncilDelivery.share_id) == share_id, told).limit(1)
    return (await tx.session.execute(of_share)).first() is not None


async def sent_under(tx: Transaction, share_id: UUID) -> Select[Any]:
    """What the council was told under this share, as far as the caller may know of it."""
    return select(CouncilDelivery).where(
        col(CouncilDelivery.share_id) == share_id,
        col(CouncilDelivery.status) == DeliveryStatus.SENT,
        await tx.visible(CouncilDelivery),
    )


async def revive(tx: Transaction, connection_id: UUID) -> int:
    """Let what was given up be tried again from the first time on. What a social worker reviewed is theirs to send."""
    dead = (
        (col(CouncilDelivery.connection_id) == connection_id)
        & (col(CouncilDelivery.status) == DeliveryStatus.DEAD)
        & col(CouncilDelivery.submission_id).is_(None)
    )
    at = dict.fromkeys(("queued_at", "due_at", "changed_at"), tx.now)
    anew = {"status": DeliveryStatus.QUEUED, "attempts": 0, **at}
    revived = update(CouncilDelivery).where(dead).values(**anew).returning(col(CouncilDelivery.id))
    return len(await tx.all(revived))


async def standing(tx: Transaction, ids: Collection[UUID]) -> dict[UUID, tuple[int, datetime | None, int]]:
    """For each connection that has any: how many facts wait, since when the oldest does, and how many were given up."""
    of = col(CouncilDelivery.connection_id)
    waits, is_dead = (col(CouncilDelivery.status) == one for one in (DeliveryStatus.QUEUED, DeliveryStatus.DEAD))
    figures = (
        func.count().filter(waits),
        func.min(col(CouncilDelivery.queued_at)).filter(waits),
        func.count().filter(is_dead),
    )
    wanted = select(of, *figures).where(of.in_(ids), waits | is_dead).group_by(of)
    return {row[0]: (row[1], row[2], row[3]) for row in await tx.rows(wanted)}


def deliveries(*, connection_id: UUID | None, status: str | None) -> Select[Any]:
    wanted = select(CouncilDelivery)
    if connection_id is not None:
        wanted = wanted.where(col(CouncilDelivery.connection_id) == connection_id)
    return wanted if status is None else wanted.where(col(CouncilDelivery.status) == status)


def _is_due(now: Any) -> tuple[ColumnElement[bool], ...]:
    """What is to be sent now: it has waited long enough, and nothing older of its client is still waiting."""
    earlier: Any = aliased(CouncilDelivery)
    waits = exists().where(
        earlier.client_id == col(CouncilDelivery.client_id),
        earlier.connection_id == col(CouncilDelivery.connection_id),
        earlier.status == QUEUED,
        earlier.id < col(CouncilDelivery.id),
    )
    return col(CouncilDelivery.status) == QUEUED, col(CouncilDelivery.due_at) <= now, ~waits


# A turn is waited for by whoever holds the lease, which is far longer than this.
LONGEST_TURN = timedelta(seconds=10)
NOW, BUSY = bindparam("now", type_=INSTANT), bindparam("busy", type_=ARRAY(Uuid))
# Asked three times a second by every process, so it is put together once. Those that have been failing come last.
LANES_DUE = Prepared(
    select(col(Connection.id))
    .where(
        col(Connection.disabled_at).is_(None),
        # What is fetched waits for whoever fetches it.
        col(Connection.adapter) != literal_column(f"'{Adapter.DAILY_CSV}'"),
        col(Connection.id) != all_(BUSY),
        or_(col(Connection.next_call_at).is_(None), col(Connection.next_call_at) <= NOW),
        exists().where(col(CouncilDelivery.connection_id) == col(Connection.id), *_is_due(NOW)),
    )
    .order_by(col(Connection.failures), col(Connection.last_success_at).asc().nulls_first())
    .limit(bindparam("most", type_=BigInteger))
)


async def lanes_due(tx: Transaction, *, busy: Collection[UUID], most: int) -> Sequence[UUID]:
    """The open connections with something to send now."""
    found = await tx.rows(LANES_DUE, {"now": tx.now, "busy": list(busy), "most": most})
    return [row.id for row in found]


async def lease(tx: Transaction, connection_id: UUID, *, for_: timedelta) -> Attempt | None:
    """Take the next fact for this connection, so that no other worker takes it before the lease ends; None without one.

    Of one client's facts only the oldest is taken: the next waits until it has been settled.
    What waits for a closed connection goes on waiting; what waited until its share had ended is not sent, but for word
    of the withdrawal itself.
    """
    due = (
        select(CouncilDelivery, Connection, Share)
        .join(Connection, col(Connection.id) == col(CouncilDelivery.connection_id))
        .outerjoin(Share, col(Share.id) == col(CouncilDelivery.share_id))
        .where(
            col(Connection.id) == connection_id,
            col(Connection.disabled_at).is_(None),
            or_(col(Connection.next_call_at).is_(None), col(Connection.next_call_at) <= tx.now + LONGEST_TURN),
            *_is_due(tx.now),
        )
        .order_by(col(CouncilDelivery.due_at), col(CouncilDelivery.id))
        .limit(1)
        .with_for_update(of=CouncilDelivery, skip_locked=True)
    )
    while (found := (await tx.session.execute(due)).first()) is not None:
        delivery, to, share = found
        if share is None or share.in_force(tx.today) or delivery.type == WITHDRAWN:
            delivery.lease(tx.now + for_, tx.now)
            return _attempt(delivery, to, await _turn(tx, to))
        delivery.status, delivery.changed_at = DeliveryStatus.WITHDRAWN, tx.now
        await submissions.withdraw_unsent(tx, [share.id])
    return None


async def _turn(tx: Transaction, to: Connection) -> float:
    """Seconds until this connection may be called, where it bears only so many calls; the turn after it is kept for
    whoever comes next, in whichever process."""
    if to.calls_a_minute is None:
        return 0.0
    apart = timedelta(minutes=1) / to.calls_a_minute
    turn = func.greatest(col(Connection.next_call_at), tx.now) + apart
    taken = update(Connection).where(col(Connection.id) == to.id).values(next_call_at=turn)
    after: datetime = (await tx.all(taken.returning(col(Connection.next_call_at))))[0]
    return max(0.0, (after - apart - tx.now).total_seconds())


def _attempt(delivery: CouncilDelivery, to: Connection, wait_seconds: float) -> Attempt:
    return Attempt(
        delivery_id=delivery.id,
        connection_id=to.id,
        url=to.url,
        secret=to.secret,
        payload=delivery.payload,
        number=delivery.attempts,
        is_proved=to.proved_at is not None,
        client_id=delivery.client_id,
        submission_id=delivery.submission_id,
        type=delivery.type,
        happened_on=delivery.happened_on,
        adapter=to.adapter,
        host_key=to.host_key,
        wait_seconds=wait_seconds,
    )


async def settle(tx: Transaction, attempt: Attempt, values: dict[str, Any]) -> None:
    """Keep that an attempt failed. What was withdrawn or delivered in the meantime stays so."""
    still = (col(CouncilDelivery.id) == attempt.delivery_id) & (col(CouncilDelivery.status) == DeliveryStatus.QUEUED)
    await tx.session.execute(update(CouncilDelivery).where(still).values(**values))


async def settle_sent(tx: Transaction, attempt: Attempt, values: dict[str, Any]) -> Sequence[CouncilDelivery]:
    """Keep that the council has the fact, whatever was decided while it was on its way; the fact, if that is news."""
    unheard = (col(CouncilDelivery.id) == attempt.delivery_id) & (col(CouncilDelivery.status) != DeliveryStatus.SENT)
    sent = {**values, "status": DeliveryStatus.SENT, "sent_at": tx.now}
    return await tx.all(update(CouncilDelivery).where(unheard).values(**sent).returning(CouncilDelivery))


async def note_proved(tx: Transaction, attempt: Attempt) -> None:
    """Keep that the address echoed a challenge, unless the connection has left it meanwhile."""
    asked = (col(Connection.id) == attempt.connection_id) & (col(Connection.url) == attempt.url)
    await tx.session.execute(update(Connection).where(asked).values(proved_at=tx.now))


async def give_back(tx: Transaction, attempt: Attempt) -> None:
    """What was taken and not sent is there to be taken again, as if nobody had tried."""
    mine = (col(CouncilDelivery.id) == attempt.delivery_id) & (col(CouncilDelivery.attempts) == attempt.number)
    waiting = mine & (col(CouncilDelivery.status) == DeliveryStatus.QUEUED)
    untried = {"due_at": tx.now, "attempts": attempt.number - 1, "changed_at": tx.now}
    await tx.session.execute(update(CouncilDelivery).where(waiting).values(**untried))


async def note_success(tx: Transaction, connection_id: UUID, at: datetime) -> None:
    healthy = update(Connection).where(col(Connection.id) == connection_id)
    await tx.session.execute(healthy.values(last_success_at=at, failures=0))


async def note_failure(tx: Transaction, attempt: Attempt, at: datetime, *, disable: bool) -> None:
    """Count a failure; `disable` closes the connection until it is registered again.

    What fails at an address that the connection has left says nothing about the new one.
    """
    values: dict[str, Any] = {"last_failure_at": at, "failures": col(Connection.failures) + 1}
    if disable:
        values["disabled_at"] = at
    asked = (col(Connection.id) == attempt.connection_id) & (col(Connection.url) == attempt.url)
    await tx.session.execute(update(Connection).where(asked).values(**values))
