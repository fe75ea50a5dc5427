"""What goes wrong at the start is said in one line."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.servers.ports import free_port

ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        yield port


def run(folder: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    whole = [sys.executable, "-m", *command]
    return subprocess.run(whole, cwd=folder, env=settings, capture_output=True, text=True, check=False, timeout=100)


@pytest.mark.parametrize("command", ["demo", "demo.up"])
def test_a_port_that_is_taken_is_said_with_the_way_to_choose_another(tmp_path: Path, taken: int, command: str) -> None:
    done = run(tmp_path, command, "--port", str(taken))
    assert done.returncode == 1
    assert done.stderr == f"port {taken} cannot be used: choose another with PORT={taken + 1}\n"


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_an_address_that_does_not_answer_is_said_in_a_line(tmp_path: Path, scheme: str) -> None:
    url = f"{scheme}127.0.0.1:{free_port()}"
    done = run(tmp_path, "demo", "--against", url)
    assert done.returncode == 1
    assert done.stderr == f"{url} does not answer: start it with `make up`, or see that AGAINST is its address\n"
