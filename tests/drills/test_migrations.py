"""Drill: a release changes the schema while the last release serves on."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from uuid6 import uuid7

from demo.servers.postgres import SERVICES, EmbeddedPostgres, create_database
from tests.drills.migrating import RELEASED, Fault, lint, newer, sql, statements
from tests.drills.table import told

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
# Each writes and reads through the API what the schema holds most of.
TRIED = (
    "tests/caseload/test_referrals.py",
    "tests/caseload/test_care_contacts.py",
    "tests/hr/test_employees.py",
    "tests/finance/test_ledger.py",
    "tests/common/test_audit_seals.py",
)
LOCKING = {
    "alter table client add column middle_name text not null": "adding-required-field",
    "alter table client alter column id type text": "changing-column-type",
    "alter table client rename column family_name to surname": "renaming-column",
    "create index client_born on client (birth_on)": "require-concurrent-index-creation",
    "alter table client alter column phone set not null": "adding-not-nullable-field",
    "alter table client add constraint born check (birth_on > '1890-01-01')": "constraint-missing-not-valid",
    "alter table client drop column phone": "ban-drop-column",
}
HARMLESS = [
    "alter table client add column middle_name text",
    "alter table client add column visits integer not null default 0",
    "create table pet (id uuid primary key, name text not null)",
    "create index pet_name on pet (name)",
    "drop policy if exists acts on pet",
]


async def test_no_migration_since_the_last_release_locks_what_is_in_use(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    faults: list[Fault] = []
    revisions = {name: newer(name) for name in SERVICES}
    for name, wanted in revisions.items():
        if wanted:
            asked = await _asked(postgres, name, wanted)
            faults += [fault for revision in wanted for fault in lint(f"{name}-{revision}", asked[revision], tmp_path)]
    number = sum(map(len, revisions.values()))
    told("lint of migrations for locks", "0 faults", f"{len(faults)} in {number} since {RELEASED['dated']}")
    assert faults == []


async def _asked(postgres: EmbeddedPostgres, service: str, revisions: list[str]) -> dict[str, str]:
    admin, name = await postgres.admin(), f"{service}_{uuid7().hex}"
    try:
        await create_database(admin, service, name)
        return await statements(service, postgres.owner_url(service, name), [RELEASED["schemas"][service], *revisions])
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


def test_each_change_that_locks_is_found_and_others_are_not(tmp_path: Path) -> None:
    for change, rule in LOCKING.items():
        assert rule in {fault.rule for fault in lint("planted", sql([change]), tmp_path)}, change
    assert list(lint("planted", sql(HARMLESS), tmp_path)) == []
    unguarded = sql(HARMLESS).partition(";\n")[2]
    assert [fault.rule for fault in lint("planted", unguarded, tmp_path)] == ["require-lock-timeout"]


@pytest.fixture
def last_release(tmp_path: Path) -> Path:
    """The code of the last release, over the schema of this one. Skips where the schema is the same, or its commit is
    not here."""
    if not any(map(newer, SERVICES)):
        pytest.skip(f"no migration came after the last release, {RELEASED['commit']}: its schema is this one's")
    if subprocess.run(["git", "cat-file", "-e", RELEASED["commit"]], cwd=ROOT, capture_output=True).returncode:
        pytest.skip(f"the last release's code is not here: fetch the history (commit {RELEASED['commit']})")
    code = tmp_path / "last"
    code.mkdir()
    with subprocess.Popen(["git", "archive", RELEASED["commit"]], cwd=ROOT, stdout=subprocess.PIPE) as packing:
        subprocess.run(["tar", "-x", "-C", str(code)], stdin=packing.stdout, check=True)
    for folder in (ROOT / "services").glob("*/migrations"):
        shutil.rmtree(code / folder.relative_to(ROOT), ignore_errors=True)
        shutil.copytree(folder, code / folder.relative_to(ROOT))
    return code


def test_the_last_releases_tests_pass_on_the_schema_of_this_one(last_release: Path) -> None:
    """So its processes serve on while this one's schema is made, and until the last of them is replaced."""
    began = time.monotonic()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TRIED]
    done = subprocess.run(command, cwd=last_release, capture_output=True, text=True, check=False)
    last = done.stdout.strip().splitlines()[-1]
    told("last release on the new schema", "all its API tests pass", f"{last} ({time.monotonic() - began:.0f} s)")
    assert done.returncode == 0, done.stdout[-3000:]
