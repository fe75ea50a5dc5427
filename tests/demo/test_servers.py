"""The servers of the demo know their own processes, and never stop anybody else's."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from demo.servers.postgres import NOBODY, EmbeddedPostgres, MadeByAnOlderVersion
from demo.servers.processes import works_in
from demo.servers.rabbit import RabbitServer


@pytest.fixture
def stranger() -> Iterator["subprocess.Popen[bytes]"]:
    """A process of the user that PostgreSQL runs as, with a group of its own."""
    user = NOBODY if os.geteuid() == 0 else None
    with subprocess.Popen(["sleep", "600"], user=user, start_new_session=True) as process:
        yield process
        process.kill()


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="heatshield-servers-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def rabbit_noted(folder: Path, **note: object) -> RabbitServer:
    noted = {"port": 20000, "epmd_port": 20001, "container": "", "pid": 0}
    (folder / "running.json").write_text(json.dumps(noted | note))
    return RabbitServer(folder)


def test_a_process_that_has_an_old_brokers_id_is_not_stopped(folder: Path, stranger: "subprocess.Popen[bytes]") -> None:
    server = rabbit_noted(folder, pid=stranger.pid)
    assert not server._is_running()
    server.stop()
    assert stranger.poll() is None
    assert not (folder / "running.json").exists()


def test_a_process_is_known_by_the_folder_that_it_was_started_for(folder: Path) -> None:
    (folder / "x").touch()
    by_command = {"args": ["tail", "-f", f"{folder}/x"]}
    by_environment = {"args": ["sleep", "600"], "env": {**os.environ, "CONFIG": f"{folder}/x"}}
    for where in (by_command, by_environment):
        with subprocess.Popen(**where) as process:  # type: ignore[call-overload]
            while not works_in(process.pid, folder):
                time.sleep(0.01)
            assert not works_in(process.pid, folder / "another")
            process.kill()
            while psutil.Process(process.pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.01)
            assert not works_in(process.pid, folder), "what ended and was not yet collected does not run"
        assert not works_in(process.pid, folder)


@pytest.mark.parametrize("state", ["true", "false"])
def test_a_brokers_container_is_asked_whether_it_runs(
    folder: Path, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = folder / "docker"
    engine.write_text(f'#!/bin/sh\ntest "$1 $4" != "inspect c0ffee" || echo {state}\n')
    engine.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    assert rabbit_noted(folder, container="c0ffee")._is_running() is (state == "true")


def test_a_broker_in_a_container_does_not_run_without_an_engine(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder))
    assert not rabbit_noted(folder, container="c0ffee")._is_running()


def test_a_process_that_has_an_old_postgres_id_is_not_stopped_and_keeps_nothing_from_starting(
    folder: Path, stranger: "subprocess.Popen[bytes]"
) -> None:
    server = EmbeddedPostgres(folder, durable=False)
    server.start()
    note = server.folder / "postgres" / "postmaster.pid"
    lines = note.read_text().splitlines()
    server.stop()
    lines[0] = str(stranger.pid)
    note.write_text("\n".join(lines) + "\n")
    if os.geteuid() == 0:
        os.chown(note, NOBODY, NOBODY)
    server.stop()
    assert stranger.poll() is None
    try:
        server.start()
        assert server.pid != stranger.pid
    finally:
        server.forget()
    assert stranger.poll() is None


async def test_data_of_an_older_version_are_refused_with_the_way_out(folder: Path) -> None:
    """A service owned its own database then, and could have put row-level security aside."""
    server = EmbeddedPostgres(folder, durable=False)
    server.start()
    try:
        admin = await server.admin()
        await admin.execute("create role caseload login")
        await admin.execute("create database caseload owner caseload")
        await admin.close()
        with pytest.raises(MadeByAnOlderVersion, match="make demo-reset"):
            await server.create_databases()
    finally:
        server.forget()
