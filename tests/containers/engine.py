"""A container engine: the one that answers on this machine, or Docker from Debian's packages, started and ended here.

Everything but the packages is kept under .heatshield/containers, or in a temporary folder that is removed again. The
engine sets no rule of the machine's firewall: what is built gets the machine's network, and what runs reaches only this
machine.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.containers.debian import get_plugins, install

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".heatshield" / "containers"
PACKAGES = {"dockerd": "docker.io", "mmdebstrap": "mmdebstrap"}
START_SECONDS = 30
# What Docker leaves behind outside its own folders, and the bridge of its own.
LEFT = (Path("/etc/docker/key.json"), Path("/run/docker"))
BRIDGE = Path("/sys/class/net/docker0")


class NoEngine(Exception):
    """No container engine answers, and none can be started here; the message says why."""


@dataclass(frozen=True)
class Engine:
    """How the command `docker` finds its engine. `is_ours` says that it was started here and has no registry to ask."""

    environment: Mapping[str, str]
    is_ours: bool

    def run(self, *arguments: str, seconds: float = 600, **settings: str) -> str:
        """What the command says. Raises `RuntimeError` with the end of its complaint."""
        command, environment = ["docker", *arguments], {**os.environ, **self.environment, **settings}
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=seconds, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"docker {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout.strip()


@contextmanager
def running_engine() -> Iterator[Engine]:
    """Raises `NoEngine`."""
    if _answers({}) and _has_compose({}):
        yield Engine({}, is_ours=False)
        return
    _see_that_it_can_be_started()
    install(*(package for program, package in PACKAGES.items() if shutil.which(program) is None))
    client = get_plugins(KEPT)
    folder = Path(tempfile.mkdtemp(prefix="heatshield-engine-"))
    there_before = {path for path in (*LEFT, BRIDGE) if path.exists()}
    try:
        environment = {"DOCKER_HOST": f"unix://{folder}/docker.sock", "DOCKER_CONFIG": str(client)}
        daemon = _start(folder, environment)
        try:
            yield Engine(environment, is_ours=True)
        finally:
            _end(daemon)
    finally:
        _tidy(folder, there_before)


def _see_that_it_can_be_started() -> None:
    if sys.platform != "linux":
        raise NoEngine("no container engine answers; start one (Docker Desktop, Colima) and run this again")
    if os.geteuid() != 0:
        raise NoEngine("no container engine answers, and only root can start one here")
    if shutil.which("apt-get") is None:
        raise NoEngine("no container engine answers, and there is no apt-get to install one")


def _answers(environment: Mapping[str, str]) -> bool:
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(
        ["docker", "version", "--format", "{{.Server.Version}}"],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def _has_compose(environment: Mapping[str, str]) -> bool:
    asked = subprocess.run(
        ["docker", "compose", "version"], env={**os.environ, **environment}, capture_output=True, check=False
    )
    return asked.returncode == 0


def _start(folder: Path, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    """Raises `NoEngine` where it ends by itself or does not answer in time."""
    (folder / "daemon.json").write_text(json.dumps({}))
    options = {
        "config-file": folder / "daemon.json",
        "data-root": KEPT / "docker",
        "exec-root": folder / "exec",
        "pidfile": folder / "docker.pid",
        "host": environment["DOCKER_HOST"],
    }
    command = ["dockerd", *(f"--{name}={value}" for name, value in options.items())]
    command += ["--iptables=false", "--ip6tables=false", "--ip-forward=false"]
    with (KEPT / "engine.log").open("w") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and daemon.poll() is None:
        if _answers(environment):
            return daemon
        time.sleep(0.3)
    _end(daemon)
    raise NoEngine(f"dockerd could not be started here: {(KEPT / 'engine.log').read_text()[-500:]}")


def _end(daemon: "subprocess.Popen[bytes]") -> None:
    """It ends its containers and its own helper first."""
    if daemon.poll() is None:
        daemon.send_signal(signal.SIGTERM)
    try:
        daemon.wait(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(daemon.pid, signal.SIGKILL)
        daemon.wait(timeout=10)


def _tidy(folder: Path, there_before: set[Path]) -> None:
    if BRIDGE not in there_before and BRIDGE.exists():
        subprocess.run(["ip", "link", "delete", BRIDGE.name], capture_output=True, check=False)
    for path in LEFT:
        if path not in there_before:
            path.unlink(missing_ok=True) if path.is_file() else shutil.rmtree(path, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
