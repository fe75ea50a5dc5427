"""Debian's podman, which runs pods as Kubernetes is told of them; what it keeps is in a folder of these tests."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.containers.debian import install
from tests.containers.engine import KEPT, NoEngine

PACKAGES = ("podman", "netavark", "aardvark-dns", "runc", "catatonit", "iptables")
NETWORK = "heatshield-pods"
FOLDER = KEPT / "podman"
PROCESSES = 4096


@dataclass(frozen=True)
class Podman:
    """The command with its settings."""

    environment: Mapping[str, str]

    def run(self, *arguments: str, told: str | None = None, seconds: float = 300) -> str:
        """What the command says, `told` by its input. Raises `RuntimeError` with the end of its complaint."""
        done = self._asked(*arguments, told=told, seconds=seconds, stderr=subprocess.PIPE)
        if done.returncode != 0:
            raise RuntimeError(f"podman {' '.join(arguments)}: {done.stdout[-2000:]}{done.stderr[-4000:]}")
        return done.stdout.strip()

    def log(self, container: str) -> str:
        """What it said at both its outputs."""
        return self._asked("logs", container, seconds=60, stderr=subprocess.STDOUT).stdout

    def _asked(
        self, *arguments: str, seconds: float, stderr: int, told: str | None = None
    ) -> "subprocess.CompletedProcess[str]":
        command = ["podman", "--root", str(FOLDER / "root"), "--runroot", str(FOLDER / "run"), *arguments]
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            command,
            env=environment,
            input=told,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            timeout=seconds,
            check=False,
        )

    def container(self, name: str) -> dict[str, Any]:
        """What it knows of a container."""
        return dict(json.loads(self.run("inspect", name))[0])

    def address(self, name: str) -> str:
        """Where the container's pod answers on the network, which this machine reaches."""
        pod = self.run("inspect", "--format", "{{.Pod}}", name)
        infra = self.run("pod", "inspect", "--format", "{{.InfraContainerID}}", pod)
        return str(self.container(infra)["NetworkSettings"]["Networks"][NETWORK]["IPAddress"])


@contextmanager
def running_podman() -> Iterator[Podman]:
    """With a network by whose names pods find each other. Raises `NoEngine`."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise NoEngine("pods are run by Debian's podman, on Linux and as root")
    if shutil.which("podman") is None or shutil.which("catatonit") is None:
        install(*PACKAGES)
    podman = Podman({"CONTAINERS_CONF": str(_settings())})
    _remove(podman)
    podman.run("network", "create", NETWORK)
    try:
        yield podman
    finally:
        _remove(podman)


def _remove(podman: Podman) -> None:
    podman.run("pod", "kill", "--all")
    podman.run("pod", "rm", "--all", "--force", "--time", "1")
    podman.run("rm", "--all", "--force", "--time", "1", "--volumes")
    podman.run("secret", "rm", "--all")
    podman.run("network", "rm", "--force", NETWORK)


def _settings() -> Path:
    """As many open files as this machine gives, and few processes: podman asks for more, which not every root may."""
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    limits = [f"nofile={files}:{files}", f"nproc={PROCESSES}:{PROCESSES}"]
    FOLDER.mkdir(parents=True, exist_ok=True)
    settings = FOLDER / "containers.conf"
    settings.write_text(
        f'[containers]\ndefault_ulimits = {json.dumps(limits)}\nlog_driver = "k8s-file"\n'
        '[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n'
        f'[network]\nnetwork_backend = "netavark"\nnetwork_config_dir = "{FOLDER / "networks"}"\n'
    )
    return settings
