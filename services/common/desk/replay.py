"""Sending again what was sent: after a broker lost it, say. Whoever has applied it already does nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from services.common.db import Transaction
from services.common.errors import NotFound, Unprocessable
from services.common.history import KEEP_SENT
from services.common.outbox import CHANNEL

MOST = 10_000
# Moved back with its number, so that it leaves before whatever was written after it, and the log's order stays.
MOVE_BACK = """
    with again as (
        delete from event_log where seq in (
            select seq from event_log where {condition} order by seq limit :most)
        returning seq, id, type, subject, key, aggregate_version, envelope, written_at),
    written as (
        insert into outbox (seq, id, type, subject, key, aggregate_version, envelope, written_at)
        overriding system value select * from again returning id)
    select id, pg_notify('{channel}', '') from written
"""
BY_ID = text(MOVE_BACK.format(condition="id = any(cast(:ids as uuid[]))", channel=CHANNEL))
IN_PERIOD = text(
    MOVE_BACK.format(
        condition="sent_at >= :from_at and sent_at < :to_at and written_at >= :oldest"
        " and (cast(:type as text) is null or type = :type)",
        channel=CHANNEL,
    )
)


class TooLongAgo(Unprocessable):
    """Who applied it may have forgotten that by now, and would apply it twice."""

    field = "/body/from_at"
    way_out = f"Ask for events of the last {KEEP_SENT.days} days; older state is made again with a rebuild."

    def __init__(self, field: str = field) -> None:
        super().__init__("This is too long ago to be sent again with effect once.", field=field)


class NotSent(NotFound):
    """Unknown here, never sent, or purged since."""

    field = "/body/event_ids"
    way_out = (
        "Ask the service that wrote the event, and leave out what has been purged; a rebuild needs no single event."
    )

    def __init__(self, how_many: int) -> None:
        super().__init__("sent event")
        self.detail = f"{how_many} of these events are not in this service's log: unknown, not yet sent, or purged."


async def replay_events(tx: Transaction, event_ids: Sequence[UUID]) -> int:
    """Send these again, all or none. Raises `NotSent` or `TooLongAgo`.

    Their age counts from when they were written: being sent again makes nobody who applied them remember for longer.
    """
    wanted = list(dict.fromkeys(event_ids))
    log = tx.metadata.tables["event_log"]
    written = await tx.all(select(log.c.written_at).where(log.c.id.in_(wanted)))
    if len(written) < len(wanted):
        raise NotSent(len(wanted) - len(written))
    if min(written) < await _clock(tx) - KEEP_SENT:
        raise TooLongAgo("/body/event_ids")
    return len(await tx.rows(BY_ID.bindparams(ids=wanted, most=MOST)))


async def replay_period(
    tx: Transaction, *, from_at: datetime, to_at: datetime | None, event_name: str | None
) -> dict[str, Any]:
    """Send again what left in this period, the oldest first and 10,000 at most; without what was written too long ago.

    `more` says that some are left: ask again with the same `to_at`, so that what was sent again is not taken for them.
    Raises `TooLongAgo`.
    """
    now = await _clock(tx)
    oldest = now - KEEP_SENT
    if from_at < oldest:
        raise TooLongAgo
    until = min(to_at or now, now)
    period = {"from_at": from_at, "to_at": until, "oldest": oldest, "type": event_name}
    rows = await tx.rows(IN_PERIOD.bindparams(**period, most=MOST))
    return {"replayed": len(rows), "more": len(rows) == MOST, "to_at": until}


async def _clock(tx: Transaction) -> datetime:
    """The database's, by which it was noted when events were written and sent."""
    told: datetime = (await tx.all(select(func.clock_timestamp())))[0]
    return told
