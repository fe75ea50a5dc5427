"""The outbox: an event is a row in the transaction of its change, and stays until a broker has it for sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

import asyncpg

from services.common.errors import ServiceError
from services.common.events import MAX_EVENT_BYTES, Envelope, Event

CHANNEL = "outbox"
# One statement, and the wake-up with it. The rows get their numbers in the order given.
WRITE = f"""
    with written as (
        insert into outbox (id, type, subject, key, aggregate_version, envelope)
        select id, type, subject, key, aggregate_version, envelope
        from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[])
             with ordinality as new (id, type, subject, key, aggregate_version, envelope, place)
        order by place
        returning 1)
    select pg_notify('{CHANNEL}', '') from (select count(*) from written) as counted
"""  # noqa: S608  the channel is a constant of ours


class EventTooLarge(ServiceError):
    """What one change tells has to fit into one event, or no consumer would take it."""

    status = 413
    field = "/body"
    way_out = "Nothing was saved. Send it in several smaller parts."


@dataclass(frozen=True)
class NewRow:
    """A sealed event, as it is written."""

    id: UUID
    type: str
    subject: str
    key: str
    aggregate_version: int
    envelope: str

    @classmethod
    def of(cls, event: Event, envelope: Envelope) -> Self:
        """Raises `EventTooLarge`."""
        written = envelope.model_dump_json(exclude_none=True)
        if len(written.encode()) > MAX_EVENT_BYTES:
            raise EventTooLarge(f"This change tells others more than {MAX_EVENT_BYTES} bytes at once.")
        return cls(
            id=envelope.id,
            type=envelope.type,
            subject=envelope.subject,
            key="/".join(str(envelope.data[name]) for name in event.key) or envelope.subject,
            aggregate_version=envelope.aggregateversion,
            envelope=written,
        )


async def write(driver: asyncpg.Connection, rows: Sequence[NewRow]) -> None:
    """Write the rows, and wake the relay at the commit."""
    fields = ("id", "type", "subject", "key", "aggregate_version", "envelope")
    await driver.fetch(WRITE, *([getattr(row, name) for row in rows] for name in fields))
