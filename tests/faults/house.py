"""An installation that can be hurt: servers of its own, services in processes of their own, and a ledger of it all."""

import asyncio
import contextlib
import multiprocessing
import random
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx
import psutil

from demo.compose import services
from demo.servers.http import serving
from demo.servers.ports import lasting_ports
from demo.servers.postgres import EmbeddedPostgres
from demo.servers.rabbit import RabbitServer
from demo.servers.rabbit_node import has_ended
from services.common import rabbit
from services.common.db import Database
from services.common.migrations.migrate import migrate
from services.common.settings import ServiceSettings
from tests.faults import worker
from tests.faults.wire import Wire
from tests.faults.worker import Point
from tests.running import NURSE, TEAM
from tests.signing import CLIENT_KEY, Issuer

# Caseload is written to; governance keeps a copy of what it tells, and interop asks it back before it does.
NAMES = ("caseload", "governance", "interop")
READY_SECONDS = 60
# A quorum queue that was declared a moment ago is not yet on the disk of RabbitMQ 3.10.
SETTLE_SECONDS = 2.0
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.faults.worker"])


@dataclass
class House:
    """Services under test, each of which can be killed and started again."""

    postgres: EmbeddedPostgres
    rabbit: RabbitServer | None
    folder: Path
    issuer: Issuer
    settings: dict[str, ServiceSettings]
    ports: dict[str, int]
    processes: dict[str, BaseProcess] = field(default_factory=dict)

    def start(self, name: str, point: Point | None = None) -> None:
        log = str(self.folder / f"{name}.log")
        told = (name, self.settings[name], self.ports[name], log, point)
        self._run(name, FORKS.Process(target=worker.serve, args=told, daemon=True))

    async def start_all(self) -> None:
        for name in self.ports:
            self.start(name)
        await self.until_ready()

    def start_together(self) -> None:
        told = (self.settings, self.ports["caseload"], str(self.folder / "together.log"))
        self._run("together", FORKS.Process(target=worker.serve_together, args=told, daemon=True))

    def _run(self, name: str, process: BaseProcess) -> None:
        process.start()
        self.processes[name] = process

    def kill(self, name: str) -> None:
        """SIGKILL, now."""
        process = self.processes[name]
        process.kill()
        process.join(10)

    async def until_dead(self, name: str, seconds: float) -> bool:
        """Whether it killed itself within this time."""
        await asyncio.to_thread(self.processes[name].join, seconds)
        return self.processes[name].exitcode is not None

    async def until_ready(self, *names: str) -> None:
        async with httpx.AsyncClient(trust_env=False) as client, asyncio.timeout(READY_SECONDS):
            for name in names or NAMES:
                while not await _answers(client, f"http://127.0.0.1:{self.ports[name]}/health/ready"):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()


@dataclass
class Wired:
    """A house in which caseload reaches its database through a wire."""

    house: House
    wire: Wire


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return (await client.get(url, timeout=3)).status_code == 200
    return False


@contextmanager
def servers(folder: Path, *, broker: bool = True) -> Iterator[tuple[EmbeddedPostgres, RabbitServer | None]]:
    """A PostgreSQL that keeps what it acknowledged, and a RabbitMQ, both of which may be killed."""
    folder.chmod(0o755)
    postgres, server = EmbeddedPostgres(folder), RabbitServer(folder / "rabbit") if broker else None
    try:
        postgres.start()
        if server is not None:
            server.start()
        yield postgres, server
    finally:
        if server is not None:
            server.stop()
        postgres.forget()


def kill_postgres(postgres: EmbeddedPostgres) -> None:
    """End PostgreSQL as a failing machine would; `start` brings it back at its port. Raises `RuntimeError`."""
    server = psutil.Process(postgres.pid)
    # The server goes first, or it would put its house in order.
    family = [server, *server.children(recursive=True)]
    for process in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    deadline = now() + READY_SECONDS
    while not all(has_ended(process.pid) for process in family):
        if now() > deadline:
            raise RuntimeError("PostgreSQL could not be killed")
        time.sleep(0.02)


@asynccontextmanager
async def inhabited(
    postgres: EmbeddedPostgres,
    server: RabbitServer | None,
    folder: Path,
    *,
    broker_url: str = "",
    database_port: int | None = None,
) -> AsyncIterator[House]:
    """The house with its databases and its nurse, and no service started yet.

    The services reach the broker and the database where they are told to, so that a wire may stand between.
    """
    await postgres.create_databases()
    (port, *others) = lasting_ports(*[0] * (1 + len(NAMES)))
    ports = dict(zip(NAMES, others, strict=True))
    issuer, broker_url = Issuer(), broker_url or (server.url if server else "")
    async with serving(issuer.app(), port=port) as url:
        settings = {name: _settings(postgres, name, url, broker_url, ports, database_port) for name in NAMES}
        for name in NAMES:
            await migrate(name, services()[name].metadata, postgres.owner_url(name), app_role=name)
            await _furnish(postgres, name)
        house = House(postgres, server, folder, issuer, settings, ports)
        if broker_url:
            # Events that no service of this house hears would wait for ever.
            await rabbit.declare(broker_url.split(",")[0], queues())
            await asyncio.sleep(SETTLE_SECONDS)
        try:
            yield house
        finally:
            for name in house.processes:
                house.kill(name)


def queues() -> dict[str, tuple[str, ...]]:
    """The queues of this house, each with the events that wait in it."""
    return {queue: told for name in NAMES for queue, told in services()[name].queues().items()}


def _settings(
    postgres: EmbeddedPostgres, name: str, issuer: str, broker_url: str, ports: dict[str, int], port: int | None
) -> ServiceSettings:
    url = postgres.url(name)
    around = {other: f"http://127.0.0.1:{port}" for other, port in ports.items()}
    return ServiceSettings(
        database_url=url if port is None else url.replace(f":{postgres.port}/", f":{port}/"),
        client_key=CLIENT_KEY,
        app_env="test",
        broker_url=broker_url or "amqp://127.0.0.1:1/",
        peers={"identity": issuer, **(around if broker_url else {})},
    )


async def _furnish(postgres: EmbeddedPostgres, name: str) -> None:
    """A line for each effect, a nurse in her team, and a clean slate from whoever was here before."""
    connection = await postgres.admin(name)
    await connection.execute(f"""
        create table if not exists tally (event_id uuid, consumer text);
        grant select, insert on tally to {name};
        insert into team_member (team_id, employee_id, from_on, version)
        values ('{TEAM}', '{NURSE}', '2025-01-01', 1) on conflict do nothing;
    """)
    await connection.close()


async def database(house: House, name: str) -> Database:
    return Database(house.postgres.url(name), services()[name].metadata)


def rounds_of(seed: int) -> random.Random:
    """The same rounds every time, so that one that fails can be looked at again."""
    return random.Random(seed)


def now() -> float:
    return time.monotonic()
