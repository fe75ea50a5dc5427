"""Drill: everything is exported, taken in elsewhere, and is the same; what is not whole is not taken in at all."""

import asyncio
import hashlib
import json
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url
from typer.testing import CliRunner
from uuid6 import uuid7

from demo.servers.postgres import SERVICES, EmbeddedPostgres, create_database
from services.__main__ import app, declared
from services.caseload.main import SERVICE as CASELOAD
from services.common.assertions import public_key
from services.governance.main import SERVICE as GOVERNANCE
from services.moving.arriving import take_in
from services.moving.leaving import export
from services.moving.manifest import Refused
from tests.caseload.story import a_plan, an_assessment, take_on
from tests.drills.table import told
from tests.running import DEPUTY, NURSE, Databases, owner, running
from tests.signing import CLIENT_KEY

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Settled = Callable[[dict[str, str], str], None]
ALL = [declared(name) for name in SERVICES]
# What a careless reader or writer of lines, of JSON or of COPY would change; and `null` beside nothing.
ODD = 'a "line"\nthat\tends \\. in \\N, £, \u2028 and \x01\x02 {}'
ODD_ROWS = """
    insert into idempotency_key (caller, key, request_hash, headers, body) values
        ($1, 'odd', '\\x00ff0a', '{"a": [1.50, null]}', '\\x5c6e'),
        ($1, 'null', '', 'null', null), ($1, 'none', '', null, '')
"""
KEYS = "select key, headers::text, body from idempotency_key where caller = $1 order by key"


@pytest.fixture
async def lived_in(databases: Databases) -> dict[str, str]:
    """A database of each service; in some of them somebody was taken on, assessed and planned for."""
    async with running(databases, CASELOAD, GOVERNANCE) as system:
        for nurse in (NURSE, DEPUTY):
            await system.join("caseload", employee=nurse)
        for number in range(3):
            client = await take_on(system, given_name=f"{ODD[:8]}{number}", nhs_number=None)
            await client.post("/v1/assessments", an_assessment(client.episode_id))
            await client.post("/v1/care-plans", a_plan(client.episode_id))
    urls = {name: await databases(name) for name in SERVICES}
    for url in urls.values():
        async with owner(url) as connection:
            await connection.execute(ODD_ROWS, ODD)
    return urls


@pytest.fixture
async def empty(postgres: EmbeddedPostgres) -> AsyncIterator[dict[str, str]]:
    """A database of each service in which nothing was made yet."""
    admin, names = await postgres.admin(), {name: f"{name}_{uuid7().hex}" for name in SERVICES}
    try:
        for name, database in names.items():
            await create_database(admin, name, database)
        yield {name: postgres.url(name, database) for name, database in names.items()}
        for database in names.values():
            await admin.execute(f"drop database {database} with (force)")
    finally:
        await admin.close()


@pytest.fixture
def settled(postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Settled:
    """Says by the environment, as operations do, which databases and which store the commands work on."""

    def settle(urls: dict[str, str], photos: str) -> None:
        monkeypatch.setenv("HEATSHIELD_APP_ENV", "test")
        monkeypatch.setenv("IDENTITY_PROCESSES", json.dumps({"svc:gateway": public_key(CLIENT_KEY)}))
        monkeypatch.setenv("CASELOAD_PHOTO_STORE", (tmp_path / photos).as_uri())
        for name, url in urls.items():
            database = str(make_url(url).database)
            monkeypatch.setenv(f"{name.upper()}_DATABASE_URL", url)
            monkeypatch.setenv(f"{name.upper()}_OWNER_DATABASE_URL", postgres.owner_url(name, database))

    return settle


async def test_what_is_exported_is_taken_in_elsewhere_and_is_the_same(
    lived_in: dict[str, str], empty: dict[str, str], settled: Settled, tmp_path: Path
) -> None:
    photo = tmp_path / "photos" / "2026-11-27" / "a"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"\xff\xd8 of a wound")
    settled(lived_in, "photos")
    began = time.monotonic()
    left = await export(ALL, tmp_path / "left")
    settled(empty, "elsewhere")
    await take_in(ALL, tmp_path / "left")
    seconds = time.monotonic() - began
    again = await export(ALL, tmp_path / "again")
    rows = sum(part.rows for one in left.services.values() for part in one.tables.values())
    differing = [
        f"{name}.{table}"
        for name, one in left.services.items()
        for table, part in one.tables.items()
        if again.services[name].tables[table] != part
    ]
    told("export and re-import", "0 tables differ", f"{len(differing)} differ; {rows} rows in {seconds:.1f} s")
    assert differing == []
    assert left.services == again.services
    assert left.services["caseload"].tables["client"].rows == 3
    assert (tmp_path / "elsewhere" / "2026-11-27" / "a").read_bytes() == photo.read_bytes()
    await _is_as_it_was(lived_in, empty)


