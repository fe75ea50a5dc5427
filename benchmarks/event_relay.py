"""How fast events leave: the relay beside a bare publisher, on the same quorum queue."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import aio_pika
import asyncpg
from aio_pika.abc import AbstractConnection, AbstractExchange

from benchmarks.event_load import bodies, connected, empty, fill_outbox, in_turn, rate
from benchmarks.report import Figure
from benchmarks.servers import Servers
from services.common import topology
from services.common.broker import Outgoing
from services.common.rabbit import RabbitBroker
from services.common.relay import Relay

BARE = "aio-pika publisher without confirms, same quorum queue"


async def _send(to: AbstractExchange, events: list[Outgoing]) -> None:
    for event in events:
        body, name = event.body, str(event.id)
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, message_id=name)
        await to.publish(message, routing_key=event.type, mandatory=True)


@dataclass
class _Sides:
    """The three ways of sending, over connections of their own."""

    url: str
    count: int
    relay: Relay
    source: asyncpg.Connection
    broker: RabbitBroker
    bare: AbstractConnection

    async def ours(self) -> float:
        """Read from the outbox, sent with confirms, moved to the log."""
        await fill_outbox(self.source, self.count)

        async def drain() -> None:
            while await self.relay.send_batch(self.source):
                pass

        return await self._timed(self.count, drain)

    async def without_confirms(self) -> float:
        return await self._publishing(self.count, publisher_confirms=False)

    async def one_by_one(self) -> float:
        """Each confirm is waited for before the next event is sent."""
        return await self._publishing(self.count // 10, publisher_confirms=True)

    async def _publishing(self, count: int, *, publisher_confirms: bool) -> float:
        async with self.bare.channel(publisher_confirms=publisher_confirms) as channel:
            exchange, events = await channel.get_exchange(topology.EVENTS), bodies(count)
            return await self._timed(count, lambda: _send(exchange, events))

    async def _timed(self, count: int, work: Callable[[], Awaitable[None]]) -> float:
        taken = await rate(count, work)
        await asyncio.sleep(0.3)
        await empty(self.url)
        return taken


async def figures(servers: Servers, count: int, rounds: int) -> list[Figure]:
    url, database_url = servers.rabbit.url, await servers.migrated("hr")
    source = await asyncpg.connect(database_url.replace("+asyncpg", ""))
    broker, bare = await connected(url), await aio_pika.connect(url)
    sides = _Sides(url, count, Relay(database_url, broker), source, broker, bare)
    found = await in_turn(rounds, ours=sides.ours, bare=sides.without_confirms, naive=sides.one_by_one)
    await source.close()
    await bare.close()
    await broker.__aexit__()
    return [
        Figure.of_rates("relay_batched_confirms", found["ours"], found["bare"], BARE),
        Figure.of_rates("relay_naive_shown_beside", found["naive"], found["bare"], BARE),
    ]
