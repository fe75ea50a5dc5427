"""Write the migration that brings a service's tables to its models: `make migration SERVICE=hr MESSAGE='Add x'`."""

import asyncio
import importlib
import sys
import tempfile
from pathlib import Path

from alembic import command
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from demo.servers.postgres import EmbeddedPostgres
from services.common.migrations.migrate import alembic_config, migrate
from services.common.service import Service


async def write_migration(service: Service, message: str, url: str) -> None:
    config = alembic_config(service.name)
    await migrate(service.name, service.metadata, url)
    number = len(list((Path("services") / service.name / "migrations").glob("[0-9]*.py"))) + 1
    engine = create_async_engine(url)

    def compare(connection: Connection) -> None:
        config.attributes.update(connection=connection, metadata=service.metadata)
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")

    async with engine.connect() as connection:
        await connection.run_sync(compare)
    await engine.dispose()


def main() -> None:
    name, message = sys.argv[1:3]
    with tempfile.TemporaryDirectory(prefix="heatshield-") as folder:
        Path(folder).chmod(0o755)
        postgres = EmbeddedPostgres(Path(folder), durable=False)
        postgres.start()
        try:
            asyncio.run(postgres.create_databases())
            service = importlib.import_module(f"services.{name}.main").SERVICE
            asyncio.run(write_migration(service, message, postgres.owner_url(name)))
        finally:
            postgres.stop()


if __name__ == "__main__":
    main()
