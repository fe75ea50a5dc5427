"""A caseload's database with made-up people in it: 2,000 teams, 80,000 clients and 10 million care contacts, or a part.

`python -m benchmarks.seed postgresql://postgres:…@127.0.0.1:5432/caseload --factor 0.01`, into migrated, empty tables,
as a superuser.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
import typer

from benchmarks.seed_rows import (
    CLIENTS_OF_TEAM,
    COLUMNS,
    activity_rows,
    contact_rows,
    members,
    note_rows,
    of_people,
    parts,
    people,
)

TEAMS, CONTACTS_OF_CLIENT = 2000, 125
# Large enough that their indexes are built better at the end than row by row.
LARGE = ("care_contact", "care_activity", "note")
INDEXES = """
    select indexname, indexdef from pg_indexes i
    where tablename = any($1) and schemaname = 'public'
      and not exists (select from pg_constraint where conname = i.indexname)
"""
CHUNK = 5000


async def _bytes(lines: Iterable[str]) -> AsyncIterator[bytes]:
    kept: list[str] = []
    for line in lines:
        kept.append(line)
        if len(kept) == CHUNK:
            yield ("\n".join(kept) + "\n").encode()
            kept.clear()
    yield ("\n".join(kept) + "\n").encode() if kept else b""


@asynccontextmanager
async def without_indexes(connection: asyncpg.Connection, tables: Sequence[str]) -> AsyncIterator[None]:
    """Fill these tables within the block; their indexes are built at its end."""
    found = await connection.fetch(INDEXES, tables)
    for index in found:
        await connection.execute(f'drop index "{index["indexname"]}"')
    yield
    await connection.execute("set maintenance_work_mem = '512MB'")
    for index in found:
        await connection.execute(index["indexdef"])


async def seed(
    connection: asyncpg.Connection, *, factor: float = 1.0, contacts: int = CONTACTS_OF_CLIENT, told: bool = False
) -> int:
    """Fill the tables; gives the number of teams. As a superuser, whom no policy binds and who may spare the checks of
    foreign keys."""
    teams = max(1, round(TEAMS * factor))
    everybody = people(teams, datetime.now(UTC).date())
    large = dict(zip(LARGE, (contact_rows, activity_rows, note_rows), strict=True))
    rows = {"team_member": members(teams), **of_people(everybody), **parts(everybody)}
    rows |= {name: made(everybody, contacts) for name, made in large.items()}
    await connection.execute("set session_replication_role = replica")
    started = time.monotonic()
    async with without_indexes(connection, LARGE):
        for name in COLUMNS:
            await connection.copy_to_table(name, source=_bytes(rows[name]), columns=COLUMNS[name].split())
            if told:
                typer.echo(f"{name}: after {time.monotonic() - started:.0f} s", err=True)
    await connection.execute("vacuum (analyze)")
    await connection.execute("checkpoint")
    return teams


async def _seed_at(address: str, factor: float) -> None:
    connection = await asyncpg.connect(address)
    teams = await seed(connection, factor=factor, told=True)
    await connection.close()
    typer.echo(f"{teams:,} teams and {teams * CLIENTS_OF_TEAM:,} clients")


def main(
    address: Annotated[str, typer.Argument(help="Of a migrated database with empty tables, as a superuser.")],
    factor: Annotated[float, typer.Option(help="Which part of the whole size.")] = 1.0,
) -> None:
    """Fill a caseload with made-up people."""
    asyncio.run(_seed_at(address, factor))


if __name__ == "__main__":
    typer.run(main)
