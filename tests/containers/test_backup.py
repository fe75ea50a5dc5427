"""The compose file with backups: what was written comes back, in a new volume, as it stood at an instant."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from demo.servers.ports import free_port
from tests.containers.engine import ROOT, Engine
from tests.containers.installation import Installation

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]
FILES = "docker-compose.yml:deploy/compose/backup.yml"
PROJECT = "heatshield-backup-e2e"
AS_POSTGRES = ("--user", "postgres", "postgres")
# With them a mistake of the day before yesterday can be undone.
DAYS = "2"
ARCHIVE_SECONDS = 60
STATED = "select shobj_description(oid, 'pg_database') from pg_database where datname = 'caseload'"


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    """A folder that whoever the container's user is may write to."""
    folder = tmp_path / "backups"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.fixture
def backed_up(engine: Engine, images: dict[str, str], backups: Path, tmp_path: Path) -> Iterator[Installation]:
    """Its PostgreSQL alone, as an installation for real people has it."""
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0o700)
    places = {"COMPOSE_FILE": FILES, "HEATSHIELD_SECRETS": str(secrets), "HEATSHIELD_BACKUPS": str(backups)}
    made = Installation(engine, free_port(), {**images, **places}, PROJECT)
    made.make_secrets()
    try:
        yield made
    finally:
        for volume in ("postgres", "to-an-instant", "to-the-end"):
            on(made, volume).down()
        shutil.rmtree(secrets)


def on(installation: Installation, volume: str) -> Installation:
    return replace(installation, settings={**installation.settings, "POSTGRES_VOLUME": volume})


def start(installation: Installation) -> dict[str, Any]:
    """PostgreSQL's container, healthy and open for writes."""
    installation.compose("up", "--detach", "--no-build", "--wait", "postgres", seconds=300)
    deadline = time.monotonic() + ARCHIVE_SECONDS
    while installation.rows("postgres", "select pg_is_in_recovery()") != ["f"]:
        assert time.monotonic() < deadline, installation.logs("postgres")
        time.sleep(0.5)
    return installation.container("postgres")


def write(installation: Installation, what: str) -> None:
    installation.rows("caseload", f"insert into told select '{what}' from generate_series(1, 1000)")


def told(installation: Installation) -> list[str]:
    return installation.rows("caseload", "select what, count(*) from told group by what order by what")


def until_archived(installation: Installation, folder: Path) -> None:
    (last,) = installation.rows("postgres", "select pg_walfile_name(pg_switch_wal())")
    deadline = time.monotonic() + ARCHIVE_SECONDS
    while not (folder / "wal" / f"{last}.enc").exists():
        assert time.monotonic() < deadline, installation.logs("postgres")
        time.sleep(0.5)


def restore(installation: Installation, *words: str) -> str:
    return installation.compose("run", "--rm", "--no-deps", "--no-TTY", *AS_POSTGRES, "/backup/restore", *words)


def nightly(installation: Installation) -> str:
    """The base backup, as it is named below the folder of all backups."""
    path = installation.compose("exec", "--no-TTY", *AS_POSTGRES, "/backup/nightly", DAYS)
    return path.removeprefix("/srv/backup/")


def kept_at_night(installation: Installation) -> str:
    """The base backup, which the databases state; PostgreSQL is fenced as it was without."""
    fenced = start(installation)["HostConfig"]
    assert fenced["ReadonlyRootfs"]
    assert fenced["CapDrop"] == ["ALL"]
    installation.rows("caseload", "create table told (what text)")
    write(installation, "a: before the backup")
    base = nightly(installation)
    (stated,) = installation.rows("caseload", STATED)
    assert stated.startswith("backed up at 20")
    return base


def test_what_was_written_comes_back_as_it_stood_at_an_instant(backed_up: Installation, backups: Path) -> None:
    base = kept_at_night(backed_up)
    write(backed_up, "b: in time")
    (instant,) = backed_up.rows("caseload", "select clock_timestamp()")
    write(backed_up, "c: too late")
    until_archived(backed_up, backups / "postgres")
    backed_up.compose("down")
    with pytest.raises(RuntimeError, match="name a new volume in POSTGRES_VOLUME"):
        restore(backed_up, base, instant)
    second = on(backed_up, "to-an-instant")
    restore(second, base, instant)
    start(second)
    assert told(second) == ["a: before the backup|1000", "b: in time|1000"]
    goes_on_apart(second, backups)
    files = [path for path in backups.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path for path in files if not path.read_bytes().startswith(b"Salted__")] == [], "nobody reads it"


def goes_on_apart(second: Installation, backups: Path) -> None:
    """What was restored is kept as the first was, in a folder of its own, and comes back to its last word."""
    write(second, "d: afterwards")
    again = nightly(second)
    assert Path(again).parent == Path("to-an-instant")
    write(second, "e: last")
    until_archived(second, backups / "to-an-instant")
    second.compose("down")
    third = on(second, "to-the-end")
    restore(third, again)
    start(third)
    assert [line[0] for line in told(third)] == ["a", "b", "d", "e"]


SAVE = """
set -o pipefail
docker compose run --rm --no-deps -T --entrypoint tar caseload -c -C /photos . |
  openssl enc -aes-256-cbc -pbkdf2 -salt -pass "file:$HEATSHIELD_SECRETS/backup_key" -out "$TO/photos.tar.enc"
"""
TAKE_BACK = """
set -o pipefail
openssl enc -d -aes-256-cbc -pbkdf2 -pass "file:$HEATSHIELD_SECRETS/backup_key" -in "$TO/photos.tar.enc" |
  docker compose run --rm --no-deps -T --entrypoint tar caseload -x -C /photos
"""


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl encrypts the photos: install it (apt, brew)")
def test_photos_come_back_from_their_copy(backed_up: Installation, backups: Path) -> None:
    def within(script: str) -> None:
        own = {**backed_up.settings, "COMPOSE_PROJECT_NAME": PROJECT, "TO": str(backups)}
        environment = {**os.environ, **backed_up.engine.environment, **own}
        subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, check=True, timeout=120)

    def among_photos(*command: str) -> str:
        run = ("run", "--rm", "--no-deps", "--no-TTY", "--entrypoint", command[0], "caseload", *command[1:])
        return backed_up.compose(*run)

    among_photos("sh", "-c", "mkdir /photos/a && echo a wound >/photos/a/b")
    within(SAVE)
    assert (backups / "photos.tar.enc").read_bytes().startswith(b"Salted__")
    backed_up.down()
    assert among_photos("ls", "/photos") == ""
    within(TAKE_BACK)
    assert among_photos("cat", "/photos/a/b") == "a wound"
