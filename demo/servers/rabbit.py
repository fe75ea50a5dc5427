"""A private RabbitMQ on loopback, without systemd: found on this machine, installed by apt, or run in a container."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from demo.servers import rabbit_container as container
from demo.servers.ports import lasting_ports
from demo.servers.processes import works_in
from demo.servers.rabbit_node import Node, end_epmd, has_ended, speaks_amqp

# Debian's /usr/sbin/rabbitmq-server changes user and drops the environment, so the program behind it is used.
PROGRAMS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/opt/homebrew/sbin/rabbitmq-server")
START_SECONDS = 90
NEED = "RabbitMQ is needed: install rabbitmq-server (apt, brew), or start a container engine, and run this again."


class RabbitServer:
    """Starts with `start`, survives the process that started it, and is found again by the next one.

    It keeps its data and its ports through a `stop` as through a `kill`; only a port that somebody else has taken in
    the meantime is exchanged for another. With `definitions`, RabbitMQ's own JSON, every start brings about the users,
    permissions and queues that they name, and no guest is made.
    """

    def __init__(self, folder: Path, definitions: Path | None = None) -> None:
        self.folder = folder.resolve()
        self.definitions = definitions and definitions.resolve()
        self._note = self.folder / "running.json"
        self.port = self._distribution_port = self._epmd_port = self._pid = 0
        self._container = ""

    @property
    def url(self) -> str:
        """For the guest that a broker without definitions has."""
        return self.url_for("guest", "guest")

    @property
    def pid(self) -> int:
        """Of the node that was started here; 0 where a container holds it."""
        return self._pid

    def url_for(self, user: str, password: str) -> str:
        return f"amqp://{quote(user, safe='')}:{quote(password, safe='')}@127.0.0.1:{self.port}/"

    def start(self) -> None:
        """Raises `RuntimeError` when there is no way to run a broker here, or it does not answer in time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._is_running():
            return
        if self.definitions is not None:
            # RabbitMQ starts without a word when they are no JSON, and without its users.
            json.loads(self.definitions.read_text("utf-8"))
        program = find_program()
        if container.exists(self._container):
            container.start_again(self._container)
        elif program is not None:
            self._start_program(program)
        elif container.engine() is not None:
            self.port = lasting_ports(self.port)[0]
            self._container = container.start(self.port, self.folder, self.definitions)
        else:
            raise RuntimeError(NEED)
        self._write_note()
        self._wait()

    def kill(self) -> None:
        """End the broker as a failing machine would, without a word to anybody; `start` brings it back."""
        if self._is_running():
            if self._container:
                container.kill(self._container)
            else:
                self._node.kill(self._pid)
        end_epmd(self.folder)

    def stop(self) -> None:
        running = self._is_running()
        if self._container:
            container.remove(self._container)
        elif running:
            self._node.stop(self._pid)
        end_epmd(self.folder)
        self._container, self._pid = "", 0
        if self._node.has_data:
            self._write_note()
        else:
            self._note.unlink(missing_ok=True)

    @property
    def _node(self) -> Node:
        ports = (self.port, self._distribution_port, self._epmd_port)
        return Node("heatshield@localhost", self.folder, self.folder, *ports)

    def _is_running(self) -> bool:
        """Whether the broker that this folder's note names is alive."""
        if not self._note.exists():
            return False
        kept = json.loads(self._note.read_text())
        self.port, self._pid, self._epmd_port = kept["port"], kept["pid"], kept["epmd_port"]
        self._distribution_port, self._container = kept.get("distribution_port", 0), kept["container"]
        return container.runs(self._container) if self._container else works_in(self._pid, self.folder)

    def _write_note(self) -> None:
        ports = {"port": self.port, "distribution_port": self._distribution_port, "epmd_port": self._epmd_port}
        self._note.write_text(json.dumps({**ports, "container": self._container, "pid": self._pid}))

    def _start_program(self, program: str) -> None:
        end_epmd(self.folder)
        self._container = ""
        ports = lasting_ports(self.port, self._distribution_port, self._epmd_port)
        self.port, self._distribution_port, self._epmd_port = ports
        config = "" if self.definitions is None else f"load_definitions = {self.definitions}\n"
        self._pid = self._node.start(program, config)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and not self._has_ended():
            if speaks_amqp(self.port):
                return
            time.sleep(0.2)
        self.stop()
        raise RuntimeError(f"RabbitMQ did not answer within {START_SECONDS} s, or ended; see {self.folder}")

    def _has_ended(self) -> bool:
        return not container.runs(self._container) if self._container else has_ended(self._pid)


def find_program() -> str | None:
    found = next((program for program in PROGRAMS if Path(program).exists()), None)
    return found or shutil.which("rabbitmq-server")


def ensure() -> None:
    """Have a broker to run: `make test` and `make up` call this first."""
    if find_program() or container.engine():
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
