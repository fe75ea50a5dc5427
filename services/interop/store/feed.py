"""Queries about the feed. Each is one statement, so that what was purged and what is kept are seen as of one moment."""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.common import history
from services.common.db import Transaction
from services.common.events import Envelope
from services.common.types import midnight_in_england
from services.interop.domain.feed import FEED_ENTRY, KEEP_FED, Entry, Extent

# A trigger tells it at the commit of whatever is appended (migration 0003).
CHANNEL = "feed_entry"
# What ties events together inside the house is nobody's business outside.
INSIDE = {"traceparent", "causationid"}
EXTENT = """
    with floor as (select coalesce((select seq from watermark where name = 'feed_entry'), 0) as purged)
    select purged, greatest(purged, (select max(position) from feed_entry)) as newest from floor
"""
PAGE = text("""
    with floor as (select coalesce((select seq from watermark where name = 'feed_entry'), 0) as purged),
    page as (select position, event from feed_entry
             where position > coalesce(cast(:after as bigint), (select purged from floor))
             order by position limit :limit)
    select purged, greatest(purged, (select max(position) from feed_entry)) as newest, position, event
    from floor left join page on true order by position
""")
# The next entries that have grown old, up to the first that has not, and how far they went.
AGED = text("""
    with next as (
        select position, fed_at < clock_timestamp() - cast(:age as interval) as is_old from feed_entry
        where position > coalesce((select seq from watermark where name = 'feed_entry'), 0)
        order by position limit :batch),
    aged as (select position from next
             where position < coalesce((select min(position) from next where not is_old), position + 1)),
    gone as (delete from feed_entry using aged where feed_entry.position = aged.position returning 1),
    moved as (insert into watermark (name, seq) select 'feed_entry', max(position) from aged
              having max(position) is not null
              on conflict (name) do update set seq = excluded.seq returning 1)
    select count(*) from gone, (select count(*) from moved) as m
""")


def append(tx: Transaction, event: Envelope) -> None:
    """Add the event to the feed, in this transaction."""
    fed = event.model_dump_json(exclude=INSIDE, exclude_none=True)
    tx.append(FEED_ENTRY, {"event_id": event.id, "event": fed})


async def extent(tx: Transaction) -> Extent:
    row = (await tx.rows(text(EXTENT)))[0]
    return Extent(row.purged, row.newest)


async def extent_over(connection: asyncpg.Connection) -> Extent:
    """The same, over the connection that listens."""
    row = await connection.fetchrow(EXTENT)
    return Extent(row["purged"], row["newest"])


async def page_after(tx: Transaction, position: int | None, limit: int) -> tuple[Extent, Sequence[Entry]]:
    """The entries after this position, or the oldest kept, with the extent of the feed as they were read."""
    rows = await tx.rows(PAGE.bindparams(after=position, limit=limit))
    found = [Entry(row.position, row.event) for row in rows if row.position is not None]
    return Extent(rows[0].purged, rows[0].newest), found


async def told_of_day(tx: Transaction, names: Collection[str], day: date) -> Sequence[dict[str, Any]]:
    """The events of these names that name this day in England, or its first hour by UTC, as far as they are kept."""
    is_told = or_(*(FEED_ENTRY.c.event.contains(f'"{name}"', autoescape=True) for name in names))
    # In summer the first hour of the day belongs to the day before on the clocks of UTC.
    may_be_of_day = (day.isoformat(), f"{day - timedelta(days=1)}T23")
    of_day = or_(*(FEED_ENTRY.c.event.contains(one) for one in may_be_of_day))
    is_late_enough = FEED_ENTRY.c.fed_at >= midnight_in_england(day)
    wanted = select(FEED_ENTRY.c.event).where(is_late_enough, is_told, of_day).order_by(FEED_ENTRY.c.position)
    return [json.loads(event) for event in await tx.all(wanted)]


async def whole_since(tx: Transaction) -> datetime | None:
    """From when on the feed is whole; None where it keeps nothing."""
    oldest: datetime | None = (await tx.all(select(func.min(FEED_ENTRY.c.fed_at))))[0]
    return oldest


async def parked(tx: Transaction, event_ids: Collection[UUID]) -> dict[UUID, str]:
    """Why these events wait among the dead letters, where they do."""
    letters = tx.metadata.tables["parked_event"]
    wanted = select(letters.c.event_id, letters.c.reason).where(letters.c.event_id.in_(event_ids))
    return {row.event_id: row.reason for row in await tx.rows(wanted)} if event_ids else {}


async def forget_old(connection: AsyncConnection) -> int:
    """Purge a batch of what has been kept long enough, and keep up to where. How many entries there were."""
    await connection.execute(text("select pg_advisory_xact_lock(hashtext('heatshield.feed.purge'))"))
    return int((await connection.execute(AGED, {"age": KEEP_FED, "batch": history.BATCH})).scalar_one())
