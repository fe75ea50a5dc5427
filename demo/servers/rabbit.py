"""A private RabbitMQ on loopback, without systemd: found on this machine, installed by apt, or run in a container."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from demo.servers.ports import free_port
from demo.servers.processes import works_in

# Debian's /usr/sbin/rabbitmq-server changes user and drops the environment, so the program behind it is used.
PROGRAMS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/homebrew/sbin/rabbitmq-server")
CONTAINER_IMAGE = "rabbitmq:4"
START_SECONDS, STOP_SECONDS = 90, 30
NEED = "RabbitMQ is needed: install rabbitmq-server (apt, brew), or start a container engine, and run this again."
CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{port}
log.console = false
log.file.level = warning
vm_memory_high_watermark.absolute = 512MB
disk_free_limit.absolute = 50MB
"""


class RabbitServer:
    """Starts with `start`, survives the process that started it, and is found again by the next one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._note = self.folder / "running.json"
        self.port = self._pid = self._epmd_port = 0
        self._container = ""

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Raises `RuntimeError` when there is no way to run a broker here, or it does not answer in time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._is_running():
            return
        self.port, self._epmd_port = free_port(), free_port()
        program = find_program()
        if program is not None:
            self._pid = self._start_program(program)
        elif _engine() is not None:
            self._container = self._start_container()
        else:
            raise RuntimeError(NEED)
        kept = {"port": self.port, "epmd_port": self._epmd_port, "container": self._container}
        self._note.write_text(json.dumps(kept | {"pid": self._pid}))
        self._wait()

    def stop(self) -> None:
        if self._is_running():
            if self._container:
                subprocess.run([str(_engine()), "rm", "--force", self._container], capture_output=True, check=False)
            else:
                self._stop_program()
        self._note.unlink(missing_ok=True)

    def _is_running(self) -> bool:
        """Whether the broker that this folder's note names is alive."""
        if not self._note.exists():
            return False
        kept = json.loads(self._note.read_text())
        self.port, self._pid, self._epmd_port = kept["port"], kept["pid"], kept["epmd_port"]
        self._container = kept["container"]
        return _container_runs(self._container) if self._container else works_in(self._pid, self.folder)

    def _start_program(self, program: str) -> int:
        config = self.folder / "rabbitmq.conf"
        config.write_text(CONFIG.format(port=self.port))
        (self.folder / "enabled_plugins").write_text("[].")
        # Started by a shell that ends at once, so that the broker is nobody's child and may outlive its starter.
        started = subprocess.run(
            ["/bin/sh", "-c", '"$0" >"$1" 2>&1 </dev/null & echo $!', program, str(self.folder / "rabbitmq.out")],
            env=self._environment(config),
            stdout=subprocess.PIPE,
            start_new_session=True,
            check=True,
        )
        return int(started.stdout)

    def _environment(self, config: Path) -> dict[str, str]:
        loopback = "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none"
        return {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"heatshield{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": loopback,
        }

    def _stop_program(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(os.getpgid(self._pid), signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while works_in(self._pid, self.folder) and time.monotonic() < deadline:
            time.sleep(0.1)
        epmd = shutil.which("epmd")
        if epmd is not None:
            environment = {**os.environ, "ERL_EPMD_ADDRESS": "127.0.0.1"}
            command = [epmd, "-port", str(self._epmd_port), "-kill"]
            subprocess.run(command, env=environment, capture_output=True, check=False)

    def _start_container(self) -> str:
        ports = f"127.0.0.1:{self.port}:5672"
        command = [str(_engine()), "run", "--detach", "--rm", "--publish", ports, CONTAINER_IMAGE]
        started = subprocess.run(command, capture_output=True, text=True, check=False)
        if started.returncode != 0:
            raise RuntimeError(f"the container did not start: {started.stderr[-500:]}")
        return started.stdout.strip()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if _speaks_amqp(self.port):
                return
            time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"RabbitMQ did not answer within {START_SECONDS} s; see {self.folder}")


def _speaks_amqp(port: int) -> bool:
    """Whether a broker answers the protocol header with its first frame, which is of type 1 (method)."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as probe:
            probe.sendall(b"AMQP\x00\x00\x09\x01")
            return probe.recv(1) == b"\x01"
    except OSError:
        return False


def _container_runs(container: str) -> bool:
    engine = _engine()
    if engine is None:
        return False
    command = [engine, "inspect", "--format", "{{.State.Running}}", container]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() == "true"


def find_program() -> str | None:
    found = next((program for program in PROGRAMS if Path(program).exists()), None)
    return found or shutil.which("rabbitmq-server")


def _engine() -> str | None:
    """A container engine that answers."""
    for name in ("docker", "podman"):
        path = shutil.which(name)
        if path and subprocess.run([path, "info"], capture_output=True, check=False).returncode == 0:
            return path
    return None


def ensure() -> None:
    """Have a broker to run: `make test` and `make up` call this first."""
    if find_program() or _engine():
        return
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        sys.exit(NEED)
    print("Installing rabbitmq-server with apt-get …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "rabbitmq-server"]):
        subprocess.run([apt, *command], env=environment, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    ensure()
