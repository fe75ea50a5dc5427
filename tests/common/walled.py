"""A service's database with rows of two teams in every table, and a connection to it for each who may act."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Column, Connection, MetaData, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from uuid6 import uuid7

from demo.compose import services
from demo.servers.postgres import EmbeddedPostgres
from services.common.tables import PLATFORM_TABLES
from tests.running import NURSE, OTHER_TEAM, STRANGER, TEAM

SERVICES = services()
MEMBERS = {TEAM: NURSE, OTHER_TEAM: STRANGER}
CLIENTS = {TEAM: uuid7(), OTHER_TEAM: uuid7()}
# What is behind the wall, as PostgreSQL knows it.
BEHIND = """
    select relname from pg_class where relrowsecurity and relnamespace = 'public'::regnamespace order by relname
"""
RULES = """
    select conrelid::regclass::text as at, conname from pg_constraint
    where contype in ('c', 'x') and connamespace = 'public'::regnamespace and coninhcount = 0
"""
ENTER = "select app_enter($1, $2, $3, current_date)"


@dataclass
class Walled:
    """A filled database. `rows` are what was written, by table and team."""

    service: str
    url: str
    behind: list[str] = field(default_factory=list)
    rows: dict[tuple[str, UUID], dict[str, Any]] = field(default_factory=dict)

    @asynccontextmanager
    async def app(self) -> AsyncIterator[asyncpg.Connection]:
        """The service's own role, with nothing of the service between."""
        at = make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(at)
        try:
            yield connection
        finally:
            await connection.close()

    @asynccontextmanager
    async def acting(self, employee: UUID, *, every_team: bool = False) -> AsyncIterator[asyncpg.Connection]:
        """Somebody's transaction, which is rolled back."""
        async with self.app() as connection:
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute(ENTER, str(employee), employee, every_team)
            yield connection
            await transaction.rollback()

    async def seen(self, connection: asyncpg.Connection) -> dict[str, int]:
        """How many rows of each table behind the wall are there."""
        return {name: await connection.fetchval(f'select count(*) from "{name}"') for name in self.behind}

    async def changeable(self, connection: asyncpg.Connection) -> dict[str, int]:
        """How many of them may be locked, which takes what changing them takes."""
        return {name: len(await connection.fetch(f'select from "{name}" for update')) for name in self.behind}


async def filled(postgres: EmbeddedPostgres, service: str, url: str) -> Walled:
    """Two rows in every table, one a team. What a table may not hold besides that does not matter here."""
    made = Walled(service, url)
    engine = create_async_engine(postgres.url("postgres", make_url(url).database))
    async with engine.begin() as connection:
        made.behind = list((await connection.execute(text(BEHIND))).scalars())
        for rule in (await connection.execute(text(RULES))).all():
            await connection.execute(text(f'alter table {rule.at} drop constraint "{rule.conname}"'))
        # Without the triggers, which keep a table in order, or write another.
        for table in SERVICES[service].metadata.sorted_tables:
            await connection.execute(text(f'alter table "{table.name}" disable trigger user'))
        await connection.run_sync(_fill, SERVICES[service].metadata, made)
    await engine.dispose()
    return made


def _fill(connection: Connection, metadata: MetaData, made: Walled) -> None:
    for table in metadata.sorted_tables:
        if table.name in PLATFORM_TABLES - {"team_member"}:
            continue
        for team in MEMBERS:
            row = {one.name: _value(one, team, made) for one in table.columns if one.identity is None}
            for one in table.columns:
                # What has to lead to a row of its own table leads to its own.
                if not one.nullable and row.get(one.name, 0) is None:
                    (key,) = one.foreign_keys
                    row[one.name] = row[key.column.name]
            made.rows[table.name, team] = row
            connection.execute(table.insert().values(**row))


def _value(column: Column[Any], team: UUID, made: Walled) -> Any:
    owner = column.table.name
    known: dict[str, Any] = {"team_id": team, "employee_id": MEMBERS[team], "client_id": CLIENTS[team]}
    if column.nullable:
        known["until_on"] = None
    for key in column.foreign_keys:
        if key.column.table.name != owner:
            return made.rows[key.column.table.name, team][key.column.name]
        return None
    if (owner, column.name) == ("client", "id"):
        return CLIENTS[team]
    kind = getattr(column.type, "impl_instance", column.type).python_type
    return known[column.name] if column.name in known else _any(kind, len(made.rows))


def _any(kind: type, number: int) -> Any:
    """Some value of this type, another for every number."""
    values: dict[type, Any] = {
        UUID: uuid7(),
        str: f"x{number}",
        int: number,
        float: float(number),
        bool: False,
        bytes: b"x",
        date: date(2025, 1, 1) + timedelta(days=number),
        datetime: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=number),
        object: {},
        list: [],
    }
    return values[kind]
