"""How fast events are applied: inbox and effect, beside a consumer that only acks each message."""

from collections.abc import Sequence
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractIncomingMessage

from benchmarks.event_load import EVENT, QUEUE, bodies, connected, consumer, in_turn, rate, roster_database, until
from benchmarks.report import Figure
from benchmarks.servers import Servers
from services.common import rabbit
from services.common.broker import Delivery
from services.common.db import Database
from services.common.rabbit import RabbitBroker

BARE = "aio-pika consumer that acks each message, same prefetch"


@dataclass
class _Sides:
    """The ways of taking what waits in the queue."""

    url: str
    count: int
    database: Database
    publisher: RabbitBroker

    async def ours(self) -> float:
        return await self._applied(rabbit.BATCH)

    async def one_by_one(self) -> float:
        """A transaction for each event."""
        return await self._applied(1)

    async def _applied(self, lot: int) -> float:
        await self._fill()
        broker, applied, done = await connected(self.url), consumer(self.database, self.database.url), 0

        async def apply(deliveries: Sequence[Delivery]) -> None:
            nonlocal done
            for start in range(0, len(deliveries), lot):
                await applied.deliver(deliveries[start : start + lot])
            done += len(deliveries)

        async def drain() -> None:
            await broker.subscribe(QUEUE, [EVENT], apply)
            await until(lambda: done >= self.count)

        taken = await rate(self.count, drain)
        await broker.__aexit__()
        return taken

    async def only_acks(self) -> float:
        await self._fill()
        connection, done = await aio_pika.connect(self.url), 0
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=rabbit.PREFETCH)
        queue = await channel.get_queue(QUEUE)

        async def ack(message: AbstractIncomingMessage) -> None:
            nonlocal done
            await message.ack()
            done += 1

        async def drain() -> None:
            await queue.consume(ack)
            await until(lambda: done >= self.count)

        taken = await rate(self.count, drain)
        await connection.close()
        return taken

    async def _fill(self) -> None:
        for start in range(0, self.count, 1000):
            await self.publisher.publish(bodies(min(1000, self.count - start)))


async def figures(servers: Servers, count: int, rounds: int) -> list[Figure]:
    database = await roster_database(await servers.migrated("roster"))
    sides = _Sides(servers.rabbit.url, count, database, await connected(servers.rabbit.url))
    found = await in_turn(rounds, ours=sides.ours, bare=sides.only_acks)
    alone = [await sides.one_by_one()]
    await sides.publisher.__aexit__()
    await database.close()
    return [
        Figure.of_rates("consumer_inbox_and_effect", found["ours"], found["bare"], BARE),
        Figure.of_rates("consumer_one_by_one_shown_beside", alone, found["bare"], BARE),
    ]
