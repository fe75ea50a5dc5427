"""`heatshield reconcile`: what it prints for people and for programs, and its exit code."""

import asyncio
import json
from typing import Any

import typer.testing
from uuid6 import uuid7

from services.__main__ import app
from services.common.auth import SYSTEM
from services.console import reconcile
from services.interop.domain.connection import Connection, NewConnection
from services.interop.main import SERVICE
from tests.console.at_the_console import Console, at_the_console
from tests.running import Databases

CONNECTION = uuid7()


async def reconciled(console: Console, *words: str) -> Any:
    where = {"HEATSHIELD_URL": console.url, "HEATSHIELD_TOKEN": console.token}
    return await asyncio.to_thread(typer.testing.CliRunner().invoke, app, ["reconcile", *words], env=where)


async def test_a_day_that_adds_up_is_a_table_and_exit_code_nought(databases: Databases) -> None:
    async with at_the_console(databases, SERVICE) as console:
        database = console.system.databases["interop"]
        async with database.transaction(SYSTEM) as tx:
            tx.add(Connection.registered(CONNECTION, NewConnection(name="Cumbria", adapter="portal"), tx.now))
        told = await reconciled(console, "2026-11-20")
        assert told.exit_code == 0, told.output
        heads, line, *others = (row.split() for row in told.stdout.splitlines())
        assert heads == ["PARTNER", "CONNECTION", "DONE", "SENT", "ACKNOWLEDGED", "DIFFERENCES"]
        assert line == ["council", str(CONNECTION), "0", "0", "0", "0"]
        assert [other[0] for other in others] == ["bars", "gp_documents"]
        asked = ("2026-11-20", "--json", "--partner", "council")
        (as_json,) = map(json.loads, (await reconciled(console, *asked)).stdout.splitlines())
        assert (as_json["done"], as_json["differences"]) == (0, [])
        assert (await reconciled(console, "20 November")).exit_code == 2
        future = await reconciled(console, "2199-01-01")
        assert future.exit_code == 1
        assert "/query/day: lies in the future. Correct this field" in future.stderr


def test_a_difference_is_told_below_the_figures_and_by_the_exit_code() -> None:
    difference = {"about": "f1", "kind": "not_sent", "reason": "it was never queued for this connection"}
    line = {"partner": "council", "connection_id": None, "done": 2, "sent": 1, "acknowledged": 1}
    lines = [{**line, "differences": [difference], "more_differences": 3}]
    runner = typer.testing.CliRunner()
    told = typer.Typer()
    told.command()(lambda: reconcile.tell(lines, as_json=False))
    result = runner.invoke(told, [])
    assert result.exit_code == 1
    assert "not_sent    f1     it was never queued for this connection" in result.stdout
    assert "and 3 more" in result.stdout
