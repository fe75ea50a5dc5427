"""A migration puts behind the wall what is not behind it, and leaves the tables alone that are: nobody waits for it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from demo.servers.postgres import EmbeddedPostgres
from services.common.migrations import row_level_security
from tests.running import Databases

# A policy that is made anew has another id, and whoever makes one locks everybody out of its table.
POLICIES = """
    select tablename, policyname, roles, cmd, qual, with_check, relrowsecurity, relforcerowsecurity,
           held.oid::text as made
    from pg_policies join pg_class on relname = tablename
    join pg_policy held on polrelid = pg_class.oid and polname = policyname
"""
LOCKED = """
    select distinct relname from pg_locks join pg_class on pg_class.oid = relation
    where pid = pg_backend_pid() and mode = 'AccessExclusiveLock' and relkind in ('r', 'p')
"""
# What may have come between: a policy of a hand, one that is gone, a wall that is down, a parent in another's place.
BROKEN = {
    "made anew": "drop policy acts on attendance; create policy acts on attendance using (true)",
    "widened": "alter policy acts on attendance using (true)",
    "for one alone": "alter policy acts on attendance to roster_owner",
    "gone": "drop policy acts on attendance",
    "without the owner": "alter table attendance no force row level security",
    "down": "alter table attendance disable row level security",
}
MOVED = """
    alter table attendance drop constraint attendance_visit_id_fkey;
    alter table visit rename to visit_before;
    create table visit (like visit_before including all);
    alter table attendance add foreign key (visit_id) references visit (id)
"""
NEW = "create table pet (id uuid primary key, team_id uuid not null)"
Policies = dict[tuple[str, str], Any]


def policies(connection: Connection) -> Policies:
    return {(row.tablename, row.policyname): row for row in connection.execute(text(POLICIES))}


def protect(connection: Connection) -> None:
    """As a migration does."""
    with Operations.context(MigrationContext.configure(connection)):
        row_level_security.protect()


def locked(connection: Connection) -> set[str]:
    return {row.relname for row in connection.execute(text(LOCKED))}


@pytest.fixture
async def engine(databases: Databases, postgres: EmbeddedPostgres) -> AsyncIterator[AsyncEngine]:
    """The owner's, as whom migrations run."""
    made = create_async_engine(postgres.owner_url("roster", (await databases("roster")).rpartition("/")[2]))
    yield made
    await made.dispose()


async def test_what_is_behind_the_wall_is_not_touched_and_a_new_table_is_put_there(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        before = await connection.run_sync(policies)
        assert len(before) > 20
        await connection.run_sync(protect)
        assert await connection.run_sync(locked) == set()
        await connection.execute(text(NEW))
        await connection.run_sync(protect)
        after = await connection.run_sync(policies)
        assert await connection.run_sync(locked) == {"pet"}
    assert {key: after[key] for key in before} == before, "none was made anew"
    assert set(after) - set(before) == {("pet", "acts")}
    assert (after["pet", "acts"].relrowsecurity, after["pet", "acts"].relforcerowsecurity) == (True, True)


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
async def test_a_wall_with_a_hole_is_mended(engine: AsyncEngine, change: str) -> None:
    async with engine.connect() as connection:
        before = await connection.run_sync(policies)
        for statement in change.split(";"):
            await connection.execute(text(statement))
        await connection.run_sync(protect)
        after = await connection.run_sync(policies)
    of_it = [key for key in before if key[0] == "attendance"]
    assert [tuple(after[key])[:-1] for key in of_it] == [tuple(before[key])[:-1] for key in of_it]
    assert [key for key in before if before[key] != after[key] and key not in of_it] == []


async def test_a_policy_that_looks_at_a_table_of_another_name_by_now_is_made_anew(engine: AsyncEngine) -> None:
    """PostgreSQL keeps the table that was meant, and not its name."""
    async with engine.connect() as connection:
        for statement in MOVED.split(";"):
            await connection.execute(text(statement))
        before = (await connection.run_sync(policies))["attendance", "acts"]
        await connection.run_sync(protect)
        after = (await connection.run_sync(policies))["attendance", "acts"]
    assert "visit_before.id" in before.qual
    assert "visit_before" not in after.qual
    assert after.qual == before.qual.replace("visit_before", "visit")
