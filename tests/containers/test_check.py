"""`make image-check` finds what it is there to find, one fault of each kind at a time."""

import subprocess
from pathlib import Path

import pytest

from tests.containers.check import findings

pytestmark = [pytest.mark.containers, pytest.mark.timeout(900)]
SOUND = {
    "Dockerfile": 'FROM python:3.11-slim-bookworm\nUSER 10001\nCMD ["python"]\n',
    "run": '#!/usr/bin/env bash\nset -euo pipefail\nls "$1"\n',
    "docker-compose.yml": "services:\n  a: { image: one }\n"
    "  b: { image: two, depends_on: { a: { condition: service_healthy } } }\n",
}
FAULTS = [
    ("Dockerfile", "3.11-slim-bookworm", "latest", "DL3007"),
    ("run", '"$1"', "$1", "SC2086"),
    ("docker-compose.yml", "service_healthy", "service_helthy", "service_helthy|must be one of"),
]


def in_a_repository(folder: Path, files: dict[str, str]) -> Path:
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_what_is_in_order_is_let_be(tmp_path: Path) -> None:
    assert list(findings(in_a_repository(tmp_path, SOUND))) == []


@pytest.mark.parametrize(("name", "right", "wrong", "told"), FAULTS, ids=[name for name, *_ in FAULTS])
def test_a_planted_fault_is_found(tmp_path: Path, name: str, right: str, wrong: str, told: str) -> None:
    files = SOUND | {name: SOUND[name].replace(right, wrong)}
    (found,) = findings(in_a_repository(tmp_path, files))
    assert any(word in found for word in told.split("|")), found
