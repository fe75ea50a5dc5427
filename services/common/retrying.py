"""The second chance: parked events are tried again when they are due, and what the broker gave up is parked too."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.common import parking
from services.common.broker import Delivery, Handler
from services.common.db import Database
from services.common.inbox import Consumer
from services.common.parking import Unreadable

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
AT_ONCE = 20


async def retry_parked(database: Database, consumers: Mapping[str, Consumer]) -> None:
    """Try what is due, for as long as the process lives."""
    while consumers:
        try:
            while await retry_due(database, consumers):
                pass
        except Exception as error:  # noqa: BLE001  what is parked stays parked
            log.warning("retries interrupted", extra={"error": parking.failure(error)[1]})
        await asyncio.sleep(POLL_SECONDS)


async def retry_due(database: Database, consumers: Mapping[str, Consumer]) -> int:
    """One round. How many were tried."""
    due = await parking.take_due(database, list(consumers), AT_ONCE)
    for parked in due:
        await consumers[parked.consumer].retry(parked)
    return len(due)


def park_given_up(database: Database, consumers: Mapping[str, Consumer]) -> Handler:
    """What the broker gave up handing over is kept as a dead letter of the queue that it came from."""

    async def handle(deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            reason = Unreadable("given_up", f"by the broker: {delivery.given_up or 'unknown'}")
            event_id = _true_id(consumers, delivery)
            while True:
                try:
                    await parking.park(database, delivery.queue or "unknown", delivery, reason, event_id=event_id)
                    break
                except Exception as error:  # noqa: BLE001  the broker keeps it until it is kept here
                    log.warning("event not parked", extra={"error": parking.failure(error)[1]})
                    await asyncio.sleep(POLL_SECONDS)
            log.error("event given up by the broker", extra={"queue": delivery.queue})

    return handle


def _true_id(consumers: Mapping[str, Consumer], delivery: Delivery) -> UUID | None:
    """The event's id, if the consumer whom it was meant for could act on it."""
    try:
        return consumers[delivery.queue or ""].read(delivery).envelope.id
    except (KeyError, Unreadable):
        return None
