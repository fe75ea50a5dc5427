"""The compose file's installation on an engine: brought up, looked into, hurt, and taken down."""

import json
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.servers.postgres import SERVICES
from services.common.service import Service
from tests.containers.engine import Engine

PROJECT = "heatshield-e2e"
UP_SECONDS = 600


@dataclass(frozen=True)
class Installation:
    """`settings` are those of the compose file's own variables."""

    engine: Engine
    port: int
    settings: Mapping[str, str]
    project: str = PROJECT

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *words: str, seconds: float = 120) -> str:
        """Raises `RuntimeError`."""
        project = ("compose", "--project-name", self.project, "--profile", "demo")
        return self.engine.run(*project, *words, seconds=seconds, **self.settings)

    def up(self) -> None:
        """Raises `RuntimeError` unless all that has a health check becomes healthy."""
        self.make_secrets()
        try:
            self.compose("up", "--detach", "--no-build", "--wait", seconds=UP_SECONDS)
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{self.states()}\n{self.logs()[-6000:]}") from error

    def make_secrets(self) -> None:
        self.compose("--profile", "tools", "run", "--rm", "--user", f"{os.geteuid()}:{os.getegid()}", "secrets")

    def down(self) -> None:
        self.compose("--profile", "tools", "down", "--volumes", "--timeout", "10")

    def states(self) -> dict[str, str]:
        lines = self.compose("ps", "--all", "--format", "json").splitlines()
        return {one["Service"]: one["Status"] for one in map(json.loads, lines)}

    def logs(self, *services: str) -> str:
        return self.compose("logs", "--no-color", "--no-log-prefix", *services)

    def container(self, service: str) -> dict[str, Any]:
        """What the engine knows of it."""
        found = self.engine.run("inspect", self.compose("ps", "--all", "--quiet", service))
        return dict(json.loads(found)[0])

    def kill(self, service: str) -> None:
        """As a crash would: the engine is not asked, and brings it back by itself. Where its processes cannot be
        reached, as on a Mac, the engine is asked to end it and then to start it again."""
        container = self.container(service)
        pid = container["State"]["Pid"]
        if self.engine.is_ours and Path(f"/proc/{pid}").exists():
            os.kill(pid, signal.SIGKILL)
        else:
            self.engine.run("kill", container["Id"])
            self.engine.run("start", container["Id"])

    def restarts(self, service: str) -> int:
        return int(self.container(service)["RestartCount"])

    def execute(self, service: str, *command: str) -> str:
        return self.compose("exec", "--no-TTY", service, *command)

    def rows(self, database: str, query: str) -> list[str]:
        """What PostgreSQL answers its owner, a line for each row."""
        told = self.execute("postgres", "psql", "-U", "postgres", "-d", database, "-Atqc", query)
        return told.splitlines()


def owed(installation: Installation, declared: Mapping[str, Service]) -> dict[str, int]:
    """How many events each queue's consumer has not applied that were told to it, and what waits anywhere else."""
    written: dict[str, list[str]] = {}
    left: dict[str, int] = {}
    for name in SERVICES:
        for line in installation.rows(name, "select type, id from event_log"):
            kind, _, event_id = line.partition("|")
            written.setdefault(kind, []).append(event_id)
        for table in ("outbox", "parked_event"):
            left[f"{name}.{table}"] = int(installation.rows(name, f"select count(*) from {table}")[0])
    for name, service in declared.items():
        applied = set(installation.rows(name, "select consumer || ' ' || event_id from inbox"))
        for queue, kinds in service.queues().items():
            told = {f"{queue} {event_id}" for kind in kinds for event_id in written.get(kind, [])}
            left[queue] = len(told - applied)
    return {what: count for what, count in left.items() if count}


def settled(installation: Installation, declared: Mapping[str, Service], seconds: float = 90) -> dict[str, int]:
    """The same once it is nothing, or when so long has gone by."""
    deadline = time.monotonic() + seconds
    while (found := owed(installation, declared)) and time.monotonic() < deadline:
        time.sleep(2)
    return found
