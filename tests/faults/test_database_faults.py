"""PostgreSQL restarted, killed, cut off and out of reach: an answer is 201 or says when to come again."""

import asyncio
import time

import httpx
import pytest

from tests.faults.house import NAMES, House, Wired, kill_postgres, now, rounds_of
from tests.faults.ledger import ANSWER_SECONDS, Writer, came_back, close_books, flow_back
from tests.running import NURSE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

BLACK_HOLE_SECONDS = 20
PAUSE = 0.05
END_ALL = "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = any($1)"


async def test_a_restarted_database_costs_no_event(house: House, times: int) -> None:
    rounds, recoveries = 3 * times, []
    await house.start_all()
    async with Writer(house, pause=PAUSE) as writer:
        for _ in range(rounds):
            await writer.until(10)
            await asyncio.to_thread(house.postgres.stop)
            await asyncio.to_thread(house.postgres.start)
            recoveries.append(await flow_back(house, writer, now()))
    books = await close_books(house, writer, "PostgreSQL restarted", rounds, recovery=max(recoveries))
    came_back(books, writer)


async def test_a_killed_database_costs_no_acknowledged_write(house: House, times: int) -> None:
    chance, rounds, recoveries = rounds_of(19), 3 * times, []
    await house.start_all()
    async with Writer(house, pause=PAUSE) as writer:
        for _ in range(rounds):
            await writer.until(10)
            await asyncio.sleep(chance.uniform(0, 0.3))
            await asyncio.to_thread(kill_postgres, house.postgres)
            await asyncio.sleep(chance.uniform(0, 2))
            await asyncio.to_thread(house.postgres.start)
            recoveries.append(await flow_back(house, writer, now()))
    books = await close_books(house, writer, "PostgreSQL killed and restarted", rounds, recovery=max(recoveries))
    came_back(books, writer)


async def test_sessions_may_be_ended_at_any_moment(house: House, times: int) -> None:
    chance, rounds, recoveries = rounds_of(23), 8 * times, []
    await house.start_all()
    async with Writer(house, pause=PAUSE) as writer:
        for _ in range(rounds):
            await writer.until(chance.randint(1, 10))
            await _end_sessions(house)
            recoveries.append(await flow_back(house, writer, now()))
    books = await close_books(house, writer, "all sessions of PostgreSQL ended", rounds, recovery=max(recoveries))
    came_back(books, writer)


async def _end_sessions(house: House) -> None:
    connection = await house.postgres.admin()
    await connection.execute(END_ALL, list(NAMES))
    await connection.close()


async def test_connections_to_the_database_may_be_reset_at_any_moment(wired: Wired, times: int) -> None:
    chance, rounds, recoveries = rounds_of(29), 8 * times, []
    async with Writer(wired.house, pause=PAUSE) as writer:
        for _ in range(rounds):
            await writer.until(chance.randint(1, 10))
            wired.wire.reset()
            recoveries.append(await flow_back(wired.house, writer, now()))
    books = await close_books(wired.house, writer, "connection to PostgreSQL reset", rounds, recovery=max(recoveries))
    came_back(books, writer)


async def test_connections_to_the_database_may_be_cut_between_any_two_bytes(wired: Wired, times: int) -> None:
    """A commit whose answer is lost is sent again with its key, and has one effect."""
    chance, rounds, recoveries = rounds_of(31), 10 * times, []
    async with Writer(wired.house, pause=PAUSE) as writer:
        for _ in range(rounds):
            wired.wire.cut_after(chance.randint(0, 8000))
            await writer.until(10)
            recoveries.append(await flow_back(wired.house, writer, now()))
    fault = "connection to PostgreSQL cut at a byte"
    books = await close_books(wired.house, writer, fault, rounds, recovery=max(recoveries))
    came_back(books, writer)


async def test_nobody_waits_long_for_a_database_that_does_not_answer(wired: Wired) -> None:
    async with Writer(wired.house, pause=PAUSE) as writer:
        await writer.until(10)
        wired.wire.black_hole()
        waited = await asyncio.gather(*(_longest_wait(wired.house, BLACK_HOLE_SECONDS) for _ in range(3)))
        wired.wire.black_hole(False)
        recovery = await flow_back(wired.house, writer, now())
    books = await close_books(wired.house, writer, "network to PostgreSQL a black hole", 1, recovery=recovery)
    came_back(books, writer)
    assert max(waited) < ANSWER_SECONDS + 1
    assert writer.statuses[503] > 0


async def _longest_wait(house: House, seconds: float) -> float:
    """How long a nurse waits for an answer at most, who asks again and again for so long."""
    token = house.issuer.token(str(NURSE), "nurse", "caseload")
    longest, until = 0.0, time.monotonic() + seconds
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        while time.monotonic() < until:
            began = time.monotonic()
            url = f"http://127.0.0.1:{house.ports['caseload']}/v1/referrals"
            answer = await client.get(url, headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 200 or "retry-after" in answer.headers, answer.text
            longest = max(longest, time.monotonic() - began)
    return longest
