"""Interop on a real port with a client's record, for programs that know nothing of us."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.servers.http import serving
from services.interop.main import SERVICE
from tests.interop.records import Caseload, a_record
from tests.interop.telling import tell
from tests.running import Databases, running

CLIENTS = Path(__file__).parent / "clients"
CLIENT_SECONDS = 240
PATIENTS = 3


@dataclass
class Door:
    """The FHIR base, a token of an integrator, and the ids of the patients behind it."""

    base: str
    token: str
    patients: list[str]

    async def visited_by(self, *command: str, cwd: Path | None = None) -> str:
        """What a program prints that is given the base, the token and one patient. Raises `AssertionError`."""
        arguments = (self.base, self.token, self.patients[0])
        visiting = await asyncio.create_subprocess_exec(
            *command, *arguments, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            said, _ = await asyncio.wait_for(visiting.communicate(), CLIENT_SECONDS)
        except TimeoutError:
            visiting.kill()
            await visiting.wait()
            raise
        assert visiting.returncode == 0, said.decode()[-2000:]
        return said.decode().strip()


@pytest.fixture
async def door(databases: Databases) -> AsyncIterator[Door]:
    caseload = Caseload()
    async with running(databases, SERVICE, peers={"caseload": caseload.app()}) as system:
        await system.join("interop")
        patients = [await tell(system, caseload, a_record()) for _ in range(PATIENTS)]
        token: Any = system.issuer.token("trust-tie", "integrator", "interop")
        async with serving(system.apps["interop"], lifespan=False) as address:
            yield Door(f"{address}/fhir/R4", token, patients)
