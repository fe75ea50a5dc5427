"""One suite over both brokers: what holds for RabbitMQ holds in one process as well."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
import yarl
from uuid6 import uuid7

from services.common.broker import Broker, InProcessBroker, Unroutable
from services.common.events import Envelope
from services.common.rabbit import RabbitBroker
from tests.running import until


@pytest.fixture(params=["in process", "rabbitmq"])
async def broker(request: pytest.FixtureRequest) -> AsyncIterator[Broker]:
    if request.param == "in process":
        made: Broker = InProcessBroker()
    else:
        made = await RabbitBroker.connect(request.getfixturevalue("rabbit_url"))
    yield made
    await made.close()


def an_event(name: str, number: int = 1) -> Envelope:
    subject = "thing/01938000-0000-7000-8000-000000000001"
    return Envelope(source="/heatshield/test", type=name, subject=subject, aggregateversion=number, data={"n": number})


@pytest.fixture
def name() -> str:
    return f"test.thing.happened{uuid7().hex}.v1"


class Heard:
    """A handler that remembers what it was given, and can be told to fail first."""

    def __init__(self, failures: int = 0) -> None:
        self.envelopes: list[Envelope] = []
        self.failures = failures
        self.arrived = asyncio.Event()

    async def __call__(self, envelope: Envelope) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("not now")
        self.envelopes.append(envelope)
        self.arrived.set()

    async def count(self, wanted: int) -> list[Envelope]:
        async with asyncio.timeout(30):
            while len(self.envelopes) < wanted:
                self.arrived.clear()
                await self.arrived.wait()
        return self.envelopes


async def test_every_consumer_gets_the_event_as_it_was_sent(broker: Broker, name: str) -> None:
    heard = [Heard(), Heard()]
    for number, handler in enumerate(heard):
        await broker.declare(f"consumer{number}.{name}", name)
        await broker.subscribe(f"consumer{number}.{name}", handler)
    sent = an_event(name)
    await broker.publish([sent])
    assert [await handler.count(1) for handler in heard] == [[sent], [sent]]


async def test_order_is_kept_in_a_queue(broker: Broker, name: str) -> None:
    heard = Heard()
    await broker.declare(f"a.{name}", name)
    await broker.subscribe(f"a.{name}", heard)
    await broker.publish([an_event(name, number) for number in range(200)])
    assert [envelope.data["n"] for envelope in await heard.count(200)] == list(range(200))


async def test_an_event_that_no_queue_takes_is_never_called_sent(broker: Broker, name: str) -> None:
    with pytest.raises(Unroutable):
        await broker.publish([an_event(name)])


async def test_declaring_twice_changes_nothing(broker: Broker, name: str) -> None:
    heard = Heard()
    for _ in range(2):
        await broker.declare(f"a.{name}", name)
    await broker.subscribe(f"a.{name}", heard)
    await broker.publish([an_event(name)])
    await heard.count(1)
    await asyncio.sleep(0.05)
    assert len(heard.envelopes) == 1


async def test_an_event_whose_handler_fails_is_not_lost(broker: Broker, name: str) -> None:
    """RabbitMQ hands it over again; in one process the publisher hears of it and its outbox keeps the row."""
    heard = Heard(failures=1)
    await broker.declare(f"a.{name}", name)
    await broker.subscribe(f"a.{name}", heard)
    if isinstance(broker, InProcessBroker):
        with pytest.raises(ConnectionError):
            await broker.publish([an_event(name)])
    await broker.publish([an_event(name)])
    assert len(await heard.count(1)) >= 1


async def test_what_waits_in_a_queue_survives_the_consumer(rabbit_url: str, name: str) -> None:
    first = await RabbitBroker.connect(rabbit_url)
    await first.declare(f"a.{name}", name)
    await first.publish([an_event(name)])
    await first.close()
    second, heard = await RabbitBroker.connect(rabbit_url), Heard()
    await second.subscribe(f"a.{name}", heard)
    assert len(await heard.count(1)) == 1
    await second.close()


async def test_an_unreadable_message_is_set_aside_and_the_next_one_passes(rabbit_url: str, name: str) -> None:
    import aio_pika

    broker, heard = await RabbitBroker.connect(rabbit_url), Heard()
    await broker.declare(f"a.{name}", name)
    await broker.subscribe(f"a.{name}", heard)
    connection = await aio_pika.connect(rabbit_url)
    exchange = await (await connection.channel()).get_exchange("heatshield.events")
    for body in (b"no json", b'{"id": 1}', b"\x00\xff"):
        await exchange.publish(aio_pika.Message(body), routing_key=name)
    await broker.publish([an_event(name)])
    assert len(await heard.count(1)) == 1
    await connection.close()
    await broker.close()


class Wire:
    """A wire to the broker that can be cut and mended; what is sent while it is cut is refused."""

    def __init__(self, url: str) -> None:
        self._to, self.port = yarl.URL(url), 0
        self._open: set[asyncio.StreamWriter] = set()
        self._joined: set[asyncio.Task[None] | None] = set()

    async def mend(self) -> yarl.URL:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self._to.with_host("127.0.0.1").with_port(self.port)

    async def cut(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        await asyncio.gather(*filter(None, self._joined), return_exceptions=True)
        self._open.clear()
        self._joined.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._joined.add(asyncio.current_task())
        there, back = await asyncio.open_connection(self._to.host, self._to.port)
        self._open |= {writer, back}
        await asyncio.gather(self._pass(reader, back), self._pass(there, writer))

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while part := await reader.read(65_536):
                writer.write(part)
                await writer.drain()
        writer.close()


async def test_after_the_connection_broke_events_are_sent_and_heard_again(rabbit_url: str, name: str) -> None:
    wire, heard = Wire(rabbit_url), Heard()
    broker = await RabbitBroker.connect(str((await wire.mend()).update_query(reconnect_interval=0.2)))
    try:
        await broker.declare(f"a.{name}", name)
        await broker.subscribe(f"a.{name}", heard)
        await broker.publish([an_event(name)])
        await heard.count(1)
        for number in (2, 3):
            await wire.cut()
            await wire.mend()
            await _until_sent(broker, an_event(name, number))
            # What was heard before the cut may be handed over again, for its receipt may have been lost.
            await until(lambda: number in {envelope.aggregateversion for envelope in heard.envelopes})  # noqa: B023
    finally:
        await broker.close()
        await wire.cut()


async def _until_sent(broker: RabbitBroker, envelope: Envelope) -> None:
    """As the relay does: again, until the broker has confirmed it."""
    async with asyncio.timeout(30):
        while True:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(broker.publish([envelope]), 2)
                return
            await asyncio.sleep(0.1)
