"""Schemathesis calls every operation of the API with whatever its document allows and forbids, as two nurses of two
teams and as everybody else: nothing of ours fails, and no team is told of the other's.

HEATSHIELD_CASES says how many calls are made at least: 500 unless told, 10,000 before a release.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from demo.compose import services
from demo.servers.http import serving
from services.common.auth import Persona
from services.common.service import Service
from tests.api.front import Front
from tests.caseload.story import a_plan, a_referral, an_acceptance, an_assessment, new_id
from tests.contracts.node import tool
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, TEAM, Databases, Running, running

CASES = int(os.environ.get("HEATSHIELD_CASES", "500"))
# The caller of each team, and a word that is in all that the team has written.
TEAMS = {NURSE: (TEAM, "Zzmarigold"), STRANGER: (OTHER_TEAM, "Zzbluebell")}
# In each round one of these calls too. A token lasts a quarter of an hour, so each run gets its own.
OTHERS = (Persona.HR, Persona.FINANCE, Persona.OPS, Persona.INTEGRATOR, Persona.COACH)
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
OPTIONS = ("--no-color", "--no-shrink", "--generation-database", "none", "--request-timeout", "20", "--workers", "2")
PEERS = ["first", "second"]
# Whether there is time for all that Schemathesis knows to try.
THOROUGH = CASES >= 5000
# Of each operation, in each of the phases of one round.
EXAMPLES = 10 if THOROUGH else 3
PHASES = "coverage,fuzzing,stateful" if THOROUGH else "fuzzing"


def everything() -> list[Service]:
    return list(services().values())


@pytest.fixture
async def system(databases: Databases) -> AsyncIterator[Running]:
    """All services, with two teams of which each has a client, and writes about her in words of its own."""
    async with running(databases, *everything()) as made:
        for name in services():
            for nurse, (team, _) in TEAMS.items():
                await made.join(name, team=team, employee=nurse)
        for colleague, team in ((DEPUTY, TEAM), (UUID(new_id()), OTHER_TEAM)):
            await made.join("caseload", team=team, employee=colleague)
            made.extra[team] = str(colleague)
        for nurse, (team, word) in TEAMS.items():
            await _write(made, nurse, team, word)
        yield made


async def _write(system: Running, nurse: UUID, team: UUID, word: str) -> None:
    caseload, governance = await system.client("caseload", nurse), await system.client("governance", nurse)
    own = {"id": new_id(), "team_id": str(team)}
    referral = a_referral(**own, reason=word)
    acceptance = an_acceptance(named_nurse_id=str(nurse), deputy_id=system.extra[team])
    episode, plan, assessment = acceptance["episode_of_care_id"], new_id(), new_id()
    wound = {"id": new_id(), "episode_of_care_id": episode, "site": word}
    for client, path, body in (
        (caseload, "referrals", referral),
        (caseload, f"referrals/{referral['id']}/accept", acceptance),
        (caseload, "assessments", an_assessment(episode, id=assessment, what_matters=word)),
        (caseload, "care-plans", a_plan(episode, id=plan, client_words=word)),
        (caseload, "wounds", wound),
        (governance, "decisions", {**own, "title": word, "proposal": word}),
        (governance, "complaints", {**own, "kind": "complaint", "received_on": "2026-11-02", "summary": word}),
    ):
        answer = await client.post(f"/v1/{path}", json=body)
        assert answer.status_code == 201, answer.text
    # What the first of the nurses can change, so that the calls go beyond what is not there.
    system.extra.setdefault(
        "ids",
        {
            "client_id": acceptance["client_id"],
            "referral_id": referral["id"],
            "care_plan_id": plan,
            "assessment_id": assessment,
            "wound_id": wound["id"],
            "decision_id": own["id"],
            "complaint_id": own["id"],
        },
    )


STUMBLE = "AST constructor recursion depth mismatch"


async def schemathesis(folder: Path, address: str, settings: str, *more: str) -> str:
    """One run of it. What it says where it finds a fault, and nothing otherwise."""
    _kept(folder, "schemathesis.toml", settings)
    command = [str(tool("fuzz", "st")), "--config-file", str(folder / "schemathesis.toml"), "run"]
    command += [f"{address}/openapi.json", "--url", address, "--checks", CHECKS, "--continue-on-failure", *OPTIONS]
    ran = await asyncio.create_subprocess_exec(
        *command,
        *more,
        cwd=folder,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "schemathesis_hooks", "PYTHONPATH": str(Path(__file__).parent)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await ran.communicate()
    _kept(folder, "said.txt", said.decode())
    return "" if ran.returncode == 0 or _only_stumbled(said.decode()) else said.decode()[-20_000:]


def _only_stumbled(said: str) -> bool:
    """Whether it found nothing, and did not get through one operation for a fault of Python's own (cpython#106905)."""
    errors = re.findall(r"^[A-Z][a-z]+ Error$\n\n(.*)$", said, re.MULTILINE)
    return bool(errors) and " FAILURES " not in said and all(one.startswith(STUMBLE) for one in errors)


def _kept(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, "utf-8")


def bearer(system: Running, subject: UUID | str, persona: Persona) -> str:
    return f"Bearer {system.issuer.token(str(subject), str(persona))}"


async def two_nurses(front: Front, system: Running, folder: Path, address: str, *more: str) -> str:
    """Each tries what the other has made, and is watched for words of the other's team."""
    lines = ["auth:"]
    words = [word for _, word in TEAMS.values()]
    for (nurse, name), others in zip(zip(TEAMS, PEERS, strict=True), reversed(words), strict=True):
        token = bearer(system, nurse, Persona.NURSE)
        front.secrets[token.encode()] = others.encode()
        lines += [f"  - name: {name}", "    fixedHeaders:", "      - name: Authorization", f'        value: "{token}"']
    _kept(folder, "wfc.yaml", "\n".join(lines) + "\n")
    known = "".join(f'"path.{name}" = "{value}"\n' for name, value in system.extra["ids"].items())
    settings = f"""[auth.wfc]
path = "wfc.yaml"
peers = {json.dumps(PEERS)}
[checks]
object_level_authorization.enabled = true
[parameters]
{known}"header.If-Match" = '"1"'
"""
    return await schemathesis(folder, address, settings, *more)


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_nothing_fails_and_no_team_is_told_of_another(system: Running, tmp_path: Path) -> None:
    front = Front(dict(system.apps), system.issuer)
    await front.prepare()
    said: list[str] = []
    seed = 0
    async with serving(front, lifespan=False) as address:
        while front.calls < CASES:
            seed += 1
            more = ("--seed", str(seed), "--max-examples", str(EXAMPLES), "--phases", PHASES)
            said.append(await two_nurses(front, system, tmp_path / f"nurses-{seed}", address, *more))
            persona = OTHERS[seed % len(OTHERS)]
            header = f"Authorization: {bearer(system, new_id(), persona)}"
            said.append(await schemathesis(tmp_path / f"{persona}-{seed}", address, "", "-H", header, *more))
    sys.stdout.write(f"{front.calls} calls by Schemathesis in {seed} rounds\n")
    assert front.faults == []
    assert [each for each in said if each] == []