async def _is_as_it_was(source: dict[str, str], target: dict[str, str]) -> None:
    """Not by the sums alone, which come from the same reader."""
    for name in SERVICES:
        async with owner(source[name]) as before, owner(target[name]) as after:
            assert await after.fetch(KEYS, ODD) == await before.fetch(KEYS, ODD)
            assert await after.fetch(GUARDS) == await before.fetch(GUARDS)
            assert len(await after.fetch(KEYS, ODD)) == 3
    # The service may do there what it may do here, and no more.
    connection = await asyncpg.connect(target["hr"].replace("+asyncpg", ""))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("delete from audit_event")
    finally:
        await connection.close()


# What keeps rows from being written by whom and how they should not: keys, triggers, walls and grants.
GUARDS = """
    select conname::text as name, pg_get_constraintdef(oid) as how from pg_constraint
    union all select format('%s %s %s', tgrelid::regclass, tgname, tgenabled), tgtype::text from pg_trigger
        where not tgisinternal
    union all select format('%s %s', attrelid::regclass, attname), attacl::text from pg_attribute
        where attacl is not null and attrelid > 16384
    union all select relname, format('%s %s', relacl, relforcerowsecurity) from pg_class
        where relnamespace = 'public'::regnamespace
    order by 1, 2
"""
Harm = Callable[[Path], None]


def _with_manifest(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    """A manifest that says something else, and is itself whole."""
    content = json.loads((folder / "manifest.json").read_text())
    change(content)
    written = json.dumps(content).encode()
    (folder / "manifest.json").write_bytes(written)
    (folder / "manifest.json.sha256").write_text(f"{hashlib.sha256(written).hexdigest()}  manifest.json\n")


def _flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _harms() -> Iterator[tuple[str, Harm, str]]:
    client = "caseload/client.ndjson"
    yield "never ended", lambda at: (at / "manifest.json").unlink(), "manifest.json is not there"
    yield "its manifest damaged", lambda at: _flipped(at / "manifest.json"), "manifest.json is damaged"
    yield "a byte changed", lambda at: _flipped(at / client), f"{client} is damaged"
    yield "cut off", lambda at: _cut(at / client), f"{client} is cut off"
    yield "a file lost", lambda at: (at / client).unlink(), f"{client} cannot be read"
    yield "a photo lost", lambda at: shutil.rmtree(at / "caseload" / "files"), "is missing or cut off"
    yield "a later format", lambda at: _with_manifest(at, lambda m: m.update(format=2)), "has format 2"
    yield "a later schema", lambda at: _with_manifest(at, _later), "has schema 9999 of hr"
    yield "a table too few", lambda at: _with_manifest(at, _one_less), "differ in employee"
    yield "a service too few", lambda at: _with_manifest(at, lambda m: m["services"].pop("hr")), "holds nothing of hr"  # type: ignore[attr-defined]
    yield "no manifest at all", lambda at: _with_manifest(at, lambda m: m.pop("exported_at")), "is no manifest"


def _later(content: dict[str, dict[str, dict[str, object]]]) -> None:
    content["services"]["hr"]["revision"] = "9999"


def _one_less(content: dict[str, dict[str, dict[str, dict[str, object]]]]) -> None:
    content["services"]["hr"]["tables"].pop("employee")


async def test_what_is_not_whole_or_is_newer_is_refused_by_name_with_nothing_taken_in(
    lived_in: dict[str, str], empty: dict[str, str], settled: Settled, tmp_path: Path
) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "a").write_bytes(b"\xff\xd8")
    settled(lived_in, "photos")
    await export(ALL, tmp_path / "whole")
    with pytest.raises(Refused, match="is not empty: name a folder"):
        await export(ALL, tmp_path / "whole")
    with pytest.raises(Refused, match="caseload's database is not empty"):
        await take_in(ALL, tmp_path / "whole")
    settled(empty, "elsewhere")
    with pytest.raises(Refused, match="caseload's database has no schema"):
        await export(ALL, tmp_path / "none")
    told_to = await asyncio.to_thread(CliRunner().invoke, app, ["import", str(tmp_path / "nowhere")])
    assert (told_to.exit_code, told_to.output.count("\n")) == (1, 1)
    assert "nowhere/manifest.json is not there" in told_to.output
    harms = list(_harms())
    for what, harm, named in harms:
        shutil.copytree(tmp_path / "whole", tmp_path / "harmed")
        harm(tmp_path / "harmed")
        with pytest.raises(Refused, match=named):
            await take_in(ALL, tmp_path / "harmed")
        assert await _tables(empty) == 0, what
        shutil.rmtree(tmp_path / "harmed")
    assert not list((tmp_path / "elsewhere").glob("*"))
    told("damaged or newer export", "refused by name, nothing taken in", f"{len(harms)} of {len(harms)} refused")


async def _tables(urls: dict[str, str]) -> int:
    found = 0
    for url in urls.values():
        async with owner(url) as connection:
            found += await connection.fetchval("select count(*) from pg_tables where schemaname = 'public'")
    return found
