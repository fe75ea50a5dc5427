"""The chain of seals finds whatever a superuser does to the trail, and never seals past what may still be written."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from demo.servers.postgres import EmbeddedPostgres
from services.caseload.domain.base import Base
from services.common.audit import sealing, verifying
from services.common.audit.seals import BEGINNING
from services.common.audit.tables import SEAL
from services.common.audit.verifying import Anchor
from services.common.db import Database
from tests.common.audited import PLAIN, breaks, connected, sealed, sealer, superuser, trail, verified
from tests.running import Databases, until

KILL_THE_LEADER = """
    select pg_terminate_backend(pid) from pg_locks join pg_database d on d.oid = database
    where locktype = 'advisory' and datname = current_database()
"""


@pytest.fixture
async def url(databases: Databases) -> str:
    """A database in which nobody seals by themselves."""
    return await databases("caseload")


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    made = Database(url, Base.metadata)
    yield made
    await made.close()


async def write(url: str, rows: int = 1) -> None:
    connection = await connected(url)
    for _ in range(rows):
        await connection.execute(PLAIN)
    await connection.close()


async def three_seals(url: str) -> None:
    """Rows 1 to 3, 4 to 6 and 7 to 9, with a seal each."""
    for _ in range(3):
        await write(url, 3)
        assert await sealed(url) == 3


async def test_each_seal_follows_the_one_before(url: str, database: Database) -> None:
    await three_seals(url)
    assert await sealed(url) == 0
    seals = await trail(database, SEAL)
    assert [(seal.n, seal.first_seq, seal.last_seq, seal.rows) for seal in seals] == [
        (1, 1, 3, 3),
        (2, 4, 6, 3),
        (3, 7, 9, 3),
    ]
    assert [seal.prev for seal in seals] == [BEGINNING, seals[0].hash, seals[1].hash]
    found = await verified(database)
    assert (found.ok, found.seals, found.rows, found.unsealed) == (True, 3, 9, 0)
    assert found.last_seal is not None
    assert found.last_seal.hash == seals[-1].hash


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("update audit_event set subject = 'somebody else' where seq = 5", [(2, "row_changed")]),
        ("update audit_event set client_ids = '{}' where seq = 5", [(2, "row_changed")]),
        ("update audit_event set at = at + interval '1 microsecond' where seq = 1", [(1, "row_changed")]),
        ("delete from audit_event where seq = 6", [(2, "row_removed")]),
        ("delete from audit_event where seq between 4 and 6", [(2, "row_removed")]),
        ("delete from audit_seal where n = 2", [(3, "seal_missing_before")]),
        ("delete from audit_seal where n = 1", [(2, "seal_missing_before")]),
        ("update audit_seal set rows = 2 where n = 2", [(2, "seal_changed"), (2, "row_inserted")]),
        ("update audit_seal set sealed_at = sealed_at - interval '1 day' where n = 3", [(3, "seal_changed")]),
        ("update audit_seal set prev = hash where n = 3", [(3, "seal_missing_before"), (3, "seal_changed")]),
        ("update audit_seal set last_seq = 9 where n = 2", [(2, "seal_changed"), (2, "row_inserted")]),
    ],
)
async def test_whatever_a_superuser_changes_is_found(
    postgres: EmbeddedPostgres, url: str, database: Database, statement: str, expected: list[tuple[int, str]]
) -> None:
    await three_seals(url)
    async with superuser(postgres, url) as admin:
        await admin.execute(statement)
    found = await breaks(database)
    assert found[: len(expected)] == expected


@pytest.mark.parametrize("number", [-1, 0, 2])
async def test_a_row_slipped_in_where_a_number_was_free_is_found(
    postgres: EmbeddedPostgres, url: str, database: Database, number: int
) -> None:
    await write(url)
    connection = await connected(url)
    await connection.fetchval("select nextval(pg_get_serial_sequence('audit_event', 'seq'))")
    await connection.close()
    await write(url)
    assert await sealed(url) == 2
    assert await breaks(database) == []
    async with superuser(postgres, url) as admin:
        into, values = PLAIN.replace("(issuer", "(seq, issuer").split("values")
        await admin.execute(f"{into} overriding system value values {values.replace('(', f'({number}, ', 1)}")
    assert await breaks(database) == [(1, "row_inserted")]


async def test_the_newest_rows_with_their_seal_do_not_vanish_from_what_was_written_down_elsewhere(
    postgres: EmbeddedPostgres, url: str, database: Database
) -> None:
    await three_seals(url)
    last = (await verified(database)).last_seal
    assert last is not None
    anchor = Anchor(last.n, last.hash.hex())
    assert await breaks(database, anchor=anchor) == []
    async with superuser(postgres, url) as admin:
        await admin.execute("delete from audit_seal where n = 3")
        await admin.execute("delete from audit_event where seq > 6")
    assert await breaks(database) == []
    assert await breaks(database, anchor=anchor) == [(3, "not_as_anchored")]
    await write(url, 3)
    assert await sealed(url) == 3
    assert await breaks(database, anchor=anchor) == [(3, "not_as_anchored")]


async def test_rows_whose_seal_was_taken_away_are_missed_when_nobody_seals_them_again(
    postgres: EmbeddedPostgres, url: str, database: Database
) -> None:
    await three_seals(url)
    async with superuser(postgres, url) as admin:
        await admin.execute("update audit_event set at = at - interval '1 hour' where seq > 6")
        await admin.execute("delete from audit_seal where n = 3")
    assert await breaks(database) == [(3, "not_sealed")]


async def test_a_sealer_says_that_the_newest_seal_it_knew_is_gone(
    postgres: EmbeddedPostgres, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with sealer(url) as one:
        await write(url)
        await one.seal()
        async with superuser(postgres, url) as admin:
            await admin.execute("delete from audit_seal")
        await one.seal()
    assert "audit trail broken: its newest seal is gone" in caplog.messages


async def test_each_seal_is_told_to_the_log(url: str, database: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger=sealing.__name__)
    await write(url, 2)
    await sealed(url)
    (seal,) = await trail(database, SEAL)
    (told,) = [record for record in caplog.records if record.message == "audit trail sealed"]
    assert (told.__dict__["seal"], told.__dict__["rows"], told.__dict__["hash"]) == (1, 2, seal.hash.hex())


async def test_a_long_trail_is_verified_part_by_part(
    url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await three_seals(url)
    monkeypatch.setattr(verifying, "PAGE", 1)
    monkeypatch.setattr(verifying, "PATIENCE_SECONDS", 0.0)
    first = await verified(database)
    assert (first.ok, first.rows, first.next_after) == (True, 3, 1)
    second = await verified(database, after=1)
    assert (second.ok, second.rows, second.next_after) == (True, 3, 2)
    monkeypatch.setattr(verifying, "PATIENCE_SECONDS", 9.0)
    rest = await verified(database, after=2)
    assert (rest.ok, rest.rows, rest.next_after) == (True, 3, None)


async def test_what_is_still_being_written_is_waited_for(url: str, database: Database) -> None:
    """It took a lower number, and commits after a higher one."""
    slow = await connected(url)
    writing = slow.transaction()
    await writing.start()
    await slow.execute(PLAIN)
    await write(url)
    sealing_now = asyncio.create_task(sealed(url))
    await asyncio.sleep(0.3)
    assert await trail(database, SEAL) == []
    await write(url)
    await writing.commit()
    assert await sealing_now == 2
    assert await sealed(url) == 1
    await slow.close()
    assert [(seal.last_seq, seal.rows) for seal in await trail(database, SEAL)] == [(2, 2), (3, 1)]
    assert await breaks(database) == []


async def test_a_number_given_up_leaves_no_hole_in_the_seals(url: str, database: Database) -> None:
    connection = await connected(url)
    undone = connection.transaction()
    await undone.start()
    await connection.execute(PLAIN)
    await undone.rollback()
    await connection.close()
    await write(url)
    assert await sealed(url) == 1
    assert [(seal.first_seq, seal.last_seq) for seal in await trail(database, SEAL)] == [(1, 2)]
    assert await breaks(database) == []


async def test_many_write_and_two_seal_while_the_sealers_are_killed(
    postgres: EmbeddedPostgres, url: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every row is sealed once, in a chain that holds."""
    for pause in ("PAUSE_SECONDS", "RETRY_SECONDS", "LOOK_SECONDS"):
        monkeypatch.setattr(sealing, pause, 0.005)
    sealers = [asyncio.create_task(sealing.keep_sealed(url)) for _ in range(2)]
    writers = [asyncio.create_task(_write_for_a_while(url, 200)) for _ in range(6)]
    admin = await postgres.admin(url.rpartition("/")[2])
    killed = 0
    while not all(task.done() for task in writers):
        await asyncio.sleep(0.15)
        killed += len(await admin.fetch(KILL_THE_LEADER))
    await asyncio.gather(*writers)
    await until(lambda: _all_sealed(database))
    for task in sealers:
        task.cancel()
    await asyncio.gather(*sealers, return_exceptions=True)
    await admin.close()
    found = await verified(database)
    seals, rows = await trail(database, SEAL), len(await trail(database))
    assert (found.ok, found.rows, found.unsealed) == (True, rows, 0), found.breaks
    assert rows == sum(seal.rows for seal in seals) == 6 * 160
    assert killed > 3
    assert len(seals) > 3


