"""RabbitMQ killed, away, slow, cut off and full: the API answers throughout, and all that waited arrives once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest

from demo.servers.rabbit import RabbitServer
from tests.faults.control import tell
from tests.faults.house import House, now, rounds_of
from tests.faults.ledger import Books, Writer, close_books, flow_back, rows
from tests.faults.wire import Wire
from tests.running import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

# A publisher gives up waiting for a confirm after ten seconds, and looks for another connection. Who only listens finds
# after 33 s that no heartbeat comes.
NOTICED_SECONDS = 15
BLACK_HOLE_SECONDS = 25
# What is written meanwhile is not to be so much that it is the reading of it that takes the time.
PAUSE = 0.1
FULL_SECONDS = 12
# It takes some tries to find which queue it is that does not answer.
PATIENCE_SECONDS = 180
DECIDED = "caseload.referral.not_taken.v1"


@dataclass
class Wired:
    """A house that reaches its broker through a wire."""

    house: House
    wire: Wire


@pytest.fixture
async def wired(house: House) -> AsyncIterator[Wired]:
    wire = Wire("127.0.0.1", _broker(house).port)
    around = {"broker_url": f"amqp://guest:guest@127.0.0.1:{await wire.open()}/"}
    house.settings.update({name: one.model_copy(update=around) for name, one in house.settings.items()})
    await house.start_all()
    yield Wired(house, wire)
    for name in house.processes:
        house.kill(name)
    await wire.close()


def _broker(house: House) -> RabbitServer:
    assert house.rabbit is not None
    return house.rabbit


async def _figures(house: House) -> tuple[float, float]:
    """How many events caseload says have not left, and for how many seconds the oldest has waited."""
    async with httpx.AsyncClient(trust_env=False) as client:
        told = (await client.get(f"http://127.0.0.1:{house.ports['caseload']}/metrics")).text
    figures = dict(line.rsplit(" ", 1) for line in told.splitlines() if not line.startswith("#"))
    unsent, lag = (f'heatshield_outbox_{name}{{service="caseload"}}' for name in ("unsent", "lag_seconds"))
    return float(figures[unsent]), float(figures[lag])


async def _nothing_waits(house: House) -> bool:
    return await _figures(house) == (0, 0)


def _nothing_happened(books: Books, writer: Writer) -> None:
    """Nobody who writes has noticed anything, and nothing is missing or there twice."""
    assert set(writer.statuses) <= {200, 201}
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)
    assert books.applied >= books.acknowledged * 2


async def test_a_broker_killed_and_started_again_costs_no_answer_and_no_event(house: House, times: int) -> None:
    chance, rounds, recoveries = rounds_of(11), 2 * times, []
    await house.start_all()
    async with Writer(house, pause=PAUSE) as writer:
        for _ in range(rounds):
            await writer.until(10)
            await asyncio.sleep(chance.uniform(0, 0.5))
            await asyncio.to_thread(_broker(house).kill)
            await writer.until(10)
            await asyncio.to_thread(_broker(house).start)
            recoveries.append(await flow_back(house, writer, now()))
    books = await close_books(house, writer, "RabbitMQ killed and restarted", rounds, recovery=max(recoveries))
    _nothing_happened(books, writer)


async def test_while_the_broker_is_away_work_goes_on_and_the_lag_shows(house: House, away: float) -> None:
    await house.start_all()
    async with Writer(house, pause=max(PAUSE, away / 1500)) as writer:
        await writer.until(5)
        await asyncio.to_thread(_broker(house).kill)
        await asyncio.sleep(away / 2)
        unsent, lag = await _figures(house)
        assert unsent > 0
        assert lag > away / 4
        await asyncio.sleep(away / 2)
        more, longer = await _figures(house)
        assert more > unsent
        assert longer > lag
        await asyncio.to_thread(_broker(house).start)
        recovery = await flow_back(house, writer, now())
    books = await close_books(house, writer, f"RabbitMQ away for {away:.0f} s", 1, recovery=recovery)
    _nothing_happened(books, writer)
    await until(lambda: _nothing_waits(house))


async def test_services_start_without_the_broker_and_send_when_it_is_back(house: House) -> None:
    await house.start_all()
    await asyncio.to_thread(_broker(house).kill)
    async with Writer(house, pause=PAUSE) as writer:
        for name in house.ports:
            await writer.until(3)
            house.kill(name)
            house.start(name)
            await house.until_ready(name)
        await writer.until(3)
        assert (await _figures(house))[0] > 0
        await asyncio.to_thread(_broker(house).start)
        recovery = await flow_back(house, writer, now())
    fault = "services killed and started, no RabbitMQ"
    books = await close_books(house, writer, fault, len(house.ports), recovery=recovery)
    _nothing_happened(books, writer)


async def test_a_slow_network_to_the_broker_slows_no_answer(wired: Wired) -> None:
    async with Writer(wired.house, pause=PAUSE) as writer:
        wired.wire.latency = 0.2
        await writer.until(50)
        recovery = await flow_back(wired.house, writer, now())
        wired.wire.latency = 0
    books = await close_books(wired.house, writer, "200 ms to RabbitMQ and back", 1, recovery=recovery)
    _nothing_happened(books, writer)


async def test_connections_to_the_broker_may_be_reset_at_any_moment(wired: Wired, times: int) -> None:
    chance, rounds, recoveries = rounds_of(13), 5 * times, []
    async with Writer(wired.house, pause=PAUSE) as writer:
        for _ in range(rounds):
            await writer.until(chance.randint(1, 10))
            wired.wire.reset()
            recoveries.append(await flow_back(wired.house, writer, now()))
    books = await close_books(wired.house, writer, "connection to RabbitMQ reset", rounds, recovery=max(recoveries))
    _nothing_happened(books, writer)


async def test_connections_to_the_broker_may_be_cut_between_any_two_bytes(wired: Wired, times: int) -> None:
    chance, rounds, recoveries = rounds_of(17), 8 * times, []
    async with Writer(wired.house, pause=PAUSE) as writer:
        for _ in range(rounds):
            wired.wire.cut_after(chance.randint(0, 4000))
            await writer.until(10)
            recoveries.append(await flow_back(wired.house, writer, now()))
    books = await close_books(
        wired.house, writer, "connection to RabbitMQ cut at a byte", rounds, recovery=max(recoveries)
    )
    _nothing_happened(books, writer)


async def test_a_network_that_swallows_everything_is_noticed(wired: Wired) -> None:
    async with Writer(wired.house, pause=PAUSE) as writer:
        await writer.until(5)
        wired.wire.black_hole()
        await asyncio.sleep(NOTICED_SECONDS)
        assert "broker lost" in wired.house.log("caseload")
        await asyncio.sleep(BLACK_HOLE_SECONDS - NOTICED_SECONDS)
        wired.wire.black_hole(False)
        recovery = await flow_back(wired.house, writer, now())
    books = await close_books(wired.house, writer, "network to RabbitMQ a black hole", 1, recovery=recovery)
    _nothing_happened(books, writer)


async def test_connections_that_the_network_has_forgotten_are_made_anew(wired: Wired) -> None:
    async with Writer(wired.house, pause=PAUSE) as writer:
        await writer.until(5)
        wired.wire.forget()
        recovery = await flow_back(wired.house, writer, now())
    books = await close_books(wired.house, writer, "connections to RabbitMQ forgotten", 1, recovery=recovery)
    _nothing_happened(books, writer)


async def test_a_queue_that_does_not_answer_holds_up_its_own_events_only(house: House) -> None:
    node, stuck = _broker(house)._node, f"governance.{DECIDED}"
    await house.start_all()
    async with Writer(house, pause=PAUSE) as writer:
        await asyncio.to_thread(tell, node, "eval", f"sys:suspend('%2F_{stuck}').")
        refused = await writer.write_one()
        await writer.refuse(refused)
        recovery = await flow_back(house, writer, now(), PATIENCE_SECONDS)
        assert await rows(house, "caseload", f"select id from outbox where type = '{DECIDED}'")
        await asyncio.to_thread(tell, node, "eval", f"sys:resume('%2F_{stuck}').")
    books = await close_books(house, writer, "one queue does not answer", 1, recovery=recovery)
    _nothing_happened(books, writer)
    assert await rows(house, "governance", f"select event_id from inbox where consumer = '{stuck}'")


async def test_a_broker_without_room_takes_nothing_and_the_outbox_keeps_it(house: House) -> None:
    node = _broker(house)._node
    await house.start_all()
    async with Writer(house, pause=PAUSE) as writer:
        await writer.until(5)
        await asyncio.to_thread(tell, node, "set_disk_free_limit", "100000GB")
        await asyncio.sleep(FULL_SECONDS)
        assert (await _figures(house))[1] > FULL_SECONDS / 2
        await asyncio.to_thread(tell, node, "set_disk_free_limit", "50MB")
        recovery = await flow_back(house, writer, now())
    books = await close_books(house, writer, "RabbitMQ without room on its disk", 1, recovery=recovery)
    _nothing_happened(books, writer)
