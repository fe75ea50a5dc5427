"""RabbitMQ's own tool, asked and told about one node."""

import json
import subprocess
from pathlib import Path
from typing import Any

from demo.servers.rabbit import find_program
from demo.servers.rabbit_node import Node


def asked(node: Node, *command: str) -> Any:
    """What the tool is told by a node that lives, or nothing when it is told nothing now."""
    done = _run(node, "--formatter", "json", *command)
    return json.loads(done.stdout) if done.returncode == 0 else None


def tell(node: Node, *command: str) -> None:
    """Raises `CalledProcessError`."""
    _run(node, *command).check_returncode()


def _run(node: Node, *command: str) -> "subprocess.CompletedProcess[str]":
    program = str(Path(str(find_program())).with_name("rabbitmqctl"))
    called = [program, "--quiet", *command]
    return subprocess.run(called, env=node.environment(), capture_output=True, text=True, check=False)
