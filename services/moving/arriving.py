"""Taking an export into empty databases: all of it, as its sums say, or nothing."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from services.common.migrations.migrate import alembic_config, migrate
from services.common.service import Service
from services.moving import beside, catalogue, loading
from services.moving.manifest import MANIFEST, Manifest, Refused, ServicePart, check, index_path, read, table_path

OCCUPIED = f"select count(*) from pg_class where {catalogue.OWN}"
# As a database is made: whoever owns it makes what it likes there, and others use it.
FORGET = "drop schema public cascade; create schema public; grant usage on schema public to public"


async def take_in(services: Sequence[Service], folder: Path) -> Manifest:
    """Raises `Refused` for what is damaged, incomplete or newer, and where a database or a store holds something.

    Nothing is written before every file was read and found whole; what fails afterwards is taken back everywhere.
    """
    manifest = read(folder)
    for service in services:
        _check(service, manifest, folder)
    async with AsyncExitStack() as stack:
        opened = [(service, await stack.enter_async_context(_empty(service))) for service in services]
        for service, connection in opened:
            await _fill(service, connection, manifest.services[service.name], folder)
        for service in services:
            await stack.enter_async_context(beside.put_back(service, manifest.services[service.name], folder))
        for service in services:
            await _migrated(service)
    return manifest


def _check(service: Service, manifest: Manifest, folder: Path) -> None:
    part = manifest.services.get(service.name)
    if part is None:
        raise Refused(f"{folder} holds nothing of {service.name}: name the services that it holds")
    known = ScriptDirectory.from_config(alembic_config(service.name))
    if part.revision not in {script.revision for script in known.walk_revisions()}:
        newest = known.get_current_head()
        told = (
            f"{folder / MANIFEST} has schema {part.revision} of {service.name}, and this release knows up to {newest}"
        )
        raise Refused(f"{told}: use a newer one")
    for table, kept in part.tables.items():
        check(table_path(folder, service.name, table), kept)
    if part.files is not None:
        check(index_path(folder, service.name), part.files)
        beside.check_all(service, folder)


@asynccontextmanager
async def _empty(service: Service) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to a database without tables, which has none again if anything fails. Raises `Refused`."""
    connection = await catalogue.opened(service)
    try:
        if await connection.fetchval(OCCUPIED):
            raise Refused(f"{service.name}'s database is not empty: name one that is new, and was not prepared")
        try:
            yield connection
        except BaseException:
            await connection.execute(FORGET)
            raise
    finally:
        await connection.close()


async def _migrated(service: Service, to: str = "head") -> None:
    settings = service.settings()
    role, owner = make_url(settings.database_url).username or "", settings.owner_database_url or settings.database_url
    await migrate(service.name, service.metadata, owner, app_role=role, to=to)


async def _fill(service: Service, connection: asyncpg.Connection, part: ServicePart, folder: Path) -> None:
    """The schema as it was, and its rows. Raises `Refused`."""
    await _migrated(service, part.revision)
    try:
        async with connection.transaction():
            await _load(service, connection, part, folder)
    except asyncpg.PostgresError as error:
        # What the database says of a row may name what is in it.
        raise Refused(f"{folder / service.name} cannot be taken in ({type(error).__name__})") from error


async def _load(service: Service, connection: asyncpg.Connection, part: ServicePart, folder: Path) -> None:
    tables = await catalogue.tables(connection)
    if odd := sorted({table.name for table in tables} ^ set(part.tables)):
        raise Refused(f"{service.name}'s schema {part.revision} and the export differ in {', '.join(odd)}")
    async with loading.unhindered(connection, tables):
        for table in tables:
            await loading.load(connection, table, table_path(folder, service.name, table.name))
        await loading.set_counters(connection, part.counters)
    for table in tables:
        if (await catalogue.stream(connection, table)).part() != part.tables[table.name]:
            raise Refused(f"{service.name}.{table.name} reads otherwise once it is taken in; nothing was kept")
