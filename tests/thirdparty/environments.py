"""An environment of its own for each third-party library, so that none of their pins meet ours."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ROOT / ".heatshield" / "thirdparty"
INSTALL_SECONDS = 240


def python_with(*requirements: str) -> Path:
    """A Python that has these packages and nothing of ours. Skips where they cannot be had."""
    place = _place("python", requirements)
    python = place / "bin" / "python"
    if not (place / ".ready").exists():
        _made([sys.executable, "-m", "venv", str(place)], requirements)
        _made([str(python), "-m", "pip", "install", "--quiet", *requirements], requirements)
        (place / ".ready").touch()
    return python


def node_with(*packages: str) -> Path:
    """A folder in which Node.js finds these packages. Skips where there is no Node.js or they cannot be had."""
    if shutil.which("npm") is None:
        pytest.skip(f"{', '.join(packages)} not tried: there is no Node.js here")
    place = _place("node", packages)
    if not (place / ".ready").exists():
        place.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", "--omit=optional"]
        _made(["npm", "install", "--prefix", str(place), *quiet, *packages], packages)
        (place / ".ready").touch()
    return place


def _place(kind: str, wanted: tuple[str, ...]) -> Path:
    return PLACES / f"{kind}-{hashlib.sha256(' '.join(wanted).encode()).hexdigest()[:12]}"


def _made(command: list[str], wanted: tuple[str, ...]) -> None:
    """Skips, and says so, where the registry does not give what is wanted."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{', '.join(wanted)} not tried: the package registry did not answer in time")
    if done.returncode != 0:
        pytest.skip(f"{', '.join(wanted)} not tried: {done.stderr[-300:]}")
