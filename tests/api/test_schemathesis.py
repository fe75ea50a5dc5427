"""Schemathesis calls every operation of the API with whatever its document allows and forbids, as two nurses of two
teams and as everybody else: nothing of ours fails, and no team is told of the other's.

HEATSHIELD_CASES says how many calls are made at least: 1,500 unless told, 10,000 before a release.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from demo.compose import services
from services.common.auth import Persona
from services.common.service import Service
from tests.caseload.story import a_plan, an_assessment, new_id, take_on
from tests.contracts.node import tool
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, TEAM, Databases, Running, running

CASES = int(os.environ.get("HEATSHIELD_CASES", "1500"))
# The caller of each team, and a word that is in all that the team has written.
TEAMS = {NURSE: (TEAM, "Zzmarigold"), STRANGER: (OTHER_TEAM, "Zzbluebell")}
# Each also sends what only one of these may; a token lasts a quarter of an hour, so each run gets its own.
OTHERS = (Persona.HR, Persona.FINANCE, Persona.OPS, Persona.INTEGRATOR, Persona.COACH)
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
SHARES = 1 + len(OTHERS)


def everything() -> list[Service]:
    return list(services().values())


@pytest.fixture
async def system(databases: Databases) -> AsyncIterator[Running]:
    """All services, with two teams of which each has a client, and writes about her in words of its own."""
    async with running(databases, *everything()) as made:
        for name in services():
            for nurse, (team, _) in TEAMS.items():
                await made.join(name, team=team, employee=nurse)
        for colleague, team in ((DEPUTY, TEAM), (new_id(), OTHER_TEAM)):
            await made.join("caseload", team=team, employee=UUID(str(colleague)))
            made.extra[team] = str(colleague)
        for nurse, (team, word) in TEAMS.items():
            await _write(made, nurse, team, word)
        yield made


async def _write(system: Running, nurse: UUID, team: UUID, word: str) -> None:
    client = await take_on(system, by=nurse, team=team, deputy=system.extra[team], given_name=word)
    await client.post("/v1/assessments", an_assessment(client.episode_id, what_matters=word))
    await client.post("/v1/care-plans", a_plan(client.episode_id, client_words=word))
    await client.post("/v1/wounds", {"id": new_id(), "client_id": client.client_id, "site": word})
    governance = await system.client("governance", nurse)
    decision = {"id": new_id(), "team_id": str(team), "title": word, "proposal": word}
    complaint = {
        "id": new_id(),
        "team_id": str(team),
        "kind": "complaint",
        "received_on": "2026-11-02",
        "summary": word,
    }
    for path, body in (("decisions", decision), ("complaints", complaint)):
        answer = await governance.post(f"/v1/{path}", json=body)
        assert answer.status_code == 201, answer.text


async def schemathesis(folder: Path, address: str, settings: dict[str, Any], *more: str) -> str:
    """One run of it with these settings. What it says where it finds a fault, and nothing otherwise."""
    (folder / "schemathesis.toml").write_text(_toml(settings), "utf-8")
    command = [str(tool("fuzz", "st")), "--config-file", str(folder / "schemathesis.toml"), "run"]
    command += [f"{address}/openapi.json", "--checks", CHECKS, "--continue-on-failure", "--no-color", *more]
    ran = await asyncio.create_subprocess_exec(
        *command, cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await ran.communicate()
    return "" if ran.returncode == 0 else said.decode()


def _toml(settings: dict[str, Any]) -> str:
    return "\n".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())


async def run_as(front: Front, system: Running, folder: Path, address: str, persona: Persona, seed: int) -> str:
    """One who is in no team."""
    token = system.issuer.token(str(new_id()), str(persona))
    most = max(1, CASES // SHARES // 100)
    more = ["-H", f"Authorization: Bearer {token}", "--seed", str(seed), "--max-examples", str(most)]
    return await schemathesis(folder, address, {}, *more)


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_nothing_fails_and_no_team_is_told_of_another(system: Running, tmp_path: Path) -> None:
    pass
