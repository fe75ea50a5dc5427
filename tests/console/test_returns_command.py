"""`heatshield returns`: a return is looked over before anybody sends it; the exit code says if a row is left out."""

import asyncio
import json
from typing import Any

import typer.testing

from services.__main__ import app
from services.interop.main import SERVICE as INTEROP
from tests.console.at_the_console import Console, at_the_console
from tests.interop.records import Caseload
from tests.interop.returning import OCTOBER, PROVIDER, in_october
from tests.interop.telling import tell
from tests.running import Databases


async def returns(console: Console, *words: str) -> Any:
    where = {"HEATSHIELD_URL": console.url, "HEATSHIELD_TOKEN": console.token}
    return await asyncio.to_thread(typer.testing.CliRunner().invoke, app, ["returns", *words], env=where)


async def test_a_dry_run_tells_each_fault_with_its_way_out(databases: Databases) -> None:
    caseload = Caseload()
    around = {"peers": {"caseload": caseload.app()}, **PROVIDER}
    async with at_the_console(databases, INTEROP, **around) as console:
        await tell(console.system, caseload, in_october())
        right = await returns(console, "csds", OCTOBER, "--json")
        made = json.loads(right.stdout)
        assert (right.exit_code, made["status"], made["refused"]) == (0, "made", 0), right.stderr
        assert {"CYP000Header.csv", "CYP201CareContact.csv", "trace.csv"} <= {one["name"] for one in made["files"]}
        await tell(console.system, caseload, in_october(nhs_number="9990000205"))
        wrong = await returns(console, "csds", OCTOBER, "--dry-run")
        assert wrong.exit_code == 1
        assert "csds_nhs_number: CYP001MPI.NHSNumber, 1 left out" in wrong.stderr
        assert "Have the number traced" in wrong.stderr
        assert "9990000205" not in wrong.stdout + wrong.stderr
        refused = await returns(console, "csds", "2026-Q3")
        assert (refused.exit_code, "Give a month such as 2026-10" in refused.stderr) == (1, True)
