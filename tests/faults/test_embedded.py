"""All services in one process, with no broker: killed at any moment, nothing is lost and nothing is doubled."""

import asyncio
from pathlib import Path

import pytest

from tests.faults.house import inhabited, now, rounds_of, servers
from tests.faults.ledger import Writer, close_books

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


async def test_one_process_killed_at_random_loses_and_doubles_nothing(place: Path, times: int) -> None:
    chance, rounds = rounds_of(5), 10 * times
    with servers(place, broker=False) as (postgres, server):
        async with inhabited(postgres, server, place) as house:
            house.start_together()
            await house.until_ready("caseload")
            async with Writer(house) as writer:
                await writer.until(5)
                for _ in range(rounds):
                    await asyncio.sleep(chance.uniform(0, 0.4))
                    house.kill("together")
                    house.start_together()
                    last = now()
                    await house.until_ready("caseload")
                await writer.until(5)
            books = await close_books(house, writer, "one process killed at any moment", rounds, last)
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)
    assert books.applied >= books.acknowledged * 2
