"""The feed for integrators who cannot take webhooks: fed by what is heard, followed by cursor, kept for a while."""

import json
from functools import partial
from typing import Any
from uuid import UUID

from services.common import history
from services.common.db import Transaction
from services.common.service import Runtime
from services.common.watching import keep_on
from services.interop.domain.feed import CursorExpired, Place, Start, UnknownCursor, cursor_at
from services.interop.store import feed as store
from services.interop.usecases.watch import Patience, Watch


def feed_event(tx: Transaction) -> None:
    """Feed the event that is being applied. What is applied again to make a copy anew is no news."""
    if tx.event is not None and not tx.rebuilding:
        store.append(tx, tx.event)


async def follow_feed(tx: Transaction, watch: Watch, place: Place, limit: int, patience: Patience) -> dict[str, Any]:
    """The next events from this place on, at once or as soon as there is one, and the cursor to go on with.

    Nothing is asked of the database while it waits. Raises `CursorExpired` or `UnknownCursor`.
    """
    if place is Start.LATEST:
        return {"items": [], "next_cursor": cursor_at((await store.extent(tx)).newest)}
    await watch.wait_beyond(place, patience)
    extent, entries = await store.page_after(tx, None if isinstance(place, Start) else place, limit)
    position = extent.purged if isinstance(place, Start) else place
    if position < extent.purged:
        raise CursorExpired
    if position > extent.newest:
        raise UnknownCursor
    last = entries[-1].position if entries else position
    events = [json.loads(entry.event) for entry in entries]
    tx.concerns(*(UUID(event["data"]["client_id"]) for event in events if event["data"].get("client_id")))
    return {"items": events, "next_cursor": cursor_at(last)}


async def keep_feed_for_a_while(runtime: Runtime) -> None:
    """Purge what has been kept long enough in small batches, for as long as the process lives."""
    purge = partial(history.in_batches, runtime.database, store.forget_old)
    await keep_on("purge_of_the_feed", history.PURGE_SECONDS, purge)
