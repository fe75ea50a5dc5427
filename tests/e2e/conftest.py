"""Whole installations, run as a user runs them: by their commands, in a folder of their own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.servers.ports import free_port
from tests.e2e.collector import Collector, collecting, spans_to

ROOT = Path(__file__).parents[2]


@dataclass
class Place:
    """A folder in which an installation keeps its data."""

    folder: Path

    def start(self, module: str, *arguments: str, stdin: int | None = None, **settings: str) -> "subprocess.Popen[str]":
        """Start one of the project's commands here."""
        environment = {**os.environ, "PYTHONPATH": str(ROOT), **settings}
        with (self.folder / "stderr.log").open("a") as log:
            command = [sys.executable, "-m", module, *arguments]
            return subprocess.Popen(
                command, cwd=self.folder, env=environment, stdin=stdin, stdout=subprocess.PIPE, stderr=log, text=True
            )

    def play(self, *arguments: str, **settings: str) -> list[dict[str, Any]]:
        """Play the day and give its steps."""
        with self.start("demo", "--once", "--json", *arguments, **settings) as playing:
            output, _ = playing.communicate(timeout=800)
        steps = [json.loads(line) for line in output.splitlines()]
        assert playing.returncode == (0 if all(step["ok"] for step in steps) else 1), self.log()[-2000:]
        return steps

    def log(self) -> str:
        return (self.folder / "stderr.log").read_text()


@contextmanager
def a_place() -> Iterator[Place]:
    """A folder whose installation is forgotten in the end."""
    folder = Path(tempfile.mkdtemp(prefix="heatshield-e2e-"))
    folder.chmod(0o755)
    made = Place(folder)
    yield made
    with made.start("demo", "--reset") as resetting:
        resetting.wait(timeout=60)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def place() -> Iterator[Place]:
    with a_place() as made:
        yield made


@dataclass
class Played:
    """A day that was played in one process, and the traces of it."""

    place: Place
    port: str
    steps: list[dict[str, Any]]
    collector: Collector


@pytest.fixture(scope="module")
def one_process() -> Iterator[Played]:
    """Played once for all tests that look at it."""
    with a_place() as place, collecting() as collector:
        port = str(free_port())
        yield Played(place, port, place.play("--port", port, **spans_to(collector)), collector)


@pytest.fixture
def port() -> str:
    return str(free_port())


def not_ok(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [step for step in steps if not step["ok"]]
