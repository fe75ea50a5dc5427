"""Drill: an encrypted base backup and archived WAL bring everything back as it stood at an instant."""

import asyncio
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from demo.servers.postgres import EmbeddedPostgres
from services.common.migrations.migrate import migrate
from services.finance.main import SERVICE
from services.moving import catalogue
from services.moving.manifest import Part
from tests.drills.table import told
from tests.faults.house import kill_postgres
from tests.running import owner, until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl encrypts the backup: install it (apt, brew)"),
]

SCRIPTS = Path(__file__).parents[2] / "deploy" / "backup"
SECONDS, DAY = 60.0, 86_400
SEGMENT = re.compile("[0-9A-F]{24}.enc")
CANARY = "ZzCanaryOfTheBackup"
# More than a WAL file's worth is written after the base backup, so that it must come from the archive.
WRITE = f"""
    insert into idempotency_key (caller, key, request_hash, body)
    select '{CANARY}', $1 || number, '', convert_to(repeat(md5(number::text), 60), 'utf8')
    from generate_series(1, 6000) number
"""


@dataclass
class Kept:
    """A server whose WAL is archived, the scripts that do it, and the folder and the key of its backups."""

    postgres: EmbeddedPostgres
    place: Path
    user: int | None
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, script: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """As the database's own user does it."""
        command = [str(self.place / "scripts" / script), str(self.place / "kept"), str(self.place / "key"), *words]
        return subprocess.run(
            command,
            env=self.environment,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )

    def folder(self, name: str) -> Path:
        """An empty one that is the database's user's."""
        made = self.place / name
        made.mkdir(mode=0o700)
        if self.user is not None:
            os.chown(made, self.user, self.user)
        return made


@pytest.fixture
def kept(place: Path) -> Iterator[Kept]:
    postgres = EmbeddedPostgres(place / "before")
    postgres.start()
    secret = (postgres.folder / "postgres.secret").read_text()
    environment = {
        "PATH": f"{postgres._bin}:{os.environ['PATH']}",
        "PGHOST": "127.0.0.1",
        "PGPORT": str(postgres.port),
        "PGUSER": "postgres",
        "PGPASSWORD": secret,
    }
    made = Kept(postgres, place, postgres._drop_to, environment)
    made.folder("kept")
    key = place / "key"
    key.write_text("a key for this drill alone")
    shutil.copytree(SCRIPTS, place / "scripts")
    for path in (key, place / "before"):
        if made.user is not None:
            os.chown(path, made.user, made.user)
    key.chmod(0o400)
    try:
        yield made
    finally:
        postgres.forget()


async def _archiving(kept: Kept) -> None:
    """Switch the archive on, as docs/ops/backup.md says."""
    admin = await kept.postgres.admin()
    scripts, folder, key = kept.place / "scripts", kept.place / "kept", kept.place / "key"
    await admin.execute("alter system set archive_mode = 'on'")
    await admin.execute(f'alter system set archive_command = \'"{scripts}/archive" "{folder}" "{key}" "%p" "%f"\'')
    await admin.close()
    await asyncio.to_thread(kept.postgres.stop)
    await asyncio.to_thread(kept.postgres.start)
    kept.environment["PGPORT"] = str(kept.postgres.port)


async def _sums(postgres: EmbeddedPostgres) -> dict[str, Part]:
    """The rows of every table and what they add up to."""
    async with owner(postgres.url("finance")) as connection:
        return {
            one.name: (await catalogue.stream(connection, one)).part() for one in await catalogue.tables(connection)
        }


async def _written_and_harmed(kept: Kept) -> tuple[dict[str, Part], str]:
    """What stood at an instant, and the instant; then somebody writes too late, and drops a table."""
    admin = await kept.postgres.admin("finance")
    await admin.execute("set app.every_team = 'on'")
    await admin.execute(WRITE, "in time")
    sums, instant = await _sums(kept.postgres), await admin.fetchval("select clock_timestamp()::text")
    await admin.execute(WRITE, "too late")
    await admin.execute("drop table rate cascade")
    last = await admin.fetchval("select pg_walfile_name(pg_switch_wal())")
    await until(lambda: (kept.place / "kept" / "wal" / f"{last}.enc").exists(), SECONDS)
    await admin.close()
    return sums, str(instant)


async def _restored(kept: Kept, base: str, instant: str) -> EmbeddedPostgres:
    """Another server, from the backup alone, that takes writes."""
    data = kept.folder("after")
    (data / "postgres").mkdir(mode=0o700)
    if kept.user is not None:
        os.chown(data / "postgres", kept.user, kept.user)
    done = await asyncio.to_thread(kept.run, "restore", base, str(data / "postgres"), instant)
    assert done.returncode == 0, done.stderr
    shutil.copy2(kept.postgres.folder / "postgres.secret", data / "postgres.secret")
    data.chmod(0o755)
    postgres = EmbeddedPostgres(data)
    await asyncio.to_thread(postgres.start)

    async def is_open() -> bool:
        admin = await postgres.admin()
        try:
            return not await admin.fetchval("select pg_is_in_recovery()")
        finally:
            await admin.close()

    await until(is_open, SECONDS)
    return postgres


