"""Each fault of the wire does what it says, and nothing else."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from random import Random

import aio_pika
import asyncpg
import pytest
import yarl

from demo.servers.ports import lasting_ports
from demo.servers.postgres import EmbeddedPostgres
from tests.faults.line import PACKET, ThinLine, Way
from tests.faults.wire import Wire
from tests.running import until


class Echo:
    """A server that sends back what it gets, and remembers it."""

    def __init__(self) -> None:
        self.heard = b""
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while part := await reader.read(65_536):
                self.heard += part
                writer.write(part)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self.connections -= 1
            writer.close()


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
async def wire(echo: Echo) -> AsyncIterator[Wire]:
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    made = Wire(*server.sockets[0].getsockname())
    await made.open()
    yield made
    await made.close()
    await until(lambda: not echo.connections)
    server.close()


class Client:
    """One end of a connection through the wire."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def echoed(self, data: bytes, *, seconds: float = 5) -> bytes:
        """What comes back in time."""
        self.writer.write(data)
        return await asyncio.wait_for(self.reader.readexactly(len(data)), seconds)

    async def is_reset(self) -> None:
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(self.reader.read(), 5)


class Thrown(Random):
    """Dice that fall as is told."""

    def __init__(self, falls: Sequence[float]) -> None:
        self.falls = iter(falls)

    def random(self) -> float:
        return next(self.falls)


