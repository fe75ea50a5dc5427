"""Parked events: what could not be applied waits for its next try or, as a dead letter, for a person."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid6 import uuid7

from services.common.broker import Delivery
from services.common.db import Database, Transaction
from services.common.events import Envelope

# After each failure, how long until the next try; when there is none left, it is a dead letter.
RETRY_AFTER = tuple(timedelta(seconds=seconds) for seconds in (1, 5, 30, 120, 600))
# Whoever retries an event has this long before another process may.
LEASE = timedelta(seconds=60)
MAX_KEPT_BYTES = 2**20


class Unreadable(Exception):
    """What a queue handed over is not an event that its consumer may act on. The code says why.

    It has an id only where it came from the owner of that id: a forged one could stand in the way of the true event.
    """

    def __init__(self, code: str, where: str = "", *, event_id: UUID | None = None) -> None:
        super().__init__(code)
        self.code, self.where, self.event_id = code, where, event_id


@dataclass(frozen=True)
class Parked:
    """One event of one consumer, taken up for its next try."""

    id: UUID
    consumer: str
    delivery: Delivery
    attempts: int


def failure(error: BaseException) -> tuple[str, str]:
    """Why it failed, as a code and as a sentence without any value, which may be a person's."""
    if isinstance(error, Unreadable):
        return error.code, f"{error.code} {error.where}".strip()
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f" at {where.tb_frame.f_code.co_name}:{where.tb_lineno}" if where else ""
    return "failed", f"{type(error).__name__}{place}"


def invalid_fields(error: ValidationError) -> str:
    """Which fields of a message are wrong and how. Names that a sender made up are not repeated."""
    found = (f"{'.'.join(str(part) for part in item['loc'])}: {item['type']}" for item in error.errors())
    return "; ".join(sorted(text for text in found if len(text) < 100 and text.isascii() and text.isprintable()))[:400]


async def park(
    database: Database, consumer: str, delivery: Delivery, error: BaseException, *, event_id: UUID | None
) -> None:
    """Keep the event until its next try, or for a person where trying again is no use. Safe to repeat."""
    letters = database.metadata.tables["parked_event"]
    code, told = failure(error)
    hopeless = isinstance(error, Unreadable)
    envelope = _readable(delivery.body)
    letter = insert(letters).values(
        id=uuid7(),
        event_id=event_id or _id_of(delivery),
        consumer=consumer,
        type=envelope.type if envelope else None,
        subject=envelope.subject if envelope else None,
        body=delivery.body[:MAX_KEPT_BYTES],
        sender=delivery.sender,
        reason=code,
        attempts=1,
        first_error=told,
        last_error=told,
        retry_at=None if hopeless else func.clock_timestamp() + RETRY_AFTER[0],
    )
    async with database.engine.begin() as connection:
        await connection.execute(letter.on_conflict_do_nothing())


def _readable(body: bytes) -> Envelope | None:
    try:
        return Envelope.model_validate_json(body[:MAX_KEPT_BYTES])
    except ValidationError:
        return None


def _id_of(delivery: Delivery) -> UUID:
    """The same for the same message, so that what is handed over twice is kept once."""
    told = hashlib.sha256(delivery.body + (delivery.sender or "").encode())
    return UUID(bytes=told.digest()[:16], version=5)


async def take_due(database: Database, consumers: Sequence[str], limit: int) -> Sequence[Parked]:
    """Take up what is due, so that no other process does at the same time."""
    table = database.metadata.tables["parked_event"]
    due = (
        select(table.c.id)
        .where(table.c.retry_at <= func.clock_timestamp(), table.c.consumer.in_(consumers))
        .order_by(table.c.retry_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    lease = update(table).where(table.c.id.in_(due)).values(retry_at=func.clock_timestamp() + LEASE)
    wanted = lease.returning(table.c.id, table.c.consumer, table.c.body, table.c.sender, table.c.attempts)
    async with database.engine.begin() as connection:
        rows = await connection.execute(wanted)
        return [Parked(row.id, row.consumer, Delivery(row.body, row.sender), row.attempts) for row in rows]


async def unpark(tx: Transaction, parked_id: UUID) -> None:
    """It has been applied, in this very transaction."""
    table = tx.metadata.tables["parked_event"]
    await tx.session.execute(delete(table).where(table.c.id == parked_id))


async def note_failure(database: Database, parked: Parked, error: BaseException) -> bool:
    """Keep that another try failed. Whether that was the last by itself."""
    table = database.metadata.tables["parked_event"]
    code, told = failure(error)
    is_last = isinstance(error, Unreadable) or parked.attempts >= len(RETRY_AFTER)
    values: dict[str, Any] = {
        "attempts": parked.attempts + 1,
        "reason": code,
        "last_error": told,
        "retry_at": None if is_last else func.clock_timestamp() + RETRY_AFTER[parked.attempts],
    }
    async with database.engine.begin() as connection:
        await connection.execute(update(table).where(table.c.id == parked.id).values(**values))
    return is_last