async def _based(kept: Kept, days_ago: int) -> tuple[Path, str]:
    """A base backup that is as old as this, and the WAL file before those that it needs; then rows are written."""
    admin = await kept.postgres.admin("finance")
    await admin.execute("set app.every_team = 'on'")
    await admin.execute("select pg_logical_emit_message(false, 'drill', 'so that the file is not empty, and is ended')")
    before = await admin.fetchval("select pg_walfile_name(pg_current_wal_insert_lsn())")
    done = await asyncio.to_thread(kept.run, "base")
    assert done.returncode == 0, done.stderr
    base = Path(done.stdout.strip())
    os.utime(base, (time.time() - days_ago * DAY,) * 2)
    await admin.execute(WRITE, f"{days_ago} days ago ")
    last = await admin.fetchval("select pg_walfile_name(pg_switch_wal())")
    await until(lambda: (kept.place / "kept" / "wal" / f"{last}.enc").exists(), SECONDS)
    await admin.close()
    # A backup is named for its second.
    await asyncio.sleep(1)
    return base, f"{before}.enc"


async def test_only_what_no_kept_instant_needs_is_removed(kept: Kept) -> None:
    await kept.postgres.create_databases()
    await migrate("finance", SERVICE.metadata, kept.postgres.owner_url("finance"), app_role="finance")
    await _archiving(kept)
    (oldest, _), (needed, before), (newest, _) = [await _based(kept, days) for days in (10, 9, 1)]
    folder = kept.place / "kept"
    there = set(folder.rglob("*"))
    assert kept.run("prune", "20").returncode == 0
    assert set(folder.rglob("*")) == there, "none is as old as that"
    pruned = kept.run("prune", "7")
    assert pruned.returncode == 0, pruned.stderr
    left = set(folder.rglob("*"))
    assert {needed, newest} < left
    unneeded = {path for path in there if SEGMENT.fullmatch(path.name) and path.name <= before}
    assert len(unneeded) > 1
    assert there - left == {oldest, *unneeded}
    await asyncio.to_thread(kill_postgres, kept.postgres)
    restored = await _restored(kept, str(needed), "")
    try:
        rows = (await _sums(restored))["idempotency_key"].rows
    finally:
        restored.forget()
    assert rows == 3 * 6000, "without an instant, as far as the archive goes"


async def test_nothing_is_removed_where_it_is_not_known_what_is_needed(kept: Kept) -> None:
    await kept.postgres.create_databases()
    await migrate("finance", SERVICE.metadata, kept.postgres.owner_url("finance"), app_role="finance")
    await _archiving(kept)
    for days in (10, 9):
        await _based(kept, days)
    there = set((kept.place / "kept").rglob("*"))
    (kept.place / "key").chmod(0o600)
    (kept.place / "key").write_text("another key")
    refused = kept.run("prune", "7")
    assert refused.returncode != 0
    assert "nothing is removed" in refused.stderr
    assert set((kept.place / "kept").rglob("*")) == there


async def test_everything_comes_back_as_it_stood_at_an_instant(kept: Kept) -> None:
    await kept.postgres.create_databases()
    await migrate("finance", SERVICE.metadata, kept.postgres.owner_url("finance"), app_role="finance")
    await _archiving(kept)
    based = await asyncio.to_thread(kept.run, "base")
    assert based.returncode == 0, based.stderr
    sums, instant = await _written_and_harmed(kept)
    await asyncio.to_thread(kill_postgres, kept.postgres)
    began = time.monotonic()
    restored = await _restored(kept, based.stdout.strip(), instant)
    seconds = time.monotonic() - began
    try:
        found = await _sums(restored)
    finally:
        restored.forget()
    rows, back = (sum(part.rows for part in one.values()) for one in (sums, found))
    told("point-in-time restore", "same counts and sums, below 60 s", f"{back} of {rows} rows in {seconds:.1f} s")
    assert found == sums
    assert sums["idempotency_key"].rows == 6000
    assert seconds < SECONDS
    _is_encrypted(kept, based.stdout.strip(), instant)


def _is_encrypted(kept: Kept, base: str, instant: str) -> None:
    """Nobody reads it without the key, and a wrong one is told."""
    files = [path for path in (kept.place / "kept").rglob("*") if path.is_file()]
    assert len(files) > 2
    assert all(path.read_bytes().startswith(b"Salted__") for path in files)
    (kept.place / "key").chmod(0o600)
    (kept.place / "key").write_text("another key")
    refused = kept.run("restore", base, str(kept.folder("never")), instant)
    assert refused.returncode != 0
    assert "cannot be read with this key" in refused.stderr
    nowhere = kept.run("restore", base, str(kept.place / "nowhere"), instant)
    assert nowhere.returncode != 0
    assert "there is no folder" in nowhere.stderr