Connect = Callable[[int], Awaitable[Client]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    made: list[Client] = []

    async def connected(port: int) -> Client:
        made.append(Client(*await asyncio.open_connection("127.0.0.1", port)))
        return made[-1]

    yield connected
    for client in made:
        client.writer.transport.abort()


@pytest.fixture
async def client(wire: Wire, connect: Connect) -> Client:
    made = await connect(wire.port)
    assert await made.echoed(b"-") == b"-"
    return made


async def test_what_is_sent_passes_and_so_does_the_end(client: Client) -> None:
    long = bytes(range(256)) * 4096
    assert await client.echoed(long) == long
    client.writer.write_eof()
    assert await asyncio.wait_for(client.reader.read(), 5) == b""


async def test_latency_holds_each_piece_back_in_both_directions(wire: Wire, client: Client) -> None:
    wire.latency = 0.1
    began = time.monotonic()
    await client.echoed(b"x")
    assert time.monotonic() - began >= 0.2


async def test_all_passes_over_a_thin_line_in_order_and_late(wire: Wire, connect: Connect) -> None:
    wire.line = ThinLine(bits_a_second=4_000_000, latency=0.05, loss=0.05)
    long = bytes(range(256)) * 400
    client = await connect(wire.port)
    began = time.monotonic()
    assert await client.echoed(long) == long
    assert time.monotonic() - began >= wire.line.seconds(len(long)) + 2 * wire.line.round_trip
    client.writer.write_eof()
    assert await asyncio.wait_for(client.reader.read(), 5) == b""
    assert wire.line.carried == 2 * len(long)


def test_packets_follow_each_other_on_a_thin_line_and_a_lost_one_holds_the_next_back() -> None:
    # The fifth is lost once.
    dice = Thrown([0.9, 0.9, 0.9, 0.9, 0.1, 0.9, 0.9])
    way = Way(ThinLine(bits_a_second=PACKET * 8, latency=0.5, loss=0.5, dice=dice))
    assert [way.arrival(10, PACKET) for _ in range(3)] == [11.5, 12.5, 13.5]
    assert way.arrival(20, PACKET) == 21.5
    # Twice on the line, and missed after a round trip of a second.
    assert [way.arrival(30, PACKET), way.arrival(30, 0)] == [33.5, 33.5]


def test_a_thin_line_loses_its_share() -> None:
    line = ThinLine(bits_a_second=1, latency=0, loss=0.05)
    assert 1.04 < sum(line.tries() for _ in range(10_000)) / 10_000 < 1.07


async def test_a_reset_breaks_every_connection_and_takes_the_next(
    wire: Wire, client: Client, connect: Connect, echo: Echo
) -> None:
    other = await connect(wire.port)
    await other.echoed(b"x")
    wire.reset()
    await client.is_reset()
    await other.is_reset()
    await until(lambda: not echo.connections)
    assert await (await connect(wire.port)).echoed(b"y") == b"y"


async def test_what_resets_a_wire_is_passed_on(wire: Wire, connect: Connect) -> None:
    before = Wire("127.0.0.1", wire.port)
    client = await connect(await before.open())
    await client.echoed(b"x")
    wire.reset()
    await client.is_reset()
    await before.close()


async def test_a_black_hole_lets_nothing_through_until_it_closes(
    wire: Wire, client: Client, connect: Connect, echo: Echo
) -> None:
    wire.black_hole()
    clients = [client, await connect(wire.port)]
    for each in clients:
        with pytest.raises(TimeoutError):
            await each.echoed(b"x", seconds=0.2)
    assert (echo.heard, echo.connections) == (b"-", 1)
    wire.black_hole(False)
    for each in clients:
        assert await asyncio.wait_for(each.reader.readexactly(1), 5) == b"x"


async def test_what_a_wire_has_forgotten_passes_nothing_more_and_what_is_new_passes(
    wire: Wire, client: Client, connect: Connect
) -> None:
    wire.forget()
    with pytest.raises(TimeoutError):
        await client.echoed(b"x", seconds=0.2)
    other = await connect(wire.port)
    assert await other.echoed(b"y") == b"y"
    wire.black_hole()
    wire.black_hole(False)
    with pytest.raises(TimeoutError):
        await client.echoed(b"x", seconds=0.2)


async def test_an_end_waits_in_a_black_hole_and_a_reset_does_not(wire: Wire, client: Client, echo: Echo) -> None:
    wire.black_hole()
    client.writer.write_eof()
    await asyncio.sleep(0.2)
    assert echo.connections == 1
    wire.reset()
    await client.is_reset()
    await until(lambda: not echo.connections)


@pytest.mark.parametrize(("allowed", "passes"), [(0, b""), (2, b"ab"), (3, b"abc"), (4, b"abcd")])
async def test_one_connection_is_cut_after_so_many_bytes(
    wire: Wire, client: Client, connect: Connect, echo: Echo, allowed: int, passes: bytes
) -> None:
    other = await connect(wire.port)
    await other.echoed(b"-")
    wire.cut_after(allowed)
    with contextlib.suppress(ConnectionError):
        for part in (b"abc", b"def"):
            client.writer.write(part)
            await asyncio.sleep(0.05)
        await asyncio.wait_for(client.reader.read(), 5)
    await until(lambda: echo.connections == 1)
    assert echo.heard == b"--" + passes
    assert await other.echoed(b"x") == b"x"


async def test_a_wire_that_refuses_keeps_what_it_has_and_its_port(wire: Wire, client: Client, connect: Connect) -> None:
    for _ in range(2):
        wire.refuse()
        with pytest.raises(ConnectionRefusedError):
            await connect(wire.port)
        assert await client.echoed(b"x") == b"x"
        await wire.accept()
    assert await (await connect(wire.port)).echoed(b"y") == b"y"


async def test_without_a_server_a_connection_is_reset(connect: Connect) -> None:
    wire = Wire("127.0.0.1", lasting_ports(0)[0])
    await (await connect(await wire.open())).is_reset()
    await wire.close()


async def test_a_wire_stands_before_postgres(postgres: EmbeddedPostgres) -> None:
    wire = Wire("127.0.0.1", postgres.port)
    url = yarl.URL(postgres.url("roster")).with_scheme("postgresql").with_port(await wire.open())
    connection = await asyncpg.connect(str(url))
    wire.cut_after(0)
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await connection.fetchval("select 1")
    connection = await asyncpg.connect(str(url))
    assert await connection.fetchval("select 1") == 1
    await connection.close()
    await wire.close()


async def test_a_wire_stands_before_rabbitmq(rabbit_url: str) -> None:
    to = yarl.URL(rabbit_url)
    wire = Wire("127.0.0.1", to.port or 0)
    connection = await aio_pika.connect(str(to.with_port(await wire.open())))
    channel = await connection.channel()
    queue = await channel.declare_queue(exclusive=True)
    wire.black_hole()
    sending = asyncio.create_task(channel.default_exchange.publish(aio_pika.Message(b"x"), queue.name))
    await asyncio.sleep(0.2)
    assert not sending.done()
    wire.black_hole(False)
    await asyncio.wait_for(sending, 5)
    await connection.close()
    await wire.close()
