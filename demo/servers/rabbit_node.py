"""One Erlang node that runs RabbitMQ on loopback: where it keeps its data, how it starts and how it ends."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from demo.servers.ports import is_taken
from demo.servers.processes import works_in

STOP_SECONDS, KILL_SECONDS = 30, 10
CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{port}
log.console = false
log.file.level = warning
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
"""
LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1}"


@dataclass(frozen=True)
class Node:
    """A node finds its data by its name, so the name says nothing of the ports, which may change between two starts.

    Nodes that share a home share its cookie, and those that share an epmd as well may form a cluster.
    """

    name: str
    folder: Path
    home: Path
    port: int
    distribution_port: int
    epmd_port: int

    def start(self, program: str, more_config: str = "") -> int:
        """Start the broker, and give its process id."""
        for folder in (self.folder, self.home):
            folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "rabbitmq.conf").write_text(CONFIG.format(port=self.port) + more_config)
        (self.folder / "enabled_plugins").write_text("[].")
        # Started by a shell that ends at once, so that the broker is nobody's child and may outlive its starter.
        started = subprocess.run(
            ["/bin/sh", "-c", '"$0" >"$1" 2>&1 </dev/null & echo $!', program, str(self.folder / "rabbitmq.out")],
            env=self.environment(),
            stdout=subprocess.PIPE,
            start_new_session=True,
            check=True,
        )
        return int(started.stdout)

    def environment(self) -> dict[str, str]:
        """What the broker is started with, and what RabbitMQ's own tools find it by."""
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            # Makes the script become the broker, whose id is then known, and not start it and wait.
            "RUNNING_UNDER_SYSTEMD": "true",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{LOOPBACK} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none",
            "RABBITMQ_CTL_ERL_ARGS": LOOPBACK,
        }

    @property
    def has_data(self) -> bool:
        return (self.folder / "mnesia").exists()

    def stop(self, pid: int) -> None:
        """Let the broker end in order, and kill it if it does not."""
        if not self._ends(pid, signal.SIGTERM, STOP_SECONDS):
            self.kill(pid)

    def kill(self, pid: int) -> None:
        """What a failing machine does to a broker. Raises `RuntimeError` if it lives on."""
        if not self._ends(pid, signal.SIGKILL, KILL_SECONDS):
            raise RuntimeError(f"the broker {self.name} with the process id {pid} could not be killed")

    def _ends(self, pid: int, how: signal.Signals, seconds: float) -> bool:
        """Whether the process is gone in time, and its ports with it: threads that still end may keep those longer."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(os.getpgid(pid), how)
        deadline = time.monotonic() + seconds
        while works_in(pid, self.folder) or is_taken(self.port) or is_taken(self.distribution_port):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def has_ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def end_epmd(home: Path) -> None:
    """End the name servers that nodes of this home have started: each outlives its node, in a session of its own."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.name() == "epmd" and process.environ().get("HOME") == str(home):
                process.kill()
                while not has_ended(process.pid):
                    time.sleep(0.01)


def speaks_amqp(port: int) -> bool:
    """Whether a broker answers the protocol header with its first frame, which is of type 1 (method)."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as probe:
            probe.sendall(b"AMQP\x00\x00\x09\x01")
            return probe.recv(1) == b"\x01"
    except OSError:
        return False
