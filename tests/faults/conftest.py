"""Houses to be hurt, and how many rounds to play."""

import asyncio
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import aio_pika
import asyncpg
import pytest
from sqlalchemy.engine import make_url

from demo.servers.postgres import EmbeddedPostgres, create_database, owner_of
from demo.servers.rabbit import RabbitServer
from services.common import topology
from tests.faults.books import ENTRIES, SURVIVED
from tests.faults.house import NAMES, House, Wired, inhabited, queues, servers
from tests.faults.wire import Wire

ROUNDS = "--fault-rounds"
AWAY = "--fault-away"
# The copy of a service's database that no house has lived in.
AS_NEW = "{}_as_new"


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


@pytest.fixture(autouse=True)
def written_down(record_property: Callable[[str, object], None]) -> Iterator[None]:
    """What a test has survived goes with its report, from whichever worker ran it."""
    before = len(ENTRIES)
    yield
    for entry in ENTRIES[before:]:
        record_property(SURVIVED, json.dumps(asdict(entry)))


async def _kept_as_new(postgres: EmbeddedPostgres) -> None:
    """A copy of each database before anything has happened in it, so that the next house need not migrate."""
    admin = await postgres.admin()
    for name in NAMES:
        if not await _exists(admin, AS_NEW.format(name)):
            await create_database(admin, name, AS_NEW.format(name), f"template {name}")
    await admin.close()


async def _exists(admin: asyncpg.Connection, database: str) -> bool:
    return bool(await admin.fetchval("select true from pg_database where datname = $1", database))


@pytest.fixture
async def house(street: tuple[EmbeddedPostgres, RabbitServer], place: Path) -> AsyncIterator[House]:
    """A house over RabbitMQ, with nothing left of whoever lived there before, and no service started yet."""
    postgres, server = street
    await asyncio.to_thread(postgres.start)
    await asyncio.to_thread(server.start)
    await _cleared(postgres, server)
    async with inhabited(postgres, server, place) as made:
        await _kept_as_new(postgres)
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
        if await _exists(admin, AS_NEW.format(name)):
            await create_database(admin, name, name, f"template {AS_NEW.format(name)}")
        else:
            await admin.execute(f"drop role if exists {name}, {owner_of(name)}")
    await admin.close()
    async with await aio_pika.connect(server.url) as connection:
        channel = await connection.channel()
        for queue in topology.topology(queues()):
            await channel.queue_delete(queue.name)
