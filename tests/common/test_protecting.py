"""A migration puts behind the wall what is not behind it, and leaves the tables alone that are: nobody waits for it."""

from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from demo.servers.postgres import EmbeddedPostgres
from services.common.migrations import row_level_security
from tests.running import Databases

POLICIES = """
    select tablename, policyname, cmd, qual, with_check, held.xmin::text as made, relrowsecurity, relforcerowsecurity
    from pg_policies join pg_class on relname = tablename
    join pg_policy held on polrelid = pg_class.oid and polname = policyname
"""
# What may have come between: a policy of a hand, one that is gone, a wall that is down, a table that is new.
BROKEN = {
    "widened": "drop policy acts on decision; create policy acts on decision using (true)",
    "gone": "drop policy acts on decision",
    "without the owner": "alter table decision no force row level security",
    "down": "alter table decision disable row level security",
}
NEW = "create table pet (id uuid primary key, team_id uuid not null)"


def protected(connection: Connection) -> dict[tuple[str, str], Any]:
    """The policies as a migration leaves them."""
    with Operations.context(MigrationContext.configure(connection)):
        row_level_security.protect()
    return {(row.tablename, row.policyname): row for row in connection.execute(text(POLICIES))}


@pytest.fixture
async def url(databases: Databases, postgres: EmbeddedPostgres) -> str:
    name = (await databases("governance")).rpartition("/")[2]
    return postgres.owner_url("governance", name)


async def after(url: str, *changes: str) -> list[dict[tuple[str, str], Any]]:
    """What is there at first, and after each of these changes and another migration."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            found = [await connection.run_sync(protected)]
            for change in changes:
                for statement in change.split(";"):
                    await connection.execute(text(statement))
                found.append(await connection.run_sync(protected))
            await connection.rollback()
    finally:
        await engine.dispose()
    return found


async def test_what_is_behind_the_wall_is_not_touched_and_a_new_table_is_put_there(url: str) -> None:
    before, later = await after(url, NEW)
    assert len(before) > 20
    assert {key: later[key] for key in before} == before, "none was made anew"
    assert set(later) - set(before) == {("pet", "acts")}
    assert (later["pet", "acts"].relrowsecurity, later["pet", "acts"].relforcerowsecurity) == (True, True)


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
async def test_a_wall_with_a_hole_is_mended(url: str, change: str) -> None:
    before, later = await after(url, change)
    made = [row._mapping for row in (before["decision", "acts"], later["decision", "acts"])]
    told, again = ({name: value for name, value in row.items() if name != "made"} for row in made)
    assert again == told
    assert {key: later[key] for key in before if key[0] != "decision"} == {
        key: before[key] for key in before if key[0] != "decision"
    }
