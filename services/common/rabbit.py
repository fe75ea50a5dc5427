"""RabbitMQ behind the broker port: a confirm for every event, receipts after the commit, a way back after a break."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import aio_pika
import yarl
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.abc import AbstractChannel as BareChannel
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import ChannelNotFoundEntity, DeliveryError
from pamqp import commands

from services.common import topology
from services.common.broker import Delivery, Depth, Handler, Outgoing
from services.common.events import owner

log = logging.getLogger(__name__)

PREFETCH = 200
BATCH = 100
HEARTBEAT_SECONDS = 10
CONNECT_SECONDS = 5
PUBLISH_SECONDS = 10
AGAIN_SECONDS = 1.0


@dataclass(frozen=True)
class Lane:
    """One queue and who takes from it."""

    queue: str
    handler: Handler


@dataclass
class RabbitBroker:
    """One connection at a time, to the first address that answers; another is tried whenever it breaks.

    It is entered and left as a context. While the broker is away publishing raises `ConnectionError`, and what is in
    the queues waits there.
    """

    urls: Sequence[str]
    _lanes: list[Lane] = field(default_factory=list)
    _connection: AbstractConnection | None = None
    _channel: BareChannel | None = None
    _taking: list["asyncio.Task[None]"] = field(default_factory=list)
    _lost: asyncio.Event = field(default_factory=asyncio.Event)
    _login: str = ""

    async def __aenter__(self) -> "RabbitBroker":
        self._keeper = asyncio.create_task(self._keep_connected())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._keeper.cancel()
        await asyncio.gather(self._keeper, return_exceptions=True)

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
            await self._give_up(channel)
            raise failed[0] if isinstance(failed[0], Exception) else ConnectionError("the broker confirms nothing")
        return safe

    async def _give_up(self, channel: BareChannel) -> None:
        """Connect anew, for a connection that says nothing is not closed by anybody else for half a minute."""
        if channel is self._channel and not await _is_blocked(channel):
            self._lost.set()

    async def _send(self, channel: BareChannel, event: Outgoing) -> None:
        """Raises `DeliveryError` where no queue takes it: returned messages are reported so, or they would be gone."""
        properties = commands.Basic.Properties(
            content_type="application/cloudevents+json",
            delivery_mode=2,
            message_id=str(event.id),
            message_type=event.type,
            # The broker refuses a name that is not the connection's own, so a consumer can believe it.
            user_id=self._login,
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
        if self._connection is not None:
            self._taking.append(asyncio.create_task(self._take(self._connection, lane)))

    async def depth(self, queue: str) -> Depth | None:
        if self._connection is None:
            raise ConnectionError("the broker is away")
        with _not_cancelled():
            async with asyncio.timeout(CONNECT_SECONDS):
                channel = await self._connection.channel()
        try:
            declared = await channel.declare_queue(queue, passive=True, timeout=CONNECT_SECONDS)
            result = declared.declaration_result
            return Depth(result.message_count or 0, result.consumer_count or 0)
        except ChannelNotFoundEntity:
            return None
        finally:
            if not channel.is_closed:
                await channel.close()

    async def _keep_connected(self) -> None:
        for url in itertools.cycle(self.urls):
            try:
                with _not_cancelled():
                    async with self._connected(url):
                        await self._lost.wait()
                log.warning("broker lost")
            except Exception as error:  # noqa: BLE001  whatever ends a connection, another is tried
                log.warning("broker away", extra={"error": type(error).__name__})
            await asyncio.sleep(AGAIN_SECONDS)

    @asynccontextmanager
    async def _connected(self, url: str) -> AsyncIterator[None]:
        at = yarl.URL(url)
        connection = await aio_pika.connect(at, timeout=CONNECT_SECONDS, heartbeat=HEARTBEAT_SECONDS)
        self._lost.clear()
        self._notice_loss_of(connection)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            self._notice_loss_of(channel)
            self._login, self._channel = at.user or "guest", await channel.get_underlay_channel()
            self._connection = connection
            self._taking = [asyncio.create_task(self._take(connection, lane)) for lane in self._lanes]
            yield
        finally:
            self._connection = self._channel = None
            for task in self._taking:
                task.cancel()
            await asyncio.gather(*self._taking, return_exceptions=True)
            async with asyncio.timeout(CONNECT_SECONDS):
                await connection.close()

    def _notice_loss_of(self, thing: AbstractConnection | AbstractChannel) -> None:
        thing.close_callbacks.add(lambda *_: self._lost.set())

    async def _take(self, connection: AbstractConnection, lane: Lane) -> None:
        """Hand over what has arrived by the time the handler is free, and give the receipt when it is done with it."""
        try:
            with _not_cancelled():
                opened = await connection.channel(publisher_confirms=False)
                await opened.set_qos(prefetch_count=PREFETCH)
                channel, arrived = await opened.get_underlay_channel(), asyncio.Queue[DeliveredMessage]()
                await channel.basic_consume(lane.queue, arrived.put)
                self._notice_loss_of(opened)
                while True:
                    lot = [await arrived.get()]
                    while len(lot) < BATCH and not arrived.empty():
                        lot.append(arrived.get_nowait())
                    await lane.handler([_delivery(message) for message in lot])
                    await channel.basic_ack(lot[-1].delivery_tag or 0, multiple=True)
        except Exception as error:  # noqa: BLE001  a queue that cannot be taken from is a reason to connect anew
            log.warning("queue lost", extra={"queue": lane.queue, "error": type(error).__name__})
            self._lost.set()


@contextmanager
def _not_cancelled() -> Iterator[None]:
    """Whoever waits for a connection that is found stuck is ended by the library as if it were cancelled, which would
    end the task for good. Raises `ConnectionError` instead."""
    try:
        yield
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        raise ConnectionError("the connection was stuck") from error


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
