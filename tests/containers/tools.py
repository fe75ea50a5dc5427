"""Tools that only a check needs, in an environment of their own, as their pinned list says."""

import hashlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LISTS = ROOT / "deploy" / "tools"


def tools(name: str) -> Path:
    """The folder of the programs of this list. Raises `subprocess.CalledProcessError` where they cannot be had."""
    wanted = LISTS / f"{name}.txt"
    place = ROOT / ".heatshield" / "tools-of" / f"{name}-{hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]}"
    if not (place / ".ready").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True)
        subprocess.run([place / "bin" / "pip", "install", "--quiet", "--requirement", wanted], check=True)
        (place / ".ready").touch()
    return place / "bin"
