"""The table of what was survived, printed when the tests are over; and how many rounds to play."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aio_pika
import pytest
from sqlalchemy.engine import make_url

from demo.servers.postgres import EmbeddedPostgres, owner_of
from demo.servers.rabbit import RabbitServer
from services.common import topology
from tests.faults.house import NAMES, House, Wired, inhabited, queues, servers
from tests.faults.ledger import ENTRIES
from tests.faults.wire import Wire

ROUNDS = "--fault-rounds"
AWAY = "--fault-away"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(ROUNDS, type=int, default=1, help="how many times as many rounds of faults to play")
    parser.addoption(AWAY, type=float, default=15.0, help="for how many seconds the broker is away")


@pytest.fixture(scope="session")
def times(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption(ROUNDS))


@pytest.fixture(scope="session")
def away(request: pytest.FixtureRequest) -> float:
    return float(request.config.getoption(AWAY))


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that the database's user may reach."""
    folder = Path(tempfile.mkdtemp(prefix="heatshield-faults-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def street() -> Iterator[tuple[EmbeddedPostgres, RabbitServer]]:
    """Servers for many houses, one after the other."""
    folder = Path(tempfile.mkdtemp(prefix="heatshield-faults-"))
    with servers(folder) as (postgres, server):
        assert server is not None
        yield postgres, server
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
async def house(street: tuple[EmbeddedPostgres, RabbitServer], place: Path) -> AsyncIterator[House]:
    """A house over RabbitMQ, with nothing left of whoever lived there before, and no service started yet."""
    postgres, server = street
    await asyncio.to_thread(postgres.start)
    await asyncio.to_thread(server.start)
    await _cleared(postgres, server)
    async with inhabited(postgres, server, place) as made:
        yield made


@pytest.fixture
async def wired(house: House) -> AsyncIterator[Wired]:
    direct, wire = house.settings["caseload"], Wire("127.0.0.1", house.postgres.port)
    around = make_url(direct.database_url).set(port=await wire.open()).render_as_string(hide_password=False)
    house.settings["caseload"] = direct.model_copy(update={"database_url": around})
    await house.start_all()
    yield Wired(house, wire)
    for name in house.processes:
        house.kill(name)
    await wire.close()


async def _cleared(postgres: EmbeddedPostgres, server: RabbitServer) -> None:
    admin = await postgres.admin()
    for name in NAMES:
        await admin.execute(f"drop database if exists {name} with (force)")
        await admin.execute(f"drop role if exists {name}, {owner_of(name)}")
    await admin.close()
    async with await aio_pika.connect(server.url) as connection:
        channel = await connection.channel()
        for queue in topology.topology(queues()):
            await channel.queue_delete(queue.name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not ENTRIES:
        return
    columns = "{:44} {:>6} {:>12} {:>8} {:>5} {:>8} {:>7} {:>10}"
    terminalreporter.section("faults survived")
    heads = ("fault", "rounds", "acknowledged", "applied", "lost", "doubled", "parked", "recovery")
    terminalreporter.write_line(columns.format(*heads))
    for entry in ENTRIES:
        books = (
            entry.books.acknowledged,
            entry.books.applied,
            entry.books.lost,
            entry.books.doubled,
            entry.books.parked,
        )
        terminalreporter.write_line(
            columns.format(entry.fault, entry.rounds, *books, f"{entry.recovery_seconds:.1f} s")
        )
    kills = sum(entry.rounds for entry in ENTRIES if "killed" in entry.fault)
    lost, doubled = sum(e.books.lost for e in ENTRIES), sum(e.books.doubled for e in ENTRIES)
    terminalreporter.write_line(f"{kills} kills in all: {lost} lost, {doubled} doubled")
