"""Drill: a service's password at the broker is changed under load, the broker breaks meanwhile, and nothing is lost."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import aio_pika
import asyncpg
import pytest

from demo.servers.rabbit import RabbitServer, find_program
from services.common import topology
from tests.drills import replica
from tests.drills.balancer import Balancer
from tests.drills.fleet import SIZE
from tests.drills.load import Load
from tests.drills.table import told
from tests.drills.written_to import Written, written_to
from tests.faults.control import tell
from tests.faults.house import queues
from tests.running import Databases, owner, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(find_program() is None, reason="rabbitmqctl changes the password: install rabbitmq-server"),
]

EVENT = "caseload.referral.received.v1"
QUEUE = f"governance.{EVENT}"
OLD, NEW, DEPLOYERS = "only-for-tests-old", "only-for-tests-new", "only-for-tests"
REFUSED = "ProbableAuthenticationError"
WAITING = f"select count(*) from outbox where type = '{EVENT}'"
LAST = f"select max(seq) from outbox where type = '{EVENT}'"
# Many more than wait at any moment while the broker takes them.
PILED_UP = 50


@pytest.fixture
def rabbit(place: Path) -> Iterator[RabbitServer]:
    """With a user of its own for the service, from definitions that are read at every start, as compose does it."""
    _define(place, OLD)
    server = RabbitServer(place / "rabbit", place / "definitions.json")
    server.start()
    yield server
    server.stop()


def _define(place: Path, password: str) -> None:
    passwords = {topology.DEPLOYER: DEPLOYERS, "caseload": password}
    (place / "definitions.json").write_text(json.dumps(topology.definitions(queues(), passwords)))


async def test_the_password_at_the_broker_is_changed_without_a_failed_request_or_a_lost_event(
    databases: Databases, place: Path, rabbit: RabbitServer
) -> None:
    url = await databases("caseload")
    broker = {"broker_url": f"amqp://127.0.0.1:{rabbit.port}/", "broker_password": OLD}
    async with owner(url) as admin, written_to(url, place, replica.serve_telling, **broker) as made:
        async with Balancer(made.fleet.ready) as balancer:
            made.fleet.start_all()
            await balancer.until_ready(SIZE)
            async with Load(made.fleet.ask_at(balancer.url)) as load:
                waited = await _rotate(made, balancer, rabbit, place, admin)
            await until(lambda: _is_empty(admin), 60)
        written = {f"referral/{one['id']}" for one in await admin.fetch("select id from referral")}
        arrived = await _arrived(rabbit)
    lost = written - {subject for _, subject in arrived}
    again = len(arrived) - len({event_id for event_id, _ in arrived})
    events = f"{len(lost)} of {len(written)} events lost, {waited} waited, {again} twice"
    measured = f"{load.failed} of {load.asked}; {events}"
    told("rotation: password at the broker", "0 failed requests, 0 events lost", measured)
    assert load.failed == 0, load.answers
    assert len(written) == load.answers["201"] == load.asked
    assert lost == set()
    assert len({event_id for event_id, _ in arrived}) == len(written), "one event for each"


async def _rotate(
    made: Written, balancer: Balancer, rabbit: RabbitServer, place: Path, admin: asyncpg.Connection
) -> int:
    """As docs/ops/upgrade.md says, and the broker breaks at the worst time. How many events waited at most."""
    await asyncio.sleep(1)
    _define(place, NEW)
    await asyncio.to_thread(tell, rabbit._node, "change_password", "caseload", NEW)
    await _one_more_leaves(admin)
    await asyncio.to_thread(rabbit.kill)
    await asyncio.to_thread(rabbit.start)
    await until(lambda: all(_is_refused(place / f"{port}.log") for port in made.fleet.running), 60)
    await until(lambda: _is_piled_up(admin), 60)
    made.settings = made.settings.model_copy(update={"broker_password": NEW})
    waited = int(await admin.fetchval(WAITING))
    await made.fleet.roll(balancer)
    return waited


async def _one_more_leaves(admin: asyncpg.Connection) -> None:
    """A connection that is there lasts."""
    last = await until(lambda: admin.fetchval(LAST))
    await until(lambda: admin.fetchval("select exists (select from event_log where seq = $1)", last))


def _is_refused(log: Path) -> bool:
    """The process has tried to connect again, with the password that it was given."""
    return REFUSED in log.read_text()


async def _is_piled_up(admin: asyncpg.Connection) -> bool:
    return int(await admin.fetchval(WAITING)) > PILED_UP


async def _is_empty(admin: asyncpg.Connection) -> bool:
    return int(await admin.fetchval(WAITING)) == 0


async def _arrived(rabbit: RabbitServer) -> list[tuple[str, str]]:
    """The id and the subject of each message in one consumer's queue."""
    found: list[tuple[str, str]] = []

    async def take(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        found.append((str(message.message_id), str(message.headers["ce-subject"])))

    async with await aio_pika.connect(rabbit.url_for(topology.DEPLOYER, DEPLOYERS)) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(QUEUE, passive=True)
        await queue.consume(take, no_ack=True)
        await until(lambda: len(found) >= (queue.declaration_result.message_count or 0))
    return found
