"""The broker lets each service say only its own events, hear only its own queues, and change nothing."""

import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from aiormq.exceptions import ChannelAccessRefused, ChannelPreconditionFailed, ProbableAuthenticationError
from uuid6 import uuid7

from demo.servers.rabbit import RabbitServer
from services.common import rabbit, topology
from services.common.broker import Outgoing
from services.common.rabbit import RabbitBroker
from services.common.settings import ServiceSettings
from tests.running import until

pytestmark = pytest.mark.slow
EVENT = "caseload.client.registered.v1"
QUEUES = {f"roster.{EVENT}": (EVENT,), f"hr.{EVENT}": (EVENT,), "hr.feed": (EVENT, "roster.visit.done.v1")}
PASSWORDS = {name: f"{name}-secret" for name in (topology.DEPLOYER, "caseload", "roster", "hr")}


@pytest.fixture(scope="module")
def server() -> Iterator[RabbitServer]:
    folder = Path(tempfile.mkdtemp(prefix="heatshield-users-"))
    path = folder / "definitions.json"
    path.write_text(json.dumps(topology.definitions(QUEUES, PASSWORDS)))
    made = RabbitServer(folder / "rabbit", path)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder)


def url_of(server: RabbitServer, user: str) -> str:
    return server.url_for(user, PASSWORDS[user])


@asynccontextmanager
async def channel_of(server: RabbitServer, user: str) -> AsyncIterator[Any]:
    async with await aio_pika.connect(url_of(server, user)) as connection:
        yield await connection.channel()


def an_event(name: str = EVENT) -> Outgoing:
    return Outgoing(uuid7(), name, "client/1", b"{}")


async def test_a_service_says_its_own_events_and_they_arrive_with_its_name(server: RabbitServer) -> None:
    heard: list[Any] = []

    async def hear(deliveries: Any) -> None:
        heard.extend(deliveries)

    async with RabbitBroker([url_of(server, "caseload")]) as teller, RabbitBroker([url_of(server, "hr")]) as listener:
        await until(lambda: teller._channel and listener._channel)
        await listener.subscribe(f"hr.{EVENT}", [EVENT], hear)
        sent = an_event()
        assert await teller.publish([sent]) == {sent.id}
        await until(lambda: heard)
        assert heard[0].sender == "caseload"
        assert (await listener.depth(f"hr.{EVENT}")) is not None


async def test_a_service_cannot_say_what_another_owns(server: RabbitServer) -> None:
    async with channel_of(server, "roster") as channel:
        exchange = await channel.get_exchange(topology.EVENTS, ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await exchange.publish(aio_pika.Message(b"{}"), routing_key=EVENT)


async def test_a_service_cannot_sign_with_another_name(server: RabbitServer) -> None:
    async with channel_of(server, "roster") as channel:
        exchange = await channel.get_exchange(topology.EVENTS, ensure=False)
        with pytest.raises(ChannelPreconditionFailed):
            await exchange.publish(aio_pika.Message(b"{}", user_id="caseload"), routing_key="roster.visit.done.v1")


async def test_a_service_cannot_put_a_message_straight_into_a_queue(server: RabbitServer) -> None:
    async with channel_of(server, "roster") as channel:
        with pytest.raises(ChannelAccessRefused):
            await channel.default_exchange.publish(aio_pika.Message(b"{}"), routing_key=f"hr.{EVENT}")


async def test_a_service_cannot_give_up_messages_for_another(server: RabbitServer) -> None:
    async with channel_of(server, "roster") as channel:
        exchange = await channel.get_exchange(topology.GIVEN_UP, ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await exchange.publish(aio_pika.Message(b"{}"), routing_key="hr")


async def test_a_service_cannot_take_from_anothers_queue(server: RabbitServer) -> None:
    async with channel_of(server, "roster") as channel:
        queue = await channel.get_queue(f"hr.{EVENT}", ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await queue.consume(print)


@pytest.mark.parametrize("queue", ["roster.more", f"hr.{EVENT}"])
async def test_a_service_declares_nothing(server: RabbitServer, queue: str) -> None:
    async with channel_of(server, "roster") as channel:
        with pytest.raises(ChannelAccessRefused):
            await channel.declare_queue(queue, durable=True)


async def test_a_service_binds_nothing(server: RabbitServer) -> None:
    async with channel_of(server, "roster") as channel:
        queue = await channel.get_queue(f"roster.{EVENT}", ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await queue.bind(topology.EVENTS, routing_key="hr.contract.agreed.v1")


async def test_there_is_no_guest_and_no_way_in_with_a_wrong_password(server: RabbitServer) -> None:
    for user, password in (("guest", "guest"), ("roster", "wrong")):
        with pytest.raises(ProbableAuthenticationError):
            await aio_pika.connect(server.url_for(user, password))


async def test_the_deployer_declares_the_same_again(server: RabbitServer) -> None:
    await rabbit.declare(url_of(server, topology.DEPLOYER), QUEUES)


def test_a_service_signs_in_with_its_own_name_once_it_has_a_password() -> None:
    shared = ServiceSettings(broker_url="amqp://guest:guest@a:1/, amqp://b:2/")
    assert shared.broker_urls("roster") == ["amqp://guest:guest@a:1/", "amqp://b:2/"]
    assert shared.shared_broker_login() == "guest"
    own = ServiceSettings(broker_url="amqp://guest:guest@a:1/,amqp://b:2/", broker_password="p@ss")
    assert own.broker_urls("roster") == ["amqp://roster:p%40ss@a:1/", "amqp://roster:p%40ss@b:2/"]
    assert own.shared_broker_login() == ""
