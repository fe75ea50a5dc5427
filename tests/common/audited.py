"""The audit trail as tests see it, and a superuser who tampers with it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import select
from sqlalchemy.engine import make_url

from demo.servers.postgres import EmbeddedPostgres
from services.common.audit.sealing import Sealer
from services.common.audit.tables import EVENT, SEAL
from services.common.audit.verifying import Anchor, Integrity, verify
from services.common.auth import SYSTEM
from services.common.db import Database

PLAIN = f"""
    insert into {EVENT} (issuer, subject, persona, action, operation, entity_type, purpose, outcome)
    values ('test', 'somebody', 'nurse', 'R', 'GET /v1/x', 'x', 'TREAT', 0)
"""


async def trail(database: Database, table: str = EVENT) -> Sequence[Any]:
    """Its rows in the order of their numbers."""
    wanted = database.metadata.tables[table]
    async with database.transaction(SYSTEM) as tx:
        return await tx.rows(select(wanted).order_by(*wanted.primary_key))


async def newest(database: Database) -> Any:
    return (await trail(database))[-1]


async def connected(url: str) -> asyncpg.Connection:
    """A connection as the service itself has it."""
    return await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


@asynccontextmanager
async def sealer(url: str) -> AsyncIterator[Sealer]:
    connection = await connected(url)
    yield Sealer(connection)
    await connection.close()


async def sealed(url: str) -> int:
    """Seal what there is. How many rows."""
    async with sealer(url) as one:
        return await one.seal()


@asynccontextmanager
async def superuser(postgres: EmbeddedPostgres, url: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who switches off what guards the trail."""
    connection = await postgres.admin(str(make_url(url).database))
    for table in (EVENT, SEAL):
        await connection.execute(f"alter table {table} disable trigger append_only")
    yield connection
    await connection.close()


async def verified(database: Database, *, after: int = 0, anchor: Anchor | None = None) -> Integrity:
    async with database.transaction(SYSTEM) as tx:
        return await verify(tx, after=after, anchor=anchor)


async def breaks(database: Database, **how: Any) -> list[tuple[int, str]]:
    return [(found.seal, found.what) for found in (await verified(database, **how)).breaks]
