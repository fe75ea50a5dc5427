"""RabbitMQ behind the broker port: topic exchange, quorum queues, confirms for every event, dead letters kept."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage, AbstractRobustConnection
from aio_pika.exceptions import DeliveryError
from pydantic import ValidationError

from services.common.broker import Handler, Unroutable
from services.common.events import Envelope

log = logging.getLogger(__name__)

EXCHANGE = "heatshield.events"
DEAD_EXCHANGE = "heatshield.dead"
PREFETCH = 50
# The broker hands an event over again however often a connection or a process breaks; its own limit, 20 unless it is
# told otherwise, would set aside what merely waited. What cannot be applied is kept by the consumer (see `inbox`).
DELIVERY_LIMIT = 1_000_000
QUORUM: dict[str, Any] = {
    "x-queue-type": "quorum",
    "x-delivery-limit": DELIVERY_LIMIT,
    "x-dead-letter-exchange": DEAD_EXCHANGE,
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


class RabbitBroker:
    """One connection; one channel to publish on and one per subscription."""

    def __init__(
        self, connection: AbstractRobustConnection, channel: AbstractChannel, exchange: AbstractExchange
    ) -> None:
        self._connection, self._channel, self._exchange = connection, channel, exchange

    @classmethod
    async def connect(cls, url: str) -> "RabbitBroker":
        connection = await aio_pika.connect_robust(url)
        # Without on_return_raises an event that no queue takes is reported as sent, and is gone.
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = await channel.declare_exchange(EXCHANGE, "topic", durable=True)
        dead = await channel.declare_exchange(DEAD_EXCHANGE, "fanout", durable=True)
        graveyard = await channel.declare_queue(DEAD_EXCHANGE, durable=True, arguments={"x-queue-type": "quorum"})
        await graveyard.bind(dead)
        return cls(connection, channel, exchange)

    async def declare(self, queue: str, event_name: str) -> None:
        declared = await self._channel.declare_queue(queue, durable=True, arguments=QUORUM)
        await declared.bind(self._exchange, routing_key=event_name)

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        try:
            await asyncio.gather(*(self._send(envelope) for envelope in envelopes))
        except DeliveryError as error:
            raise Unroutable(str(error)) from error

    async def _send(self, envelope: Envelope) -> None:
        attributes = envelope.model_dump(mode="json", exclude={"data"}, exclude_none=True)
        message = aio_pika.Message(
            envelope.model_dump_json(exclude_none=True).encode(),
            message_id=str(envelope.id),
            type=envelope.type,
            content_type="application/cloudevents+json",
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
            headers={f"ce-{name}": value for name, value in attributes.items()},
        )
        await self._exchange.publish(message, routing_key=envelope.type, mandatory=True)

    async def subscribe(self, queue: str, handler: Handler) -> None:
        channel = await self._connection.channel()
        await channel.set_qos(prefetch_count=PREFETCH)
        # Declared on this very channel, for a queue that is only looked up is not consumed again after a reconnect.
        source = await channel.declare_queue(queue, durable=True, arguments=QUORUM)
        in_order = asyncio.Lock()

        async def on_message(message: AbstractIncomingMessage) -> None:
            try:
                envelope = Envelope.model_validate_json(message.body)
            except ValidationError:
                log.error("unreadable event set aside", extra={"queue": queue, "message_id": message.message_id})
                await message.reject(requeue=False)
                return
            async with in_order, message.process(requeue=True):
                await handler(envelope)

        await source.consume(on_message)

    async def close(self) -> None:
        await self._connection.close()
