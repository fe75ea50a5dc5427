"""Writing all rows of all services into files, in the memory of one row."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from services.common.service import Service
from services.moving import beside, catalogue
from services.moving.manifest import (
    FORMAT,
    Manifest,
    Part,
    Refused,
    ServicePart,
    private,
    table_path,
    write,
)

REVISION = "select version_num from alembic_version"


async def export(services: Sequence[Service], folder: Path) -> Manifest:
    """Each service as it stands at one instant. Raises `Refused` where the folder is not empty or a schema not made."""
    _make(folder)
    parts = {service.name: await _service(service, folder) for service in services}
    manifest = Manifest(
        format=FORMAT,
        exported_at=datetime.now(UTC).isoformat(timespec="seconds"),
        services=parts,
    )
    write(folder, manifest)
    return manifest


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise Refused(f"{folder} is not empty: name a folder that is new")


async def _service(service: Service, folder: Path) -> ServicePart:
    (folder / service.name).mkdir(mode=0o700)
    connection = await catalogue.opened(service)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            try:
                revision = await connection.fetchval(REVISION)
            except asyncpg.UndefinedTableError as error:
                raise Refused(f"{service.name}'s database has no schema: run `heatshield prepare` first") from error
            rows = {
                one.name: await _table(connection, service.name, one, folder)
                for one in await catalogue.tables(connection)
            }
            counters = await catalogue.counters(connection)
        # A file is put there before the row that tells of it, so every row of this instant finds its file.
        return ServicePart(
            revision=revision, tables=rows, counters=counters, files=await beside.put_away(service, folder)
        )
    finally:
        await connection.close()


async def _table(connection: asyncpg.Connection, service: str, table: catalogue.Table, folder: Path) -> Part:
    with private(table_path(folder, service, table.name)).open("wb") as file:
        return (await catalogue.stream(connection, table, file)).part()
