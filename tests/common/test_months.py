"""The audit trail and the inbox are kept by months, which a scheduled command makes and drops."""

import asyncio
import gzip
import json
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from alembic import command
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from uuid6 import uuid7

from demo.servers.postgres import EmbeddedPostgres, create_database
from services.common.db import Database
from services.common.ids import smallest_id
from services.common.migrations.migrate import alembic_config, migrate
from services.common.months import MARKS, TRAIL, Part, as_owner, later, maintain, month_of, parts_of
from services.hr.domain.base import Base
from tests.common.audited import PLAIN, breaks, connected, sealed, verified
from tests.running import Databases, owner

NOW = datetime.now(UTC)
TODAY, RULE = NOW.date(), "keep.audit_months"
MARK = "insert into inbox (event_id, consumer, applied_at) values ($1, 'a', $2) on conflict do nothing returning 1"
WHERE = "select tableoid::regclass::text as part from {table} order by tableoid"


@pytest.fixture
async def url(databases: Databases) -> str:
    return await databases("hr")


@pytest.fixture
async def service(url: str) -> AsyncIterator[asyncpg.Connection]:
    """The service's own role."""
    connection = await connected(url)
    yield connection
    await connection.close()


def owner_url(url: str, name: str = "hr") -> str:
    return make_url(url).set(username=f"{name}_owner").render_as_string(hide_password=False)


async def done(url: str, now: datetime = NOW, archive: Path | None = None) -> list[tuple[str, bool]]:
    return [(one.what, one.failed) for one in await maintain(owner_url(url), now, "hr", archive)]


async def parts(url: str) -> dict[str, list[Part]]:
    async with as_owner(owner_url(url)) as connection:
        return {kept.table: await parts_of(connection, kept) for kept in (MARKS, TRAIL)}


async def test_the_months_ahead_are_made_once_and_rows_find_theirs(url: str, service: asyncpg.Connection) -> None:
    first = [what for what, _ in await done(url)]
    assert first
    assert all(what.startswith("made ") for what in first)
    assert await done(url) == [], "whoever runs it again changes nothing"
    last = later(month_of(NOW), 3)
    for table, found in (await parts(url)).items():
        assert max(part.end for part in found if part.end) == later(last, 1)
        assert f"{table}_{last:%Y_%m}" in {part.name for part in found}
    for at in (NOW, last, later(last, 1)):
        event_id = UUID(int=smallest_id(at).int + 7)
        assert await service.fetchval(MARK, event_id, NOW) == 1
        assert await service.fetchval(MARK, event_id, NOW) is None, "an event has its effect once, in whatever month"
    marked = {row["part"] for row in await service.fetch(WHERE.format(table="inbox"))}
    assert marked == {"inbox_before", f"inbox_{last:%Y_%m}", "inbox_other"}


