"""SIGKILL at any moment, and at the worst ones: what was acknowledged arrives, once."""

import asyncio

import pytest

from tests.faults.house import House, now, rounds_of
from tests.faults.ledger import Writer, close_books
from tests.faults.worker import Point

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

WORST = [
    ("caseload", "before_commit"),
    ("caseload", "before_publish"),
    ("caseload", "before_mark"),
    ("governance", "before_commit"),
    ("governance", "before_ack"),
    ("interop", "before_ack"),
]


async def test_processes_killed_at_random_lose_and_double_nothing(house: House, times: int) -> None:
    chance, rounds = rounds_of(3), 30 * times
    await house.start_all()
    async with Writer(house) as writer:
        await writer.until(5)
        for _ in range(rounds):
            victim = chance.choice(list(house.ports))
            await asyncio.sleep(chance.uniform(0, 0.3))
            house.kill(victim)
            house.start(victim)
            last = now()
            await house.until_ready(victim)
        await writer.until(5)
    books = await close_books(house, writer, "any service killed at any moment", rounds, last)
    assert books.acknowledged > rounds
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)
    assert books.applied >= books.acknowledged * 2


async def test_processes_killed_at_the_worst_moments_lose_and_double_nothing(house: House, times: int) -> None:
    chance, each = rounds_of(7), 4 * times
    await house.start_all()
    async with Writer(house) as writer:
        for victim, point in WORST:
            for _ in range(each):
                house.kill(victim)
                house.start(victim, Point(point, after=chance.randint(2, 8)))
                assert await house.until_dead(victim, 60), f"{victim} never came to {point}"
                house.start(victim)
                last = now()
                await house.until_ready(victim)
        await writer.until(5)
    books = await close_books(house, writer, "killed before commit, publish, mark or ack", each * len(WORST), last)
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)
    assert books.applied >= books.acknowledged * 2
