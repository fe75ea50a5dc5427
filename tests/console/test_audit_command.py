"""`heatshield audit verify`: every trail is read again, and what an earlier run printed is what it is compared with."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer.testing

from demo.servers.postgres import EmbeddedPostgres
from services.__main__ import app
from services.hr.main import SERVICE as HR
from services.roster.main import SERVICE as ROSTER
from tests.common.audited import superuser
from tests.console.at_the_console import Console, at_the_console
from tests.running import NURSE, Databases, until

BOTH: Sequence[str] = ("hr", "roster")


@pytest.fixture
async def console(databases: Databases) -> AsyncIterator[Console]:
    """hr and roster run, and somebody has read something at each."""
    async with at_the_console(databases, HR, ROSTER) as made:
        for name in BOTH:
            reader = await made.system.client(name, NURSE)
            assert (await reader.get("/v1/rules")).status_code == 200
            await until(lambda service=name: made.rows(service, "audit_seal"))
        yield made


async def verify(console: Console, *words: str) -> Any:
    where = {"HEATSHIELD_URL": console.url, "HEATSHIELD_TOKEN": console.token}
    return await asyncio.to_thread(typer.testing.CliRunner().invoke, app, ["audit", "verify", *words], env=where)


async def lines(console: Console, service: str, *words: str) -> Any:
    result = await verify(console, "--service", service, "--json", *words)
    return json.loads(result.stdout), result.exit_code


async def test_a_whole_trail_is_called_so_with_its_newest_seal(console: Console) -> None:
    for name in BOTH:
        found, code = await lines(console, name)
        (seal, *_) = sorted(await console.rows(name, "audit_seal"), key=lambda row: -row.n)
        assert (found["service"], found["ok"], found["breaks"], code) == (name, True, [], 0)
        assert found["rows"] >= 1
        assert found["last_seal"]["n"] <= seal.n
    shown = [line.split() for line in (await verify(console, "--service", "hr")).stdout.splitlines()]
    assert shown[0] == ["SERVICE", "OK", "ROWS", "UNSEALED", "SEAL", "HASH"]
    assert shown[1][:2] == ["hr", "yes"]
    assert len(shown[1][-1]) == 64


async def test_a_service_that_is_away_is_named(console: Console) -> None:
    result = await verify(console)
    assert result.exit_code == 1
    assert "finance is away" in result.stderr


async def test_a_break_is_named_and_makes_it_fail(console: Console, postgres: EmbeddedPostgres) -> None:
    async with superuser(postgres, console.system.databases["hr"].url) as admin:
        await admin.execute("update audit_event set purpose = 'BTG' where seq = 1")
    result = await verify(console, "--service", "hr")
    assert result.exit_code == 1
    assert "hr: row changed at seal 1, rows 1 to" in result.stderr
    assert (await lines(console, "roster"))[1] == 0


async def test_what_was_kept_elsewhere_is_compared(
    console: Console, postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    kept = tmp_path / "anchors.jsonl"
    printed = await verify(console, "--service", "hr", "--json")
    kept.write_text(printed.stdout)
    assert (await lines(console, "hr", "--anchors", str(kept)))[1] == 0
    anchor = json.loads(printed.stdout)
    anchor["last_seal"]["hash"] = "0" * 64
    kept.write_text(json.dumps(anchor))
    found, code = await lines(console, "hr", "--anchors", str(kept))
    assert ([one["what"] for one in found["breaks"]], code) == (["not_as_anchored"], 1)


async def test_what_is_no_anchor_is_refused(console: Console, tmp_path: Path) -> None:
    kept = tmp_path / "anchors.jsonl"
    kept.write_text("Zzcanary")
    result = await verify(console, "--anchors", str(kept))
    assert result.exit_code == 2
    assert "is not what" in result.stderr
    assert "Traceback" not in result.stderr


async def test_half_an_anchor_is_refused(console: Console) -> None:
    ops = await console.system.client("hr", NURSE, "ops")
    answer = await ops.get("/v1/audit/integrity", params={"anchor_n": 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "half_an_anchor")


async def test_only_operations_may_ask(console: Console) -> None:
    assert (await (await console.system.client("hr", None)).get("/v1/audit/integrity")).status_code == 401
    for persona in ("nurse", "steering", "hr"):
        somebody = await console.system.client("hr", NURSE, persona)
        assert (await somebody.get("/v1/audit/integrity")).status_code == 403
