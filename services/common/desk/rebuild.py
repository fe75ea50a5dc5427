"""Making read models again from their owners' logs, page by page, while the service runs.

The owners keep the last event of everything for good, so the whole state is in their logs. Every page writes what its
events say over what is kept, unless that is newer; nobody is told anything, and the inbox is left alone.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import select

from services.common.auth import SYSTEM
from services.common.broker import Delivery
from services.common.db import Database, Transaction
from services.common.errors import Unprocessable
from services.common.events import owner
from services.common.inbox import Consumer, Heard
from services.common.parking import Unreadable
from services.common.peers import Peers

PAGE = 500
AFTER_ALL = 2**63


class BadRebuildCursor(Unprocessable):
    field = "/body/cursor"
    way_out = "Send next_cursor as it was given, or none to begin."

    def __init__(self) -> None:
        super().__init__("This is no place in a rebuild.")


async def log_page(tx: Transaction, types: Sequence[str], after: int, limit: int) -> list[dict[str, Any]]:
    """This service's own sent events of these types, in the order in which they were written."""
    log = tx.metadata.tables["event_log"]
    wanted = select(log.c.seq, log.c.envelope).where(log.c.seq > after, log.c.type.in_(types))
    rows = await tx.rows(wanted.order_by(log.c.seq).limit(limit))
    return [{"seq": row.seq, "envelope": row.envelope} for row in rows]


async def rebuild_page(
    consumers: Mapping[str, Consumer], peers: Peers, database: Database, cursor: str | None
) -> dict[str, Any]:
    """Apply the next page of what the owners tell. Raises `BadRebuildCursor`, or `Unavailable` with an owner away."""
    rebuilt = {one.subscription.event_name: one for one in consumers.values() if one.subscription.can_be_rebuilt}
    owners = sorted({owner(name) for name in rebuilt})
    place, after = _place(owners, cursor)
    if place == len(owners):
        return {"applied": 0, "next_cursor": None}
    types = sorted(name for name in rebuilt if owner(name) == owners[place])
    path = f"/v1/event-log?after={after}&limit={PAGE}&types={','.join(types)}"
    items = (await peers.get(owners[place], path))["items"]
    applied = await _apply(rebuilt, database, [item["envelope"] for item in items])
    if len(items) == PAGE:
        return {"applied": applied, "next_cursor": f"{owners[place]}:{items[-1]['seq']}"}
    more = place + 1 < len(owners)
    return {"applied": applied, "next_cursor": f"{owners[place + 1]}:0" if more else None}


def _place(owners: Sequence[str], cursor: str | None) -> tuple[int, int]:
    if cursor is None:
        return 0, 0
    name, _, seq = cursor.partition(":")
    if name not in owners or not (seq.isascii() and seq.isdigit()) or int(seq) >= AFTER_ALL:
        raise BadRebuildCursor
    return owners.index(name), int(seq)


async def _apply(rebuilt: Mapping[str, Consumer], database: Database, envelopes: Sequence[str]) -> int:
    """One transaction a page; the other services are asked before it begins, once for each thing asked about."""
    lots: list[tuple[Consumer, Sequence[Heard]]] = []
    for consumer, heard in groupby(_readable(rebuilt, envelopes), key=lambda pair: pair[0]):
        lots.append((consumer, await _answered(consumer, [one for _, one in heard])))
    async with database.transaction(SYSTEM, rebuilding=True) as tx:
        for consumer, lot in lots:
            await consumer.apply_to(tx, lot)
    return sum(len(lot) for _, lot in lots)


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


async def _answered(consumer: Consumer, lot: Sequence[Heard]) -> Sequence[Heard]:
    """The last event about each thing is enough where its owner is asked for the whole of it."""
    if consumer.subscription.ask is None:
        return lot
    newest = {heard.fact.model_dump_json(): heard for heard in lot}
    return await consumer.answered(list(newest.values()))
