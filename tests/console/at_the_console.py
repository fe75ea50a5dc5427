"""The operators' command against a gateway at a real port, with some services behind it and the others away."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import typer.testing
from sqlalchemy import func, select, update
from uuid6 import uuid7

from demo.servers.http import serving
from demo.servers.ports import free_port
from gateway.main import create_app
from gateway.settings import GatewaySettings
from services.__main__ import app
from services.common.auth import SYSTEM
from services.common.service import Service
from services.console.client import SERVICES
from tests.running import STRANGER, Databases, Running, running, until
from tests.signing import CLIENT_KEY


@dataclass
class Console:
    """Where the gateway is, and what an operator types there."""

    system: Running
    url: str
    token: str

    async def run(self, *words: str, token: str | None = None, url: str | None = None) -> Any:
        """What the command printed, and its exit code. It runs beside the services, as its own process would."""
        where = {"HEATSHIELD_URL": url or self.url, "HEATSHIELD_TOKEN": self.token if token is None else token}
        runner = typer.testing.CliRunner()
        result = await asyncio.to_thread(runner.invoke, app, ["events", *words], env=where)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    async def lines(self, *words: str) -> list[Any]:
        """What it prints for a program."""
        result = await self.run(*words, "--json")
        return [json.loads(line) for line in result.stdout.splitlines()]

    async def table(self, *words: str) -> list[list[str]]:
        """The cells of each line, heads first."""
        return [line.split() for line in (await self.run(*words)).stdout.splitlines()]

    async def rows(self, service: str, name: str) -> Sequence[Any]:
        table = self.system.databases[service].metadata.tables[name]
        async with self.system.databases[service].transaction(SYSTEM) as tx:
            return await tx.rows(select(table))

    async def settled(self) -> None:
        """No event is on its way, nor waits to be tried again."""
        await until(self._is_settled)

    async def _is_settled(self) -> bool:
        """Looked at twice, since what one service has sent may by then be on its way from another."""
        first, second = await self._standing(), await self._standing()
        return first == second and not any(unsent or waiting for unsent, waiting, _ in second)

    async def _standing(self) -> list[tuple[int, int, int]]:
        found = []
        for service in self.system.apps:
            parked = await self.rows(service, "parked_event")
            unsent, sent = await self.rows(service, "outbox"), await self.rows(service, "event_log")
            found.append((len(unsent), sum(letter.retry_at is not None for letter in parked), len(sent)))
        return found

    async def dead_letters(self, service: str, name: str, data: dict[str, Any], table: str) -> str:
        """Let the service hear this while one of its tables is missing, and give it up; the event's id."""
        await self.system.alter(service, f'alter table "{table}" rename to "{table}_away"')
        envelope = await self.system.deliver(service, name, data)
        letters = self.system.databases[service].metadata.tables["parked_event"]
        async with self.system.databases[service].transaction(SYSTEM) as tx:
            await tx.session.execute(update(letters).values(retry_at=None))
            assert (await tx.all(select(func.count()).select_from(letters)))[0] == 1
        await self.system.alter(service, f'alter table "{table}_away" rename to "{table}"')
        return str(envelope.id)


@asynccontextmanager
async def at_the_console(databases: Databases, *services: Service, **around: Any) -> AsyncIterator[Console]:
    async with running(databases, *services, **around) as system:
        peers = dict.fromkeys(set(SERVICES) - {"identity"}, f"http://127.0.0.1:{free_port()}")
        settings = GatewaySettings(app_env="test", client_key=CLIENT_KEY, peers=peers)
        apps = {**system.apps, "identity": system.issuer.app()}
        async with serving(create_app(settings, apps=apps)) as url:
            yield Console(system, url, system.issuer.token(str(STRANGER), "ops"))


def a_contract() -> dict[str, Any]:
    contract = {"contract_id": str(uuid7()), "employee_id": str(uuid7()), "team_id": str(uuid7())}
    agreed = {"minutes_per_week": 1800, "role": "registered_nurse", "kind": "permanent"}
    return contract | agreed | {"from_on": "2025-06-01", "until_on": None}
