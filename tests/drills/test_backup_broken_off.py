"""The scripts of the backup where something goes wrong without PostgreSQL: what they leave, and what they refuse."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl encrypts the backup: install it")

DEPLOY = Path(__file__).parents[2] / "deploy"
DAY = 86_400
LASTING = "#!/bin/sh\necho begun\nsleep 1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "all backups"
    made.mkdir()
    (tmp_path / "key").write_text("a key for this test alone")
    return made


def prune(folder: Path, days: str) -> "subprocess.CompletedProcess[str]":
    command = [str(DEPLOY / "backup" / "prune"), str(folder), str(folder.parent / "key"), days]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_backup_that_is_ended_by_a_signal_leaves_nothing(folder: Path, number: int) -> None:
    """The server's own program is one that lasts, so that there is a moment for the signal."""
    programs = folder.parent / "programs"
    programs.mkdir()
    (programs / "pg_basebackup").write_text(LASTING)
    (programs / "pg_basebackup").chmod(0o700)
    command = [str(DEPLOY / "backup" / "base"), str(folder), str(folder.parent / "key")]
    backup = subprocess.Popen(command, env={"PATH": f"{programs}:{os.environ['PATH']}"})
    deadline = time.monotonic() + 30
    while not list(folder.glob("*.part")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    backup.send_signal(number)
    assert backup.wait(30) != 0
    assert list(folder.iterdir()) == []


def test_what_a_killed_backup_left_is_removed_and_what_is_being_made_is_not(folder: Path) -> None:
    left, begun = folder / "base-20261126T020000Z.tar.gz.enc.part", folder / "base-20261128T020000Z.tar.gz.enc.part"
    pipe = folder / ".base.a1B2c3"
    os.mkfifo(pipe)
    for path in (left, begun):
        path.write_text("Salted__")
    for path in (left, pipe):
        os.utime(path, (time.time() - 2 * DAY,) * 2)
    assert prune(folder, "30").returncode == 0
    assert list(folder.iterdir()) == [begun]


def test_it_does_not_say_that_all_is_well_where_it_cannot_look(folder: Path) -> None:
    for where, days in ((folder, ""), (folder, "a month"), (folder.parent / "nowhere", "30")):
        assert prune(where, days).returncode != 0


@pytest.mark.parametrize("named", ["postgres", "./postgres", "to-an-instant"])
def test_a_restored_server_never_archives_among_the_files_of_another(folder: Path, named: str) -> None:
    """Under compose, where the folder of all backups has a place of its own."""
    for volume in ("postgres", "to-an-instant"):
        (folder / volume / "wal").mkdir(parents=True)
        (folder / volume / "base-1.tar.gz.enc").touch()
    script = (DEPLOY / "compose" / "backup" / "restore").read_text().replace("=/srv/backup/", f"='{folder}'/")
    own = {"BACKUP_FOLDER": str(folder / "postgres"), "PGDATA": str(folder.parent / "data")}
    command = ["sh", "-c", script, "restore", f"{named}/base-1.tar.gz.enc"]
    done = subprocess.run(command, env={**os.environ, **own}, capture_output=True, text=True, check=False)
    assert (done.returncode, "name a new volume in POSTGRES_VOLUME" in done.stderr) == (1, True), done.stderr
    assert not (folder.parent / "data").exists()
