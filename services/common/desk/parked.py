"""The parked events of one service: what waits for its next try, and the dead letters that wait for a person."""

import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, select, true, update

from services.common.db import Transaction
from services.common.errors import LIKE_A_FIELD, Conflict, NotFound, PreconditionFailed
from services.common.paging import PageRequest

log = logging.getLogger(__name__)

MASK = "•"
# A page of them is read and masked while nothing else is done.
MOST_SHOWN_BYTES = 16_384


class CannotBeRead(Conflict):
    """Only an event that its consumer may act on can be applied again."""

    field = "/path/parked_id"
    way_out = "Find who sent it by its reason and time, and discard it."

    def __init__(self) -> None:
        super().__init__("This is no event that its consumer may act on, so it cannot be applied again.")


class NobodyListens(Conflict):
    """A parked event is applied by the queue that it came from, as long as the service has that queue."""

    field = "/path/parked_id"
    way_out = "Discard it, or start the version of the service that listens to this queue."

    def __init__(self) -> None:
        super().__init__("The service no longer listens to the queue of this event.")


@dataclass(frozen=True)
class ParkedEvent:
    """One event of one consumer, with the shape of its payload, unless it is large, and none of its values."""

    id: UUID
    event_id: UUID
    consumer: str
    type: str | None
    subject: str | None
    state: str
    reason: str
    attempts: int
    first_error: str
    last_error: str
    parked_at: datetime
    retry_at: datetime | None
    size_bytes: int
    sha256: str
    data: Any


@dataclass(frozen=True)
class Which:
    """Which parked events are meant: all, unless something is said."""

    state: str | None = None
    consumer: str | None = None
    type: str | None = None
    from_at: datetime | None = None
    event_ids: Collection[UUID] | None = None

    def condition(self, tx: Transaction) -> ColumnElement[bool]:
        table = tx.metadata.tables["parked_event"]
        wanted: list[ColumnElement[bool]] = [true()]
        if self.state is not None:
            wanted.append(table.c.retry_at.is_(None) if self.state == "dead" else table.c.retry_at.is_not(None))
        if self.consumer is not None:
            wanted.append(table.c.consumer == self.consumer)
        if self.type is not None:
            wanted.append(table.c.type == self.type)
        if self.from_at is not None:
            wanted.append(table.c.parked_at >= self.from_at)
        if self.event_ids is not None:
            wanted.append(table.c.event_id.in_(self.event_ids))
        return and_(*wanted)


def _what(tx: Transaction) -> Select[Any]:
    """What of them is looked at: a body only if it is small enough to be shown."""
    table = tx.metadata.tables["parked_event"]
    body, size = table.c.body, func.octet_length(table.c.body)
    others = [column for column in table.c if column is not body]
    sha256 = func.encode(func.sha256(body), "hex")
    shown = case(((size <= MOST_SHOWN_BYTES) & table.c.type.is_not(None), body))
    return select(*others, size.label("size_bytes"), sha256.label("sha256"), shown.label("body"))


async def listed(tx: Transaction, which: Which, request: PageRequest) -> Mapping[str, Any]:
    """A page of them, oldest first."""
    table, wanted = tx.metadata.tables["parked_event"], _what(tx).where(which.condition(tx))
    if request.after is not None:
        wanted = wanted.where(table.c.id > request.after)
    rows = await tx.rows(wanted.order_by(table.c.id).limit(request.limit + 1))
    items = [_shown(row) for row in rows[: request.limit]]
    return {"items": items, "next_cursor": request.next_cursor(items[-1].id) if len(rows) > request.limit else None}


async def replay(tx: Transaction, parked_id: UUID, queues: Collection[str]) -> None:
    """Apply it again within a second, with all its tries before it.

    Raises `NotFound`, `CannotBeRead`, or `NobodyListens` where its queue is none of these.
    """
    table = tx.metadata.tables["parked_event"]
    rows = await tx.rows(select(table).where(table.c.id == parked_id).with_for_update())
    if not rows:
        raise NotFound("parked event")
    if rows[0].type is None:
        raise CannotBeRead
    if rows[0].consumer not in queues:
        raise NobodyListens
    await tx.session.execute(update(table).where(table.c.id == parked_id).values(**_anew()))


async def replay_many(tx: Transaction, which: Which, queues: Collection[str]) -> int:
    """Apply all of these again that can be read and came from these queues. How many there are."""
    table = tx.metadata.tables["parked_event"]
    readable = which.condition(tx) & table.c.type.is_not(None) & table.c.consumer.in_(queues)
    done: int = (await tx.session.execute(update(table).where(readable).values(**_anew()))).rowcount  # type: ignore[attr-defined]
    return done


async def read(tx: Transaction, parked_id: UUID) -> ParkedEvent:
    """One of them. Raises `NotFound`."""
    found = await tx.rows(_what(tx).where(tx.metadata.tables["parked_event"].c.id == parked_id))
    if not found:
        raise NotFound("parked event")
    return _shown(found[0])


async def discard(tx: Transaction, parked_id: UUID, attempts: int) -> None:
    """Give it up for good, as it stood after so many attempts. Raises `NotFound` or `PreconditionFailed`."""
    table = tx.metadata.tables["parked_event"]
    found = await tx.rows(select(table).where(table.c.id == parked_id).with_for_update())
    if not found:
        raise NotFound("parked event")
    row = found[0]
    if row.attempts != attempts:
        raise PreconditionFailed("This event was tried again since it was read.")
    await tx.session.execute(delete(table).where(table.c.id == parked_id))
    told = {"event_id": str(row.event_id), "queue": row.consumer, "reason": row.reason, "by": tx.actor.subject}
    log.warning("parked event discarded", extra=told)


def _anew() -> dict[str, Any]:
    return {"attempts": 0, "retry_at": func.clock_timestamp()}


def _shown(row: Any) -> ParkedEvent:
    kept = {name: getattr(row, name) for name in ParkedEvent.__dataclass_fields__ if name in row._mapping}
    return ParkedEvent(
        **kept,
        state="dead" if row.retry_at is None else "waiting",
        data=masked(json.loads(row.body)["data"]) if row.body is not None else None,
    )


def masked(value: Any) -> Any:
    """The names of the fields and the kinds of their values, and nothing that could be a person's."""
    if isinstance(value, dict):
        return {name if LIKE_A_FIELD.fullmatch(name) else MASK: masked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [masked(part) for part in value]
    return None if value is None else MASK
