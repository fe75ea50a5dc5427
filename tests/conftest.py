"""One embedded PostgreSQL and one RabbitMQ for the whole run; a fresh copy of a migrated database for each test."""

import asyncio
import fcntl
import gc
import importlib.util
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import LRUCache

from demo.servers.postgres import SERVICES, EmbeddedPostgres
from demo.servers.rabbit import RabbitServer
from services.common import connected, db, watching
from services.common.db import Database
from services.common.migrations.migrate import migrate
from tests.access.tally import summary
from tests.databases import Stock
from tests.drills.table import drilled
from tests.faults.books import table
from tests.running import Databases
from tests.thirdparty.sayings import sayings

POSTGRES = "HEATSHIELD_TEST_POSTGRES"
# More than all services together ask for.
STATEMENTS = 5000
# How much is made before a collection: what tests make is mostly gone by itself, and all that is imported is walked.
MADE_BETWEEN_COLLECTIONS = 20_000
_watched: ContextVar[list[str] | None] = ContextVar("watched", default=None)


def pytest_configure() -> None:
    gc.set_threshold(MADE_BETWEEN_COLLECTIONS)


def _is_controller(config: pytest.Config) -> bool:
    return not hasattr(config, "workerinput")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """The controller starts the server before any worker, and the workers inherit where it is."""
    if not _is_controller(session.config) or session.config.option.collectonly:
        return
    folder = Path(tempfile.mkdtemp(prefix="heatshield-test-"))
    folder.chmod(0o755)
    postgres = EmbeddedPostgres(folder, durable=False)
    postgres.start()
    session.config.stash[_STARTED] = (postgres, folder)
    asyncio.run(_migrated_templates(postgres))
    os.environ[POSTGRES] = json.dumps({"folder": str(folder)})


_STARTED: pytest.StashKey[tuple[EmbeddedPostgres, Path]] = pytest.StashKey()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How large the matrix of callers was, what leaked, what was survived and drilled, and what others said of us."""
    told = [one for reports in terminalreporter.stats.values() for one in reports if isinstance(one, pytest.TestReport)]
    ended = [one for one in told if one.when == "call"]
    for line in (*filter(None, [summary(ended)]), *table(told), *drilled(told), *sayings(ended)):
        terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _STARTED in session.config.stash:
        postgres, folder = session.config.stash[_STARTED]
        postgres.stop()
        RabbitServer(folder / "rabbit").stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _migrated_templates(postgres: EmbeddedPostgres) -> None:
    await postgres.create_databases()
    for name in SERVICES:
        if importlib.util.find_spec(f"services.{name}.main") is None:
            continue
        service = importlib.import_module(f"services.{name}.main").SERVICE
        await migrate(name, service.metadata, postgres.owner_url(name), app_role=name)


@pytest.fixture(scope="session")
def postgres() -> EmbeddedPostgres:
    server = EmbeddedPostgres(Path(json.loads(os.environ[POSTGRES])["folder"]), durable=False)
    server.start()
    return server


@pytest.fixture(scope="session")
def rabbit_url(postgres: EmbeddedPostgres) -> str:
    """One broker for the run, started by the first worker that needs it."""
    folder = postgres.folder / "rabbit"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = RabbitServer(folder)
        server.start()
    return server.url


@pytest.fixture(scope="session")
def stock(postgres: EmbeddedPostgres) -> Stock:
    return Stock(postgres)


@pytest.fixture
async def databases(stock: Stock, request: pytest.FixtureRequest) -> AsyncIterator[Databases]:
    """Databases as migrations made them, by service name. Those of slow tests, where a process may live on that writes
    to them, are used by no other."""
    made: dict[str, str] = {}

    async def make(service: str) -> str:
        if service not in made:
            made[service] = await stock.take(service)
        return stock.postgres.url(service, made[service])

    yield make
    for service, name in made.items():
        if request.node.get_closest_marker("slow"):
            await stock.drop(name)
        else:
            await stock.give_back(service, name)


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """All engines of a worker speak with one tongue, so that a statement is put into SQL once and not in each test."""
    spoken: list[Engine] = []

    def engine_of(url: str, pool_size: int) -> AsyncEngine:
        made = connected.engine_of(url, pool_size)
        if not spoken or not spoken[0].dialect.server_version_info:
            # Until it has met the server a dialect does not know it, and lends itself to nobody.
            spoken[:] = [made.sync_engine]
            made.sync_engine._compiled_cache = LRUCache(STATEMENTS)
        else:
            made.sync_engine.dialect = spoken[0].dialect
            made.sync_engine._compiled_cache = spoken[0]._compiled_cache
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "engine_of", engine_of)
        yield


# Types below are PostgreSQL's own, the same in each of its databases.
FIRST_OF_ITS_USERS = 16_384


@pytest.fixture(scope="session", autouse=True)
def types_asked_once() -> Iterator[None]:
    """What an array is made of, the driver asks on each connection anew; tests make thousands."""
    asked: dict[frozenset[int], Any] = {}
    ask = asyncpg.Connection._introspect_types

    async def ask_once(connection: Any, wanted: Any, seconds: float) -> Any:
        key = frozenset(wanted)
        if any(oid >= FIRST_OF_ITS_USERS for oid in key):
            return await ask(connection, wanted, seconds)
        if key in asked:
            # A statement with a name: the driver prepares its own anew where an unnamed one has come between.
            return asked[key], SimpleNamespace(name="asked before")
        asked[key], statement = await ask(connection, wanted, seconds)
        return asked[key], statement

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asyncpg.Connection, "_introspect_types", ask_once)
        yield


@pytest.fixture(scope="session", autouse=True)
def looked_as_late_as_may_be() -> Iterator[None]:
    """What a service looks after beside requests it first looks at when most tests are over, in each run alike."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(watching, "first_within", lambda seconds: seconds)
        yield


@pytest.fixture
def statements() -> Callable[[Database], AbstractContextManager[list[str]]]:
    """Counts the SQL statements of a block, not those beside it: `with statements(database) as seen:`."""

    @contextmanager
    def seeing(database: Database) -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if _watched.get() is seen:
                seen.append(statement)

        def noting(ask: Callable[..., Any], *, whole: bool) -> Callable[..., Any]:
            async def noted(connection: Any, query: str, *values: Any, **options: Any) -> Any:
                if _watched.get() is seen and not (whole and values):
                    seen.append(query)
                return await ask(connection, query, *values, **options)

            return noted

        before, engine, driver = _watched.set(seen), database.engine.sync_engine, asyncpg.Connection
        event.listen(engine, "before_cursor_execute", note)
        with pytest.MonkeyPatch.context() as patch:
            # By one of the two whatever is asked past the session goes.
            patch.setattr(driver, "_execute", noting(driver._execute, whole=False))
            patch.setattr(driver, "execute", noting(driver.execute, whole=True))
            yield seen
        event.remove(engine, "before_cursor_execute", note)
        _watched.reset(before)

    return seeing