async def test_no_month_is_a_way_around_what_guards_the_trail(url: str, service: asyncpg.Connection) -> None:
    await done(url)
    await service.execute(PLAIN)
    for table in ("audit_archive", "audit_kept_hash"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await service.execute(f"insert into {table} default values")
    for part in (await parts(url))["audit_event"]:
        for deed in (f"select from {part.name}", PLAIN.replace("audit_event", part.name), f"truncate {part.name}"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
                await service.execute(deed)
        async with owner(url) as admin:
            guards = "select count(*) from pg_trigger where tgrelid = $1::regclass and tgenabled = 'A'"
            assert await admin.fetchval(guards, part.name) == 1
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await admin.execute(f"delete from {part.name}")


async def test_a_month_of_marks_is_dropped_only_when_none_is_of_use(url: str, service: asyncpg.Connection) -> None:
    await done(url)
    (before,) = [part for part in (await parts(url))["inbox"] if part.name == "inbox_before"]
    assert before.end is not None
    old, parked = NOW - timedelta(days=29), uuid7()
    await service.execute(MARK, uuid7(), old)
    too_early, in_time = before.end + timedelta(days=27), before.end + timedelta(days=28)
    assert "dropped inbox_before" not in [what for what, _ in await done(url, too_early)]
    for event_id, applied_at in ((uuid7(), NOW), (parked, old)):
        await service.execute(MARK, event_id, applied_at)
        if event_id == parked:
            await service.execute(PARKED, parked)
        kept = "inbox_before kept: it has marks of what was applied lately, or is parked"
        assert (kept, False) in await done(url, in_time)
        assert await service.fetchval("select count(*) from inbox where event_id = $1", event_id) == 1
        await service.execute("delete from inbox where event_id = $1", event_id)
    assert ("dropped inbox_before", False) in await done(url, in_time)
    assert await service.fetchval("select count(*) from inbox") == 0
    trail = {part.name for part in (await parts(url))["audit_event"]}
    assert "audit_event_before" in trail, "no rule lets it go"


PARKED = """
    insert into parked_event (id, event_id, consumer, body, reason, attempts, first_error, last_error)
    values (gen_random_uuid(), $1, 'a', '', 'failed', 1, '', '')
"""


async def test_rows_without_a_month_stay_and_are_told_of(url: str, service: asyncpg.Connection) -> None:
    """Where nobody ran it in time, what came meanwhile lies apart; nothing is lost, and nothing waits."""
    (end,) = [part.end for part in (await parts(url))["inbox"] if part.end]
    await service.execute(MARK, UUID(int=smallest_id(end).int + 7), NOW)
    told = await done(url)
    assert [failed for what, failed in told if f"inbox_{end:%Y_%m} not made" in what] == [True]
    assert f"inbox_{later(end, 1):%Y_%m}" in {part.name for part in (await parts(url))["inbox"]}


async def test_a_busy_table_is_left_for_another_day(
    url: str, service: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.common.months.TRIES", 1)
    monkeypatch.setattr("services.common.months.PATIENCE", "set local lock_timeout = '50ms'")
    (end,) = [part.end for part in (await parts(url))["inbox"] if part.end]
    async with service.transaction():
        await service.execute(MARK, UUID(int=smallest_id(end).int + 7), NOW)
        told = await done(url)
        assert [failed for what, failed in told if what.startswith("inbox_") and "too busy" in what]
        await service.execute("select 1")


LATER = """
    insert into audit_event (seq, at, issuer, subject, persona, action, operation, entity_type, purpose, outcome)
    overriding system value values ($1, $2, 'test', 'somebody', 'nurse', 'R', 'GET /v1/x', 'x', 'TREAT', 0)
"""


@dataclass
class Trail:
    """Four rows of the first part, of which the last shares a seal with one of the month after; and the day on which
    the rule lets the first part go."""

    url: str
    admin: asyncpg.Connection
    database: Database
    due: datetime


@pytest.fixture
async def aged(postgres: EmbeddedPostgres, url: str, service: asyncpg.Connection) -> AsyncIterator[Trail]:
    await done(url)
    for rows in (1, 2):
        for _ in range(rows):
            await service.execute(PLAIN)
        assert await sealed(url) == rows
    (end,) = [part.end for part in (await parts(url))["audit_event"] if part.name == "audit_event_before"]
    assert end is not None
    await service.execute(PLAIN)
    admin = await postgres.admin(str(make_url(url).database))
    await admin.execute(LATER, 5, end + timedelta(seconds=1))
    assert await sealed(url) == 2
    await admin.execute(
        "insert into rule select code, $1, 1, per, unit, source, status from rule where code = $2", TODAY, RULE
    )
    database = Database(url, Base.metadata)
    yield Trail(url, admin, database, later(end, 1))
    await database.close()
    await admin.close()


async def test_a_month_of_the_trail_goes_into_the_archive_and_stays_proved(aged: Trail, tmp_path: Path) -> None:
    kept = "audit_event_before kept: it is past its rule, and no archive was named"
    assert (kept, False) in await done(aged.url, aged.due)
    assert "audit_event" not in str(await done(aged.url, aged.due - timedelta(seconds=1), tmp_path)), "too early"
    (told,) = [what for what, failed in await done(aged.url, aged.due, tmp_path) if "audit" in what and not failed]
    path = tmp_path / "hr-audit_event_before.jsonl.gz"
    assert told == f"archived audit_event_before: 4 rows, SHA-256 {sha256(path.read_bytes()).hexdigest()}"
    assert [json.loads(line)[0] for line in gzip.decompress(path.read_bytes()).splitlines()] == [1, 2, 3, 4]
    assert "audit" not in str(await done(aged.url, aged.due, tmp_path)), "whoever runs it again changes nothing"
    found = await verified(aged.database)
    assert (found.breaks, found.archived, found.rows, found.seals) == ([], 3, 2, 3)
    # What shares a seal with what went is guarded as before, and so is the chain of seals of what went.
    part = await aged.admin.fetchval("select tableoid::regclass::text from audit_event where seq = 5")
    await aged.admin.execute(f"alter table {part} disable trigger append_only")
    await aged.admin.execute("alter table audit_event disable trigger append_only")
    await aged.admin.execute("update audit_event set purpose = 'BTG' where seq = 5")
    assert await breaks(aged.database) == [(3, "row_changed")]


@pytest.mark.parametrize("seq", [2, 4, 5])
async def test_what_is_not_as_it_was_sealed_is_not_let_go(aged: Trail, tmp_path: Path, seq: int) -> None:
    await aged.admin.execute("alter table audit_event disable trigger append_only")
    await aged.admin.execute("update audit_event set purpose = 'BTG' where seq = $1", seq)
    seal = 2 if seq == 2 else 3
    why = f"audit_event_before kept, for it could not be archived: audit_event_before is not as seal {seal} says"
    assert (why, True) in await done(aged.url, aged.due, tmp_path)
    assert [name for name in os.listdir(tmp_path) if name.endswith(".gz")] == []
    assert await aged.admin.fetchval("select count(*) from audit_event") == 5


async def test_what_is_not_sealed_or_finds_no_room_is_not_let_go(aged: Trail, tmp_path: Path) -> None:
    nowhere = ("audit_event_before kept, for it could not be archived: FileNotFoundError", True)
    assert nowhere in await done(aged.url, aged.due, tmp_path / "nowhere")
    await aged.admin.execute(LATER, 6, NOW)
    unsealed = "audit_event_before kept, for it could not be archived: audit_event_before has rows that are not sealed"
    assert (unsealed, True) in await done(aged.url, aged.due, tmp_path)


@pytest.fixture
async def before(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A database as the release before months left it."""
    name = f"hr_{uuid7().hex}"
    admin = await postgres.admin()
    await create_database(admin, "hr", name)
    await _migrated_to(postgres.owner_url("hr", name), "0008")
    yield postgres.url("hr", name)
    await admin.execute(f"drop database {name} with (force)")
    await admin.close()


async def test_a_live_trail_becomes_the_first_month_without_being_rewritten(before: str) -> None:
    """The release before goes on writing meanwhile; the chain of seals and the numbers go on as they were."""
    url, service, writing = before, await connected(before), await connected(before)
    for _ in range(3):
        await service.execute(PLAIN)
        await service.execute(MARK, uuid7(), NOW)
    assert await sealed(url) == 3
    until = asyncio.create_task(_writing(writing))
    async with owner(url) as looking:
        where = "select pg_relation_filenode('{}')"
        files = [await looking.fetchval(where.format(table)) for table in ("audit_event", "inbox")]
        await migrate("hr", Base.metadata, owner_url(url), app_role="hr")
        parted = ("audit_event_before", "inbox_before")
        assert [await looking.fetchval(where.format(table)) for table in parted] == files, "no row was rewritten"
    until.cancel()
    with suppress(asyncio.CancelledError):
        await until
    await service.execute(PLAIN)
    numbers = [row["seq"] for row in await service.fetch("select seq from audit_event order by seq")]
    assert numbers[:3] == [1, 2, 3]
    assert len(set(numbers)) == len(numbers)
    assert await service.fetchval("select count(*) from inbox") == 3
    assert await sealed(url) == len(numbers) - 3
    database = Database(url, Base.metadata)
    assert await breaks(database) == [], "the chain is whole, across the exchange"
    for one in (service, writing, database):
        await one.close()


async def _writing(connection: asyncpg.Connection) -> None:
    """As the release before writes; no row is refused."""
    while True:
        await asyncio.shield(connection.execute(PLAIN))
        await asyncio.sleep(0.005)


async def _migrated_to(url: str, revision: str) -> None:
    config, engine = alembic_config("hr"), create_async_engine(url)

    def upgrade(connection: Connection) -> None:
        connection.execute(text("set app.every_team = 'on'"))
        for grant in ("select, insert, update, delete on tables", "usage on sequences", "execute on functions"):
            connection.execute(text(f"alter default privileges in schema public grant {grant} to hr"))
        connection.commit()
        config.attributes.update(connection=connection, metadata=Base.metadata)
        command.upgrade(config, revision)

    async with engine.connect() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()
