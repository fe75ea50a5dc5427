"""The brokers that tests may kill come back as they say, and leave nothing behind."""

import asyncio
import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aio_pika
import psutil
import pytest
import yarl
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import AMQPError

from demo.servers.ports import lasting_ports, listening
from demo.servers.rabbit import RabbitServer
from demo.servers.rabbit_node import speaks_amqp
from tests.faults.cluster import RabbitCluster
from tests.running import until

NAME = "heatshield.test"
QUORUM: dict[str, Any] = {"x-queue-type": "quorum"}
# RabbitMQ 3.10 writes down where a new quorum queue keeps its data only when no other was declared for half a second.
# Killed before, it comes back with a queue that is empty and never answers.
WRITTEN_DOWN_SECONDS = 2


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[AbstractChannel]:
    connection = await aio_pika.connect(url, timeout=10)
    async with connection:
        yield await connection.channel(on_return_raises=True)


async def declare(url: str) -> None:
    async with opened(url) as channel:
        await channel.declare_queue(NAME, durable=True, arguments=QUORUM)


async def send(url: str, *bodies: bytes) -> None:
    async with opened(url) as channel:
        for body in bodies:
            message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
            await channel.default_exchange.publish(message, NAME)
    await asyncio.sleep(WRITTEN_DOWN_SECONDS)


async def kept(url: str) -> list[bytes]:
    """What the queue holds, which is left in it."""
    found = []
    async with opened(url) as channel:
        queue = await channel.get_queue(NAME)
        while (message := await queue.get(fail=False)) is not None:
            found.append(message.body)
    return found


def test_a_port_is_kept_unless_it_is_taken() -> None:
    kept, taken = lasting_ports(0, 0)
    with listening(taken) as stranger:
        stranger.listen()
        again = lasting_ports(kept, taken, kept)
    assert again[0] == kept
    assert len({*again, taken}) == 4
    assert all(port < 32_768 for port in again)


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="heatshield-faults-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


def alive(folder: Path) -> list[str]:
    """The processes that were started for this folder."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("HOME") == str(folder):
                found.append(process.name())
    return found


@pytest.fixture
def broker(folder: Path) -> Iterator[RabbitServer]:
    made = RabbitServer(folder)
    made.start()
    yield made
    made.stop()
    assert not alive(folder)


@pytest.mark.slow
async def test_a_killed_broker_comes_back_where_it_was_with_what_it_had(broker: RabbitServer, folder: Path) -> None:
    url = broker.url
    await declare(url)
    await send(url, b"1", b"2")
    assert {"beam.smp", "epmd"} <= set(alive(folder))
    broker.kill()
    await until(lambda: not alive(folder))
    RabbitServer(folder).start()
    assert await kept(url) == [b"1", b"2"]


@pytest.mark.slow
async def test_a_broker_goes_elsewhere_with_what_it_had_when_its_port_is_taken(broker: RabbitServer) -> None:
    await declare(broker.url)
    await send(broker.url, b"1")
    for end in (broker.kill, broker.stop):
        before = broker.port
        end()
        with listening(before) as stranger:
            stranger.listen()
            broker.start()
        assert broker.port != before
        assert await kept(broker.url) == [b"1"]


@pytest.mark.slow
async def test_definitions_make_the_users_and_queues_at_every_start_and_no_guest(folder: Path) -> None:
    everything = {"configure": "", "write": ".*", "read": ".*"}
    queue = {"name": NAME, "vhost": "/", "durable": True, "auto_delete": False, "arguments": QUORUM}
    definitions = {
        "vhosts": [{"name": "/"}],
        "users": [{"name": "roster", "password": "s/ecret", "tags": []}],
        "permissions": [{"user": "roster", "vhost": "/", **everything}],
        "queues": [queue],
    }
    (folder / "definitions.json").write_text(json.dumps(definitions))
    broker = RabbitServer(folder / "rabbit", folder / "definitions.json")
    try:
        for bodies in ([b"1"], [b"1", b"2"]):
            broker.start()
            await send(broker.url_for("roster", "s/ecret"), bodies[-1])
            assert await kept(broker.url_for("roster", "s/ecret")) == bodies
            with pytest.raises(AMQPError):
                await aio_pika.connect(broker.url)
            broker.kill()
    finally:
        broker.stop()


def test_definitions_that_cannot_be_read_start_nothing(folder: Path) -> None:
    (folder / "definitions.json").write_text("{")
    with pytest.raises(ValueError, match="Expecting"):
        RabbitServer(folder / "rabbit", folder / "definitions.json").start()
    assert not alive(folder / "rabbit")


def test_a_broker_in_a_container_is_killed_and_taken_away_by_its_engine(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "docker").write_text(f'#!/bin/sh\necho "$@" >>{folder}/asked\ntest "$1" != inspect || echo true\n')
    (folder / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    note = {"port": 20000, "epmd_port": 0, "container": "c0ffee", "pid": 0}
    (folder / "running.json").write_text(json.dumps(note))
    broker = RabbitServer(folder)
    broker.kill()
    broker.stop()
    asked = (folder / "asked").read_text().splitlines()
    assert [line for line in asked if not line.startswith(("info", "inspect"))] == [
        "kill c0ffee",
        "rm --force --volumes c0ffee",
    ]
    assert not (folder / "running.json").exists()


@pytest.fixture
def cluster(folder: Path) -> Iterator[RabbitCluster]:
    made = RabbitCluster(folder)
    made.start()
    yield made
    made.stop()
    assert not alive(folder)


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_a_cluster_outlives_a_leader_and_pauses_without_a_majority(cluster: RabbitCluster) -> None:
    await declare(cluster.urls[0])
    await send(cluster.urls[0], b"1", b"2")
    dead = cluster.leader_of(NAME)
    cluster.kill(dead)
    leader = cluster.leader_of(NAME)
    other = ({0, 1, 2} - {dead, leader}).pop()
    assert leader != dead
    assert await kept(cluster.urls[other]) == [b"1", b"2"]
    cluster.kill(leader)
    await until(lambda: not speaks_amqp(yarl.URL(cluster.urls[other]).port or 0))
    cluster.restart(dead, leader)
    for url in cluster.urls:
        assert await kept(url) == [b"1", b"2"]
