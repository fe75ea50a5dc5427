"""Three RabbitMQ nodes on loopback that form a cluster, for tests that kill them."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from demo.servers.ports import lasting_ports
from demo.servers.rabbit import NEED, find_program
from demo.servers.rabbit_node import Node, end_epmd, has_ended, speaks_amqp
from tests.faults.control import asked

Found = TypeVar("Found")
SIZE = 3
SECONDS = 90
# The node that is first to look for others finds none that is ready, and goes ahead once it has tried ten times, while
# the others wait for it; so a shorter pause between its tries, 500 ms unless told otherwise, is a shorter start.
CONFIG = """\
cluster_partition_handling = pause_minority
heartbeat = 10
cluster_formation.discovery_retry_interval = 100
cluster_formation.peer_discovery_backend = classic_config
"""


class RabbitCluster:
    """Nodes are known by their index, from 0 to 2. A node that is killed keeps its name, its ports and its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        epmd, *ports = lasting_ports(*[0] * (1 + 2 * SIZE))
        self._nodes = [
            Node(f"heatshield{index}@localhost", self.folder / f"node{index}", self.folder, *pair, epmd)
            for index, pair in enumerate(zip(ports[:SIZE], ports[SIZE:], strict=True))
        ]
        self._pids: dict[int, int] = {}

    @property
    def urls(self) -> list[str]:
        return [f"amqp://guest:guest@127.0.0.1:{node.port}/" for node in self._nodes]

    def start(self) -> None:
        """Start all nodes, and wait until they are one cluster. Raises `RuntimeError`, and leaves nothing running."""
        self.folder.mkdir(parents=True, exist_ok=True)
        cookie = self.folder / ".erlang.cookie"
        if not cookie.exists():
            # Left to themselves, nodes that start together would each make one.
            cookie.write_text("only-for-tests")
            cookie.chmod(0o400)
        self.restart(*range(SIZE))

    def kill(self, *indexes: int) -> None:
        """End these nodes as a failing machine would."""
        for index in indexes:
            self._nodes[index].kill(self._pids.pop(index))

    def restart(self, *indexes: int) -> None:
        """Start nodes that were killed, and wait until all that live are one cluster. Raises `RuntimeError`.

        Those that must be up for a majority are to be named together, for one alone waits for it.
        """
        program = find_program()
        if program is None:
            raise RuntimeError(NEED)
        peers = [f"cluster_formation.classic_config.nodes.{n} = {node.name}\n" for n, node in enumerate(self._nodes, 1)]
        for index in indexes:
            self._pids[index] = self._nodes[index].start(program, CONFIG + "".join(peers))
        try:
            _waited_for(self._whole, "one cluster")
        except RuntimeError:
            self.stop()
            raise

    def stop(self) -> None:
        """Kill what lives, and the name server that all shared; nobody needs the data again."""
        self.kill(*self._pids)
        end_epmd(self.folder)

    def leader_of(self, queue: str) -> int:
        """The node that leads a quorum queue, once one that lives does. Raises `RuntimeError`.

        While a node is lost, the others may for a moment list no queue, or one without a leader.
        """

        def leader() -> int | None:
            queues = self._ask("list_queues", "name", "leader") or []
            leaders = {each["leader"] for each in queues if each["name"] == queue}
            return next((index for index in self._pids if self._nodes[index].name in leaders), None)

        return _waited_for(leader, f"a leader of {queue}")

    def until_replicated(self) -> None:
        """Wait until every node holds its copy of every queue. Raises `RuntimeError`."""

        def replicated() -> bool | None:
            queues = self._ask("list_queues", "name", "members", "online") or []
            return (
                True if queues and all(len(each["members"]) == len(each["online"]) == SIZE for each in queues) else None
            )

        _waited_for(replicated, f"{SIZE} copies of each queue")

    def _whole(self) -> bool | None:
        """Whether all that live take clients, and know of each other and of no more."""
        if ended := [index for index, pid in self._pids.items() if has_ended(pid)]:
            raise RuntimeError(f"nodes {ended} ended by themselves; see {self.folder}")
        if not all(speaks_amqp(self._nodes[index].port) for index in self._pids):
            return None
        status = self._ask("cluster_status")
        living = {self._nodes[index].name for index in self._pids}
        return True if status is not None and set(status["running_nodes"]) == living else None

    def _ask(self, *command: str) -> Any:
        """What RabbitMQ's own tool is told by a node that lives, or nothing when it is told nothing now."""
        return asked(self._nodes[next(iter(self._pids))], *command)


def _waited_for(found: Callable[[], Found | None], what: str) -> Found:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if (it := found()) is not None:
            return it
        time.sleep(0.1)
    raise RuntimeError(f"there was not {what} within {SECONDS} s")
