"""Parked events: what could not be applied waits for its next try or, as a dead letter, for a person."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import case, delete, func, select, update
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
    It is tried again only where that may help.
    """

    def __init__(self, code: str, where: str = "", *, event_id: UUID | None = None, is_final: bool = True) -> None:
        super().__init__(code)
        self.code, self.where, self.event_id, self.is_final = code, where, event_id, is_final


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
    hopeless = isinstance(error, Unreadable) and error.is_final
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


async def take_due(database: Database, consumers: Sequence[str]) -> Parked | None:
    """Take up the next that is due, so that no other process does at the same time.

    The try is counted now, for it may be one that nobody comes back from.
    """
    table = database.metadata.tables["parked_event"]
    is_due = (table.c.retry_at <= func.clock_timestamp()) & table.c.consumer.in_(consumers)
    due = select(table.c.id).where(is_due).order_by(table.c.retry_at).limit(1).with_for_update(skip_locked=True)
    has_tries = table.c.attempts <= len(RETRY_AFTER)
    lease = (
        update(table)
        .where(table.c.id.in_(due))
        .values(
            attempts=table.c.attempts + 1,
            retry_at=case((has_tries, func.clock_timestamp() + LEASE)),
            last_error=case((has_tries, table.c.last_error), else_="nobody came back from the last try"),
        )
    )
    wanted = lease.returning(
        table.c.id, table.c.consumer, table.c.body, table.c.sender, table.c.attempts, table.c.retry_at
    )
    async with database.engine.begin() as connection:
        row = (await connection.execute(wanted)).first()
    if row is None or row.retry_at is None:
        return None
    return Parked(row.id, row.consumer, Delivery(row.body, row.sender), row.attempts)


async def unpark(tx: Transaction, parked_id: UUID) -> None:
    """It has been applied, in this very transaction."""
    table = tx.metadata.tables["parked_event"]
    await tx.session.execute(delete(table).where(table.c.id == parked_id))


async def note_failure(database: Database, parked: Parked, error: BaseException) -> bool:
    """Keep that another try failed. Whether that was the last by itself."""
    code, told = failure(error)
    is_last = isinstance(error, Unreadable) or parked.attempts > len(RETRY_AFTER)
    again_at = None if is_last else func.clock_timestamp() + RETRY_AFTER[parked.attempts - 1]
    await _settle(database, parked, reason=code, last_error=told, retry_at=again_at)
    return is_last


async def give_back(database: Database, parked: Parked) -> None:
    """It could not be tried for an outage, which counts as no try."""
    again_at = func.clock_timestamp() + RETRY_AFTER[0]
    await _settle(database, parked, attempts=parked.attempts - 1, retry_at=again_at)


async def _settle(database: Database, parked: Parked, **values: Any) -> None:
    """Unless somebody has taken it up, or sent it again, in the meantime."""
    table = database.metadata.tables["parked_event"]
    still = (table.c.id == parked.id) & (table.c.attempts == parked.attempts)
    async with database.engine.begin() as connection:
        await connection.execute(update(table).where(still).values(**values))
