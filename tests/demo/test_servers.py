"""The servers of the demo know their own processes, and never stop anybody else's."""

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.servers.postgres import NOBODY, EmbeddedPostgres
from demo.servers.processes import started_at, still_runs
from demo.servers.rabbit import RabbitServer

LONG_AGO = time.time() - 3600


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
    noted = {"port": 20000, "epmd_port": 20001, "container": "", "pid": 0, "started_at": 0.0}
    (folder / "running.json").write_text(json.dumps(noted | note))
    return RabbitServer(folder)


def test_a_process_that_has_an_old_brokers_id_is_not_stopped(folder: Path, stranger: "subprocess.Popen[bytes]") -> None:
    server = rabbit_noted(folder, pid=stranger.pid, started_at=LONG_AGO)
    assert not server._is_running()
    server.stop()
    assert stranger.poll() is None
    assert not (folder / "running.json").exists()


def test_a_process_is_known_again_by_its_id_and_its_start(stranger: "subprocess.Popen[bytes]") -> None:
    began = started_at(stranger.pid)
    assert began is not None
    assert still_runs(stranger.pid, began)
    stranger.kill()
    while started_at(stranger.pid):
        time.sleep(0.01)
    assert not still_runs(stranger.pid, began), "what ended and was not yet collected does not run"


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
    lines[0], lines[2] = str(stranger.pid), str(int(LONG_AGO))
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
