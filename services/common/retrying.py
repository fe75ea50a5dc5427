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


async def retry_parked(database: Database, consumers: Mapping[str, Consumer]) -> None:
    """Try what is due, for as long as the process lives."""
    while consumers:
        await asyncio.sleep(POLL_SECONDS)
        try:
            while await retry_due(database, consumers):
                pass
        except Exception as error:  # noqa: BLE001  what is parked stays parked
            log.warning("retries interrupted", extra={"error": parking.failure(error)[1]})


async def retry_due(database: Database, consumers: Mapping[str, Consumer]) -> bool:
    """Try one. Whether there was one."""
    parked = await parking.take_due(database, list(consumers))
    if parked is not None:
        await consumers[parked.consumer].retry(parked)
    return parked is not None


def park_given_up(database: Database, consumers: Mapping[str, Consumer]) -> Handler:
    """What the broker gave up handing over is parked for the consumer that it was meant for."""

    async def handle(deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            queue = delivery.queue if delivery.queue in consumers else None
            why = delivery.given_up if delivery.given_up in {"delivery_limit", "rejected", "expired"} else "unknown"
            # Others were handed over with the one that broke the process, so each is tried again, by itself.
            reason = Unreadable("given_up", f"by the broker: {why}", is_final=queue is None)
            event_id = _true_id(consumers, delivery)
            while True:
                try:
                    await parking.park(database, queue or "unknown", delivery, reason, event_id=event_id)
                    break
                except Exception as error:  # noqa: BLE001  the broker keeps it until it is kept here
                    log.warning("event not parked", extra={"error": parking.failure(error)[1]})
                    await asyncio.sleep(POLL_SECONDS)
            log.error("event given up by the broker", extra={"queue": queue})

    return handle


def _true_id(consumers: Mapping[str, Consumer], delivery: Delivery) -> UUID | None:
    """The event's id, if the consumer whom it was meant for could act on it."""
    try:
        return consumers[delivery.queue or ""].read(delivery).envelope.id
    except (KeyError, Unreadable):
        return None
