"""RabbitMQ behind the broker port: a confirm for every event, receipts after the commit, a way back after a break."""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aio_pika
from aiormq.abc import AbstractChannel as BareChannel
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import ChannelNotFoundEntity, DeliveryError
from pamqp import commands

from services.common import rabbit_link, topology
from services.common.broker import Delivery, Depth, Handler, Outgoing, Unconfirmed
from services.common.events import owner
from services.common.rabbit_link import CONNECT_SECONDS, Link, not_cancelled

log = logging.getLogger(__name__)

# What a process that breaks has not yet applied is handed over again, and counts against the limit of each message.
PREFETCH = 100
BATCH = 100
PUBLISH_SECONDS = 10
# After so long without a message a lane asks whether it is still to get any.
IDLE_SECONDS = 30.0


@dataclass(frozen=True)
class Lane:
    """One queue and who takes from it."""

    queue: str
    handler: Handler


class Arrivals:
    """What a queue has handed over, in order, until the broker ends it."""

    def __init__(self) -> None:
        self._messages: deque[DeliveredMessage] = deque()
        self._news, self._is_over = asyncio.Event(), False

    async def put(self, message: DeliveredMessage) -> None:
        self._messages.append(message)
        self._news.set()

    def end(self, *_: object) -> None:
        self._is_over = True
        self._news.set()

    async def lot(self) -> list[DeliveredMessage]:
        """What is there by now, and at least one. What comes again may have broken a process, so it comes alone.

        Raises `ConnectionError` when the broker has ended it: what is left is handed over anew.
        """
        while not self._messages or self._is_over:
            if self._is_over:
                raise ConnectionError("the broker ended it")
            self._news.clear()
            await self._news.wait()
        lot = [self._messages.popleft()]
        while self._messages and len(lot) < BATCH and not (lot[-1].redelivered or self._messages[0].redelivered):
            lot.append(self._messages.popleft())
        return lot


