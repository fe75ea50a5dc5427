"""Where an event is: when it was written and left, and what each consumer here made of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, MetaData, Select, Table, literal, select, text, union_all

from services.common.db import Transaction
from services.common.errors import NotFound
from services.common.events import Envelope
from services.common.ids import smallest_id

# An effect is written in the transaction of its mark; ids follow the clock of the process, and marks the database's.
AROUND = timedelta(minutes=5)
# Events are found by what they are about through the index of the log by type and key. The key is the subject; of
# events that tell the state of a part, such as a rating of a problem, it is the part's id. The few types are read off
# the same index, each from where the one before it ends. All are found before they are put in order, or else the
# whole log might be walked in that order to find a few.
ABOUT = text("""
    with recursive kind as (
        (select type from event_log order by type limit 1)
        union all
        select (select l.type from event_log l where l.type > kind.type order by l.type limit 1)
        from kind where kind.type is not null),
    found as materialized (
        select seq, id from event_log
        where type = any(array(select type from kind)) and key = any(cast(:keys as text[]))
        union all
        select seq, id from outbox where key = any(cast(:keys as text[])))
    select id from found order by seq limit :most
""")


@dataclass(frozen=True)
class Written:
    """One event that this service wrote. It has left when it has a `sent_at`."""

    id: UUID
    type: str
    subject: str
    aggregate_version: int
    trace_id: str | None
    causationid: UUID | None
    written_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True)
class Mark:
    """What one consumer made of the event: `applied`, `waiting` for another try, or `dead`."""

    queue: str
    state: str
    at: datetime
    attempts: int = 1
    reason: str | None = None


async def written(tx: Transaction, event_id: UUID) -> Written | None:
    """The event, if it is this service's own and not yet purged."""
    rows = await tx.rows(_events(tx, lambda table: table.c.id == event_id))
    return _written(rows[0]) if rows else None


async def marks(tx: Transaction, event_id: UUID) -> list[Mark]:
    """What the consumers here made of it."""
    inbox, parked = tx.metadata.tables["inbox"], tx.metadata.tables["parked_event"]
    applied = await tx.rows(select(inbox.c.consumer, inbox.c.applied_at).where(inbox.c.event_id == event_id))
    held = await tx.rows(select(parked).where(parked.c.event_id == event_id))
    found = [Mark(row.consumer, "applied", row.applied_at) for row in applied]
    for row in held:
        state = "dead" if row.retry_at is None else "waiting"
        found.append(Mark(row.consumer, state, row.parked_at, row.attempts, row.last_error))
    return sorted(found, key=lambda mark: mark.at)


async def path(tx: Transaction, event_id: UUID) -> tuple[Written | None, list[Mark]]:
    """This service's part of an event's way. Raises `NotFound` where it neither wrote nor heard it, or purged it."""
    own, heard = await written(tx, event_id), await marks(tx, event_id)
    if own is None and not heard:
        raise NotFound("event")
    return own, heard


async def caused_by(tx: Transaction, event_id: UUID, limit: int) -> Sequence[Written]:
    """What this service wrote as part of the effect of that event: around the times at which it was applied here."""
    inbox = tx.metadata.tables["inbox"]
    applied = await tx.all(select(inbox.c.applied_at).where(inbox.c.event_id == event_id))
    found: dict[UUID, Written] = {}
    for at in sorted(applied):
        lot = await _holding(tx, f'"causationid":"{event_id}"', at - AROUND, 2 * AROUND, limit)
        found |= {effect.id: effect for effect in lot}
    return list(found.values())[:limit]


def keys_of(thing_id: UUID, metadata: MetaData) -> list[str]:
    """What the events about a thing may be kept under: whatever has versions may be told of."""
    kinds = [name for name, table in metadata.tables.items() if "version" in table.c]
    return [str(thing_id), *(f"{name}/{thing_id}" for name in kinds)]


async def about(tx: Transaction, thing_id: UUID, limit: int) -> Sequence[Written]:
    """What this service wrote about the thing with this id, whatever kind of thing it is."""
    keys = keys_of(thing_id, tx.metadata)
    ids = await tx.all(ABOUT.bindparams(keys=keys, most=limit))
    rows = await tx.rows(_events(tx, lambda table: table.c.id.in_(ids)))
    return [_written(row) for row in rows]


async def of_trace(
    tx: Transaction, trace_id: str, from_at: datetime, period: timedelta, limit: int
) -> Sequence[Written]:
    """What this service wrote under that trace in the period."""
    return await _holding(tx, f'"traceparent":"00-{trace_id}-', from_at, period, limit)


async def _holding(tx: Transaction, part: str, from_at: datetime, period: timedelta, limit: int) -> Sequence[Written]:
    """A range of ids is read, for an index on every trace would cost more than it is worth to the few who ask."""
    from_id, to_id = smallest_id(from_at), smallest_id(from_at + period)

    def condition(table: Table) -> ColumnElement[bool]:
        in_period = (table.c.id >= from_id) & (table.c.id < to_id)
        return in_period & table.c.envelope.contains(part, autoescape=True)

    rows = await tx.rows(_events(tx, condition).limit(limit))
    return [_written(row) for row in rows]


def _events(tx: Transaction, condition: Callable[[Table], ColumnElement[bool]]) -> Select[Any]:
    """Those on their way out and those that left, in the order in which they were written."""
    outbox, log = tx.metadata.tables["outbox"], tx.metadata.tables["event_log"]

    def columns(table: Table, sent_at: Any) -> Select[Any]:
        kept = (table.c.seq, table.c.written_at, table.c.envelope, sent_at.label("sent_at"))
        return select(*kept).where(condition(table))

    either = union_all(columns(outbox, literal(None, DateTime(timezone=True))), columns(log, log.c.sent_at)).subquery()
    return select(either).order_by(either.c.seq)


def _written(row: Any) -> Written:
    envelope = Envelope.model_validate_json(row.envelope)
    return Written(
        id=envelope.id,
        type=envelope.type,
        subject=envelope.subject,
        aggregate_version=envelope.aggregateversion,
        trace_id=envelope.trace_id,
        causationid=envelope.causationid,
        written_at=row.written_at,
        sent_at=row.sent_at,
    )
