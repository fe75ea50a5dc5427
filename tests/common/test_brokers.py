"""One suite over both brokers: what holds for RabbitMQ holds in one process as well."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aio_pika
import pytest
import yarl
from aio_pika.abc import AbstractIncomingMessage
from uuid6 import uuid7

from services.common import rabbit, rabbit_link, topology
from services.common.broker import Broker, Delivery, InProcessBroker, Outgoing
from services.common.rabbit import RabbitBroker
from tests.faults.wire import Wire
from tests.running import until


@pytest.fixture(params=["in process", "rabbitmq"])
async def broker(request: pytest.FixtureRequest, name: str) -> AsyncIterator[Broker]:
    if request.param == "in process":
        yield InProcessBroker()
        return
    url = request.getfixturevalue("rabbit_url")
    await rabbit.declare(url, {f"a.{name}": [name], f"b.{name}": [name]})
    async with connected(url) as made:
        yield made


@contextlib.asynccontextmanager
async def connected(*urls: str) -> AsyncIterator[RabbitBroker]:
    async with RabbitBroker(urls) as made:
        await until(lambda: made._channel is not None)
        yield made


@pytest.fixture
def name() -> str:
    return f"test.thing.happened{uuid7().hex}.v1"


def an_event(name: str, number: int = 1) -> Outgoing:
    return Outgoing(uuid7(), name, "thing/1", json.dumps({"n": number}).encode())


class Heard:
    """A handler that remembers what it was given, in lots, and can be told to fail first."""

    def __init__(self) -> None:
        self.lots: list[list[Delivery]] = []

    async def __call__(self, deliveries: Sequence[Delivery]) -> None:
        self.lots.append(list(deliveries))

    @property
    def all(self) -> list[Delivery]:
        return [delivery for lot in self.lots for delivery in lot]

    @property
    def numbers(self) -> list[int]:
        return [json.loads(delivery.body)["n"] for delivery in self.all]

    async def count(self, wanted: int) -> list[Delivery]:
        await until(lambda: len(self.all) >= wanted)
        return self.all


async def test_every_consumer_gets_the_event_as_it_was_sent(broker: Broker, name: str) -> None:
    heard = [Heard(), Heard()]
    for consumer, handler in zip("ab", heard, strict=True):
        await broker.subscribe(f"{consumer}.{name}", [name], handler)
    sent = an_event(name)
    assert await broker.publish([sent]) == {sent.id}
    for handler in heard:
        assert [delivery.body for delivery in await handler.count(1)] == [sent.body]


async def test_order_is_kept_in_a_queue_and_events_come_in_lots(broker: Broker, name: str) -> None:
    heard = Heard()
    for consumer, handler in (("a", heard), ("b", Heard())):
        await broker.subscribe(f"{consumer}.{name}", [name], handler)
    sent = [an_event(name, number) for number in range(500)]
    assert await broker.publish(sent) == {event.id for event in sent}
    await heard.count(500)
    assert heard.numbers == list(range(500))
    assert len(heard.lots) < 400


async def test_an_event_that_no_queue_takes_is_never_called_safe(broker: Broker, name: str) -> None:
    for consumer in "ab":
        await broker.subscribe(f"{consumer}.{name}", [name], Heard())
    taken, lost = an_event(name), an_event("test.nobody.listens.v1")
    assert await broker.publish([lost, taken]) == {taken.id}
    assert await broker.publish([lost]) == set()


async def test_the_depth_of_a_queue_is_told(broker: Broker, name: str) -> None:
    await broker.subscribe(f"a.{name}", [name], Heard())

    async def is_taken_from() -> bool:
        depth = await broker.depth(f"a.{name}")
        return depth is not None and depth.consumers == 1

    await until(is_taken_from)
    assert await broker.depth("a.nothing") is None


async def test_what_waits_in_a_queue_survives_the_consumer(rabbit_url: str, name: str) -> None:
    await rabbit.declare(rabbit_url, {f"a.{name}": [name]})
    async with connected(rabbit_url) as first:
        await first.publish([an_event(name)])
    async with connected(rabbit_url) as second:
        heard = Heard()
        await second.subscribe(f"a.{name}", [name], heard)
        assert len(await heard.count(1)) == 1


async def test_what_a_handler_did_not_finish_is_handed_over_again(rabbit_url: str, name: str) -> None:
    await rabbit.declare(rabbit_url, {f"a.{name}": [name]})
    begun, heard = asyncio.Event(), Heard()

    async def never_ends(_: Sequence[Delivery]) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with connected(rabbit_url) as first:
        await first.subscribe(f"a.{name}", [name], never_ends)
        await first.publish([an_event(name, number) for number in range(3)])
        await begun.wait()
    async with connected(rabbit_url) as second:
        await second.subscribe(f"a.{name}", [name], heard)
        await heard.count(3)
    assert heard.numbers == [0, 1, 2]


async def test_one_process_at_a_time_takes_from_a_queue_so_that_order_is_kept(rabbit_url: str, name: str) -> None:
    await rabbit.declare(rabbit_url, {f"a.{name}": [name]})
    async with connected(rabbit_url) as first, connected(rabbit_url) as second:
        heard = [Heard(), Heard()]
        for broker, handler in zip((first, second), heard, strict=True):
            await broker.subscribe(f"a.{name}", [name], handler)
        await asyncio.sleep(0.3)
        await first.publish([an_event(name, number) for number in range(200)])
        await until(lambda: len(heard[0].all) + len(heard[1].all) == 200)
        assert sorted(len(handler.all) for handler in heard) == [0, 200]
        takes = heard.index(max(heard, key=lambda handler: len(handler.all)))
        await (first, second)[takes].__aexit__()
        await (first, second)[1 - takes].publish([an_event(name, 200)])
        await heard[1 - takes].count(1)


async def break_down(message: AbstractIncomingMessage) -> None:
    await message.reject(requeue=True)


async def test_a_message_that_breaks_its_consumer_each_time_is_given_up_and_kept(rabbit_url: str, name: str) -> None:
    await rabbit.declare(rabbit_url, {f"a.{name}": [name]})
    given_up = Heard()
    connection = await aio_pika.connect(rabbit_url)
    async with connected(rabbit_url) as broker, connection:
        await broker.subscribe_to_given_up("a", given_up)
        await broker.publish([an_event(name)])
        queue = await (await connection.channel()).get_queue(f"a.{name}")
        await queue.consume(break_down)
        letter = (await given_up.count(1))[0]
        assert (letter.given_up, letter.queue, letter.body) == ("delivery_limit", f"a.{name}", b'{"n": 1}')


async def test_the_sender_is_told_and_cannot_be_made_up(rabbit_url: str, name: str) -> None:
    await rabbit.declare(rabbit_url, {f"a.{name}": [name]})
    connection, heard = await aio_pika.connect(rabbit_url), Heard()
    async with connected(rabbit_url) as broker, connection:
        await broker.subscribe(f"a.{name}", [name], heard)
        await broker.publish([an_event(name)])
        exchange = await (await connection.channel()).get_exchange(topology.EVENTS)
        await exchange.publish(aio_pika.Message(b"{}"), routing_key=name)
        assert [delivery.sender for delivery in await heard.count(2)] == ["guest", ""]
        with pytest.raises(aio_pika.exceptions.ChannelPreconditionFailed):
            await exchange.publish(aio_pika.Message(b"{}", user_id="caseload"), routing_key=name)


async def test_declaring_twice_changes_nothing(rabbit_url: str, name: str) -> None:
    for _ in range(2):
        await rabbit.declare(rabbit_url, {f"a.{name}": [name]})
    heard = Heard()
    async with connected(rabbit_url) as broker:
        await broker.subscribe(f"a.{name}", [name], heard)
        await broker.publish([an_event(name)])
        await heard.count(1)
        await asyncio.sleep(0.05)
    assert len(heard.all) == 1


@pytest.fixture
async def wire(rabbit_url: str) -> AsyncIterator[tuple[Wire, str]]:
    at = yarl.URL(rabbit_url)
    made = Wire(at.host or "", at.port or 0)
    port = await made.open()
    yield made, str(at.with_port(port))
    await made.close()


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rabbit_link, "AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(rabbit, "IDLE_SECONDS", 0.5)


@pytest.mark.usefixtures("hasty")
async def test_after_the_connection_broke_events_are_sent_and_heard_again(
    rabbit_url: str, wire: tuple[Wire, str], name: str
) -> None:
    await rabbit.declare(rabbit_url, {f"a.{name}": [name]})
    cable, url = wire
    heard = Heard()
    async with connected(url) as broker:
        await broker.subscribe(f"a.{name}", [name], heard)
        await broker.publish([an_event(name)])
        await heard.count(1)
        for number in (2, 3):
            cable.reset()
            await _until_sent(broker, an_event(name, number))
            # What was heard before the cut may be handed over again, for its receipt may have been lost.
            await until(lambda: number in heard.numbers)  # noqa: B023


@pytest.mark.usefixtures("hasty")
async def test_a_queue_that_is_not_there_is_no_other_queues_matter(rabbit_url: str, name: str) -> None:
    """And it is taken from as soon as it is there."""
    await rabbit.declare(rabbit_url, {f"a.{name}": [name]})
    heard, late = Heard(), Heard()
    async with connected(rabbit_url) as broker:
        await broker.subscribe(f"late.{name}", [name], late)
        await broker.subscribe(f"a.{name}", [name], heard)
        for number in range(1, 6):
            assert len(await broker.publish([an_event(name, number)])) == 1
            await asyncio.sleep(0.1)
        await heard.count(5)
        await rabbit.declare(rabbit_url, {f"late.{name}": [name]})
        await broker.publish([an_event(name, 6)])
        await late.count(1)


@pytest.mark.usefixtures("hasty")
async def test_where_one_address_is_dead_the_next_is_tried(rabbit_url: str, name: str) -> None:
    await rabbit.declare(rabbit_url, {f"a.{name}": [name]})
    nobody = Wire("127.0.0.1", 1)
    dead = str(yarl.URL(rabbit_url).with_port(await nobody.open()))
    await nobody.close()
    async with connected(dead, rabbit_url) as broker:
        assert len(await broker.publish([an_event(name)])) == 1


async def test_while_the_broker_is_away_publishing_says_so(wire: tuple[Wire, str], name: str) -> None:
    cable, url = wire
    await cable.close()
    async with RabbitBroker([url]) as broker:
        with pytest.raises(ConnectionError):
            await broker.publish([an_event(name)])


async def _until_sent(broker: RabbitBroker, event: Outgoing) -> None:
    """As the relay does: again, until the broker has confirmed it."""

    async def is_safe() -> Any:
        with contextlib.suppress(Exception):
            return event.id in await asyncio.wait_for(broker.publish([event]), 2)
        return False

    await until(is_safe)