@dataclass
class RabbitBroker:
    """Two connections, for the broker may stop reading from one that publishes, and receipts must go on.

    It is entered and left as a context. While the broker is away publishing raises `ConnectionError`, and what is in
    the queues waits there.
    """

    urls: Sequence[str]
    _lanes: list[Lane] = field(default_factory=list)
    _channel: BareChannel | None = None
    _taking: asyncio.TaskGroup | None = None

    async def __aenter__(self) -> "RabbitBroker":
        self._out, self._in = Link("out", self.urls, self._publishing), Link("in", self.urls, self._take_all)
        await self._out.__aenter__()
        await self._in.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._in.__aexit__()
        await self._out.__aexit__()

    async def _publishing(self, link: Link) -> None:
        """Hold a channel open for as long as it lasts."""
        closed = asyncio.Event()
        async with asyncio.timeout(CONNECT_SECONDS):
            # Without on_return_raises an event that no queue takes is reported as sent, and is gone.
            channel = await link.required().channel(publisher_confirms=True, on_return_raises=True)
            channel.close_callbacks.add(lambda *_: closed.set())
            self._channel = await channel.get_underlay_channel()
        try:
            await closed.wait()
        finally:
            self._channel = None

    async def publish(self, events: Sequence[Outgoing]) -> set[UUID]:
        channel = self._channel
        if channel is None or await _is_blocked(channel):
            raise ConnectionError("the broker is away, or takes nothing for now")
        sending = [asyncio.create_task(self._send(channel, event)) for event in events]
        try:
            await asyncio.wait(sending, timeout=PUBLISH_SECONDS)
        finally:
            for one in sending:
                one.cancel()
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
        safe = {event.id for event, outcome in zip(events, outcomes, strict=True) if outcome is None}
        failed = [outcome for outcome in outcomes if outcome is not None and not isinstance(outcome, DeliveryError)]
        if failed and not safe:
            if channel is self._channel and not await _is_blocked(channel):
                self._out.renew()
            raise failed[0] if isinstance(failed[0], Exception) else Unconfirmed
        return safe

    async def _send(self, channel: BareChannel, event: Outgoing) -> None:
        """Raises `DeliveryError` where no queue takes it: returned messages are reported so, or they would be gone."""
        properties = commands.Basic.Properties(
            content_type="application/cloudevents+json",
            delivery_mode=2,
            message_id=str(event.id),
            message_type=event.type,
            # The broker refuses a name that is not the connection's own, so a consumer can believe it.
            user_id=self._out.login,
            headers={
                "ce-specversion": "1.0",
                "ce-id": str(event.id),
                "ce-source": f"/heatshield/{owner(event.type)}",
                "ce-type": event.type,
                "ce-subject": event.subject,
            },
        )
        # Each would wait until the socket was drained before the next is written. The confirms are waited for.
        at_once: dict[str, Any] = {"wait": False}
        await channel.basic_publish(
            event.body,
            exchange=topology.EVENTS,
            routing_key=event.type,
            properties=properties,
            mandatory=True,
            **at_once,
        )

    async def subscribe(self, queue: str, event_names: Sequence[str], handler: Handler) -> None:
        await self._open(Lane(queue, handler))

    async def subscribe_to_given_up(self, service: str, handler: Handler) -> None:
        await self._open(Lane(topology.given_up_queue(service).name, handler))

    async def _open(self, lane: Lane) -> None:
        self._lanes.append(lane)
        if self._taking is not None:
            self._taking.create_task(self._keep_taking(lane))

    async def depth(self, queue: str) -> Depth | None:
        async with asyncio.timeout(CONNECT_SECONDS):
            with not_cancelled():
                channel = await self._in.required().channel()
                try:
                    result = (await channel.declare_queue(queue, passive=True)).declaration_result
                    return Depth(result.message_count or 0, result.consumer_count or 0)
                except ChannelNotFoundEntity:
                    return None
                finally:
                    if not channel.is_closed:
                        await channel.close()

    async def _take_all(self, _: Link) -> None:
        try:
            async with asyncio.TaskGroup() as self._taking:
                for lane in self._lanes:
                    self._taking.create_task(self._keep_taking(lane))
                # A lane may be opened at any time, so the group is never over by itself.
                await asyncio.Event().wait()
        finally:
            self._taking = None

    async def _keep_taking(self, lane: Lane) -> None:
        """Take again whenever the channel breaks. A queue that is not there is no other's matter."""
        while True:
            try:
                with not_cancelled():
                    await self._take(lane)
            except Exception as error:  # noqa: BLE001  whatever ends a channel, another is opened
                log.warning("queue lost", extra={"queue": lane.queue, "error": type(error).__name__})
            await asyncio.sleep(rabbit_link.AGAIN_SECONDS)

    async def _take(self, lane: Lane) -> None:
        """Hand over what has arrived by the time the handler is free, and give the receipt when it is done with it.

        Raises `ConnectionError` when the broker ends it.
        """
        arrived = Arrivals()
        async with asyncio.timeout(CONNECT_SECONDS):
            opened = await self._in.required().channel(publisher_confirms=False)
            await opened.set_qos(prefetch_count=PREFETCH)
            channel = await opened.get_underlay_channel()
            opened.close_callbacks.add(arrived.end)
            # The queue was deleted, say: the broker tells once, and hands over nothing more.
            channel.on_consumer_cancel_callbacks.add(arrived.end)
            await channel.basic_consume(lane.queue, arrived.put)
        try:
            while True:
                try:
                    async with asyncio.timeout(IDLE_SECONDS):
                        lot = await arrived.lot()
                except TimeoutError:
                    await _require_consumer(channel, lane.queue)
                    continue
                await lane.handler([_delivery(message) for message in lot])
                await channel.basic_ack(lot[-1].delivery_tag or 0, multiple=True)
        finally:
            if not opened.is_closed:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await opened.close()


async def _require_consumer(channel: BareChannel, queue: str) -> None:
    """The broker may forget to tell that a queue was deleted and made anew. Raises `ConnectionError`, or a refusal."""
    declared = await channel.queue_declare(queue, passive=True, timeout=CONNECT_SECONDS)
    if not declared.consumer_count:
        raise ConnectionError("nobody takes from this queue")


async def _is_blocked(channel: BareChannel) -> bool:
    """Whether the broker has said that it takes nothing until it has room again, on its disk or in its memory."""
    try:
        async with asyncio.timeout(0):
            await channel.connection.ready()
    except TimeoutError:
        return True
    return False


def _delivery(message: DeliveredMessage) -> Delivery:
    properties = message.header.properties
    headers: dict[str, Any] = properties.headers or {}
    given_up, queue = headers.get("x-first-death-reason"), headers.get("x-first-death-queue")
    return Delivery(
        body=bytes(message.body),
        sender=properties.user_id or "",
        given_up=str(given_up) if given_up is not None else None,
        queue=str(queue) if queue is not None else None,
    )


async def declare(url: str, queues: Mapping[str, Sequence[str]]) -> None:
    """Make the exchanges, the queues, each for events of these names, and their bindings. Safe to repeat.

    Raises `aiormq.exceptions.ChannelPreconditionFailed` where a queue is there with other arguments.
    """
    connection = await aio_pika.connect(url, timeout=CONNECT_SECONDS)
    async with connection:
        channel = await connection.channel()
        await channel.declare_exchange(topology.EVENTS, "topic", durable=True)
        await channel.declare_exchange(topology.GIVEN_UP, "direct", durable=True)
        for queue in topology.topology(queues):
            declared = await channel.declare_queue(queue.name, durable=True, arguments=dict(queue.arguments))
            for routing_key in queue.routing_keys:
                await declared.bind(queue.exchange, routing_key=routing_key)
