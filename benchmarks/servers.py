"""The servers of a benchmark: durable, on loopback, its own, and gone with it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.compose import services
from demo.servers.postgres import EmbeddedPostgres
from demo.servers.rabbit import RabbitServer
from services.common.migrations.migrate import migrate


@dataclass(frozen=True)
class Servers:
    """A PostgreSQL that keeps what it acknowledged, and a RabbitMQ."""

    postgres: EmbeddedPostgres
    rabbit: RabbitServer

    async def migrated(self, service: str) -> str:
        """The address of a service's database, with its tables in it."""
        url = self.postgres.url(service)
        await migrate(service, services()[service].metadata, self.postgres.owner_url(service), app_role=service)
        return url


@contextmanager
def running() -> Iterator[Servers]:
    folder = Path(tempfile.mkdtemp(prefix="heatshield-bench-"))
    folder.chmod(0o755)
    made = Servers(EmbeddedPostgres(folder), RabbitServer(folder / "rabbit"))
    try:
        made.postgres.start()
        made.rabbit.start()
        yield made
    finally:
        made.rabbit.stop()
        made.postgres.forget()
        shutil.rmtree(folder, ignore_errors=True)
