"""A database that was migrated is the database that the models describe."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from demo.compose import services
from services.common.migrations.migrate import differs
from services.common.migrations.parts import is_part
from tests.running import Databases

SERVICES = services()


@pytest.fixture(params=SERVICES)
async def migrated(request: pytest.FixtureRequest, databases: Databases) -> AsyncIterator[tuple[str, AsyncEngine]]:
    engine = create_async_engine(await databases(request.param))
    yield request.param, engine
    await engine.dispose()


async def test_the_migrations_end_where_the_models_are(migrated: tuple[str, AsyncEngine]) -> None:
    name, engine = migrated

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": differs})
        found = compare_metadata(context, SERVICES[name].metadata)
        # The tables of Alembic and of roster's queue are libraries' own; a month is as the table that it is a part of.
        parts = [name for name in inspect(connection).get_table_names() if is_part(name)]
        return [change for change in found if not any(name in str(change) for name in ("alembic", "pgqueuer", *parts))]

    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == [], "run `make migration`"


# What was sent of a client is shown to the team that has the client now, whichever that is, and to nobody before.
# Whose stay in hospital goes on is an id beside an id, which no route shows.
OF_ITS_CLIENTS_TEAM = {"stay_news", "sync_held"}


async def test_every_table_of_a_client_or_team_has_its_team(migrated: tuple[str, AsyncEngine]) -> None:
    """What names a client belongs to a team, and says to which."""
    name, _ = migrated
    teamless = [
        table.name
        for table in SERVICES[name].metadata.sorted_tables
        if "client_id" in table.columns and "team_id" not in table.columns
    ]
    assert set(teamless) <= OF_ITS_CLIENTS_TEAM
