"""Making read models again from their owners' logs, page by page, while the service runs.

The owners keep the last event of everything for good, so the whole state is in their logs. Every page writes what its
events say over what is kept, unless that is newer; nobody is told anything, and the inbox is left alone.
"""

import logging
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Select, Table, select, union_all

from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.db import Database, Transaction
from services.common.errors import Unavailable, Unprocessable
from services.common.events import owner
from services.common.inbox import Consumer, Heard
from services.common.outages import is_database_down
from services.common.parking import Unreadable, failure
from services.common.peers import Peers

log = logging.getLogger(__name__)

PAGE = 200
AFTER_ALL = 2**63


class BadRebuildCursor(Unprocessable):
    field = "/body/cursor"
    way_out = "Send next_cursor as it was given, or none to begin."

    def __init__(self) -> None:
        super().__init__("This is no place in a rebuild.")


async def log_page(tx: Transaction, types: Sequence[str], after: int, limit: int) -> list[dict[str, Any]]:
    """This service's own events of these types in the order in which they were written, those sent again included."""

    def part(table: Table) -> Select[Any]:
        wanted = select(table.c.seq, table.c.envelope).where(table.c.seq > after, table.c.type.in_(types))
        return wanted.order_by(table.c.seq).limit(limit)

    either = union_all(*(part(tx.metadata.tables[name]).subquery().select() for name in ("event_log", "outbox")))
    both = either.subquery()
    rows = await tx.rows(select(both).order_by(both.c.seq).limit(limit))
    return [{"seq": row.seq, "envelope": row.envelope} for row in rows]


async def rebuild_page(
    consumers: Mapping[str, Consumer], peers: Peers, database: Database, cursor: str | None
) -> dict[str, Any]:
    """Apply the next page of what the owners tell. Raises `BadRebuildCursor`, or `Unavailable` with an owner away."""
    rebuilt = {one.subscription.event_name: one for one in consumers.values() if one.subscription.can_be_rebuilt}
    owners = sorted({owner(name) for name in rebuilt})
    place, after = _place(owners, cursor)
    if place == len(owners):
        return {"applied": 0, "skipped": 0, "next_cursor": None}
    types = sorted(name for name in rebuilt if owner(name) == owners[place])
    path = f"/inside/event-log?after={after}&limit={PAGE}&types={','.join(types)}"
    items = (await peers.get(owners[place], path))["items"]
    counts = await _apply(rebuilt, database, [item["envelope"] for item in items])
    if len(items) == PAGE:
        return {**counts, "next_cursor": f"{owners[place]}:{items[-1]['seq']}"}
    more = place + 1 < len(owners)
    return {**counts, "next_cursor": f"{owners[place + 1]}:0" if more else None}


def _place(owners: Sequence[str], cursor: str | None) -> tuple[int, int]:
    if cursor is None:
        return 0, 0
    name, _, seq = cursor.partition(":")
    if name not in owners or not (seq.isascii() and seq.isdigit()) or int(seq) >= AFTER_ALL:
        raise BadRebuildCursor
    return owners.index(name), int(seq)


async def _apply(rebuilt: Mapping[str, Consumer], database: Database, envelopes: Sequence[str]) -> dict[str, int]:
    """What each consumer hears of a page; the other services are asked once for each thing asked about."""
    applied = skipped = 0
    for consumer, pairs in groupby(_readable(rebuilt, envelopes), key=lambda pair: pair[0]):
        lot = _newest_questions(consumer, [heard for _, heard in pairs])
        done = await _apply_lot(consumer, database, lot)
        applied, skipped = applied + done, skipped + len(lot) - done
    return {"applied": applied, "skipped": skipped}


async def _apply_lot(consumer: Consumer, database: Database, lot: Sequence[Heard]) -> int:
    """How many were applied. What fails for its own sake fails by itself and is passed over, as when it came."""
    try:
        heard = await consumer.answered(lot)
        async with database.transaction(SYSTEM, rebuilding=True) as tx:
            await consumer.apply_to(tx, heard)
            return len(heard)
    except Exception as error:
        if is_database_down(error) or isinstance(error, Unavailable):
            raise
        log.warning("events not applied anew", extra={"queue": consumer.queue, "error": failure(error)[1]})
    if len(lot) == 1:
        return 0
    return sum([await _apply_lot(consumer, database, [one]) for one in lot])


def _readable(rebuilt: Mapping[str, Consumer], envelopes: Sequence[str]) -> list[tuple[Consumer, Heard]]:
    """What its consumer cannot act on today was parked when it came, and is left out."""
    found = []
    for consumer in rebuilt.values():
        for envelope in envelopes:
            try:
                found.append((consumer, consumer.read(Delivery(envelope.encode()))))
            except Unreadable:
                continue
    return found


def _newest_questions(consumer: Consumer, lot: Sequence[Heard]) -> Sequence[Heard]:
    """The last event about each thing is enough where its owner is asked for the whole of it."""
    if consumer.subscription.ask is None:
        return lot
    return list({heard.fact.model_dump_json(): heard for heard in lot}.values())