async def _all_sealed(database: Database) -> bool:
    return (await verified(database)).unsealed == 0


async def _write_for_a_while(url: str, times: int) -> None:
    """Some transactions take long, and some come to nothing."""
    connection = await connected(url)
    for number in range(times):
        writing = connection.transaction()
        await writing.start()
        await connection.execute(PLAIN)
        await asyncio.sleep(0.02 if number % 7 == 0 else 0)
        await (writing.rollback() if number % 5 == 0 else writing.commit())
    await connection.close()


async def test_the_service_itself_may_only_add_and_read(url: str) -> None:
    connection = await connected(url)
    await connection.execute(PLAIN)
    held = {"update", "delete", "truncate"}
    for table in ("audit_event", "audit_seal"):
        for right in held:
            assert await connection.fetchval("select has_table_privilege($1, $2)", table, right) is False
        for right in ("select", "insert"):
            assert await connection.fetchval("select has_any_column_privilege($1, $2)", table, right) is True
    for statement in ("update audit_event set purpose = 'BTG'", "delete from audit_event", "truncate audit_event"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_the_service_itself_says_neither_the_number_nor_the_time_of_a_row(url: str) -> None:
    connection = await connected(url)
    for column, value in (("seq", "1000000"), ("at", "now()")):
        chosen = PLAIN.replace("(issuer", f"({column}, issuer").replace("('test'", f"({value}, 'test'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(chosen.replace("values", "overriding system value values"))
    await connection.close()


async def test_not_even_a_superuser_changes_the_trail_while_its_guard_is_on(
    postgres: EmbeddedPostgres, url: str
) -> None:
    await write(url)
    admin = await postgres.admin(url.rpartition("/")[2])
    for replica in ("origin", "replica"):
        await admin.execute(f"set session_replication_role = {replica}")
        for statement in ("update audit_event set purpose = 'BTG'", "delete from audit_event", "truncate audit_seal"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
                await admin.execute(statement)
    await admin.close()
