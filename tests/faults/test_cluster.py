"""Three RabbitMQ nodes, of which the one that leads a queue is killed while events are on their way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.cluster import RabbitCluster
from tests.faults.house import House, inhabited, now, servers
from tests.faults.ledger import CONSUMERS, FLOW_SECONDS, Writer, close_books, flow_back

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

QUEUE = CONSUMERS["governance"]


@pytest.fixture
async def cluster(place: Path) -> AsyncIterator[RabbitCluster]:
    made = RabbitCluster(place / "cluster")
    await asyncio.to_thread(made.start)
    yield made
    await asyncio.to_thread(made.stop)


@pytest.fixture
async def clustered(place: Path, cluster: RabbitCluster) -> AsyncIterator[House]:
    """A house that knows all three nodes."""
    with servers(place, broker=False) as (postgres, _):
        async with inhabited(postgres, None, place, broker_url=",".join(cluster.urls)) as house:
            await asyncio.to_thread(cluster.until_replicated)
            for name in house.ports:
                house.start(name)
            await house.until_ready()
            yield house


async def test_a_killed_leader_costs_no_answer_and_no_confirmed_event(
    clustered: House, cluster: RabbitCluster, times: int
) -> None:
    rounds, recoveries = 2 * times, []
    async with Writer(clustered, pause=0.1) as writer:
        for _ in range(rounds):
            await writer.until(20)
            leader = await asyncio.to_thread(cluster.leader_of, QUEUE)
            await writer.until(1)
            await asyncio.to_thread(cluster.kill, leader)
            recoveries.append(await flow_back(clustered, writer, now()))
            await asyncio.to_thread(cluster.restart, leader)
            await asyncio.to_thread(cluster.until_replicated)
        await writer.until(20)
        last = await flow_back(clustered, writer, now())
    fault = "leader of three RabbitMQ nodes killed"
    books = await close_books(clustered, writer, fault, rounds, recovery=max(recoveries))
    assert max(*recoveries, last) < FLOW_SECONDS
    assert set(writer.statuses) == {201}
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)
    assert books.applied >= books.acknowledged * 2
