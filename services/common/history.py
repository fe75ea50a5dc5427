"""What was sent and applied, kept as long as it is of use: the log of events, the inbox, the keys of requests."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.common.db import Database
from services.common.watching import keep_on

KEEP_SENT = timedelta(days=14)
# Longer than an event may be sent again, so that whatever comes twice is known.
KEEP_APPLIED = timedelta(days=28)
KEEP_RETRIES = timedelta(hours=72)
PURGE_SECONDS = 600
BATCH = 2000

# The next part of the log up to the first event that is not old, and of each thing in it the events before its last
# there. The last event of each thing is never purged, so a copy can be made again from the log, however old it is.
AGED = text("""
    with mark as (select coalesce((select seq from watermark where name = 'event_log'), 0) as seq),
    next as (select l.seq, l.type, l.key, l.sent_at from event_log l, mark where l.seq > mark.seq
             order by l.seq limit :batch),
    young as (select min(seq) as seq from next where sent_at >= clock_timestamp() - cast(:age as interval)),
    aged as (select next.seq, type, key from next, young where young.seq is null or next.seq < young.seq),
    last as (select type, key, max(seq) as seq from aged group by type, key),
    gone as (delete from event_log using last where event_log.type = last.type and event_log.key = last.key
             and event_log.seq < last.seq and event_log.sent_at < clock_timestamp() - cast(:age as interval)
             returning 1),
    moved as (insert into watermark (name, seq) select 'event_log', max(seq) from aged having max(seq) is not null
              on conflict (name) do update set seq = excluded.seq returning 1)
    select count(*) from aged, (select count(*) from gone) g, (select count(*) from moved) m
""")
# Marks of a month go with the month (`services.common.months`); these are of events for which no month was made.
# The mark of what is parked too is kept as long, for it may be tried again at any time.
AGED_MARKS = text("""
    delete from inbox_other where (event_id, consumer) in (
        select event_id, consumer from inbox_other m where applied_at < clock_timestamp() - cast(:age as interval)
        and not exists (select 1 from parked_event p where p.event_id = m.event_id and p.consumer = m.consumer)
        order by applied_at limit :batch)
""")
AGED_KEYS = text("""
    delete from idempotency_key where (caller, key) in (
        select caller, key from idempotency_key where made_at < clock_timestamp() - cast(:age as interval)
        order by made_at limit :batch)
""")


async def keep_for_a_while(database: Database) -> None:
    """Purge in small batches for as long as the process lives, so that no cost grows with history."""
    await keep_on("purge", PURGE_SECONDS, partial(purge, database))


async def purge(database: Database) -> None:
    """Forget what is no longer of use, until nothing is left to forget."""
    for forget in (_compact, _forget_marks, _forget_keys):
        await in_batches(database, forget)


async def in_batches(database: Database, forget: Callable[[AsyncConnection], Awaitable[int]]) -> None:
    """Each batch is a transaction of its own, and others get their turn between two."""
    forgotten = BATCH
    while forgotten >= BATCH:
        async with database.engine.begin() as connection:
            forgotten = await forget(connection)
        await asyncio.sleep(0)


async def _compact(connection: AsyncConnection) -> int:
    await connection.execute(text("select pg_advisory_xact_lock(hashtext('heatshield.compact'))"))
    return int((await connection.execute(AGED, {"age": KEEP_SENT, "batch": BATCH})).scalar_one())


async def _forget_marks(connection: AsyncConnection) -> int:
    return (await connection.execute(AGED_MARKS, {"age": KEEP_APPLIED, "batch": BATCH})).rowcount


async def _forget_keys(connection: AsyncConnection) -> int:
    return (await connection.execute(AGED_KEYS, {"age": KEEP_RETRIES, "batch": BATCH})).rowcount
