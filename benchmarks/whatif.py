"""What if we took her on: how long a nurse waits for the answer, over HTTP, of the demo team and on its own database.

`make bench NAME=whatif ARGS="--quick --json"`. Asked one after the other: two hours a week of a registered nurse, and
three visits a day on seven days. The `_growth` is the second with two years of weeks behind it over one week.
"""

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from uuid6 import uuid7

from benchmarks.caseload_nurses import Signing
from benchmarks.gateway_house import run
from benchmarks.report import Figure, show
from benchmarks.whatif_rows import sow
from demo.barrow import TEAM, Calendar, employee, latest_monday_before
from demo.servers.ports import free_port
from demo.servers.postgres import EmbeddedPostgres, create_database
from services.__main__ import declared
from services.common.assertions import new_key
from services.common.settings import ServiceSettings
from services.common.types import day_in_england

ALLOWED_MS = 150.0
WEEKS = {"roster": 1, "roster_old": 104}
QUESTIONS: dict[str, list[dict[str, Any]]] = {
    "two_hours": [{"times_a_week": 2, "minutes": 60}],
    "three_a_day": [{"times_a_week": 21, "minutes": 30, "role": "assistant_practitioner"}],
}


@dataclass(frozen=True)
class House:
    """The service on both databases, by the name of the database."""

    bases: dict[str, str]
    token: str

    def taken_ms(self, side: str, question: str, times: int) -> float:
        """The median of so many questions, after a few to warm up."""
        body, found = {"team_id": str(TEAM), "visits": QUESTIONS[question]}, []
        with httpx.Client(base_url=self.bases[side], headers={"Authorization": f"Bearer {self.token}"}) as client:
            for number in range(times + 5):
                begun = time.perf_counter()
                answer = client.post("/v1/capacity/what-if", json=body, headers={"Idempotency-Key": str(uuid7())})
                if number >= 5:
                    found.append((time.perf_counter() - begun) * 1000)
                assert answer.status_code == 200, answer.text
        assert any(visit["fits"] for day in answer.json()["days"] for visit in day["visits"]), answer.text
        return statistics.median(found)


async def _databases(postgres: EmbeddedPostgres) -> None:
    await postgres.create_databases()
    url, owner = postgres.url("roster"), postgres.owner_url("roster")
    await declared("roster").prepare(ServiceSettings(database_url=url, owner_database_url=owner))
    admin = await postgres.admin()
    await create_database(admin, "roster", "roster_old", "template roster")
    await admin.close()
    for name, weeks in WEEKS.items():
        connection = await postgres.admin(name)
        await sow(connection, Calendar(latest_monday_before(day_in_england(datetime.now(UTC)))), weeks)
        await connection.close()


@contextmanager
def house() -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="heatshield-bench-"))
    folder.chmod(0o755)
    postgres, key = EmbeddedPostgres(folder), new_key()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(postgres.forget)
        postgres.start()
        asyncio.run(_databases(postgres))
        yield House(_running(stack, folder, postgres, key), Signing(key).of_nurse(str(employee("ruth")), "roster"))


def _running(stack: ExitStack, folder: Path, postgres: EmbeddedPostgres, key: str) -> dict[str, str]:
    ports = {name: free_port() for name in ("identity", *WEEKS)}
    bases, python = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}, [sys.executable, "-m"]
    peers = {"HEATSHIELD_PEERS": json.dumps({"identity": bases["identity"]}), "HEATSHIELD_APP_ENV": "demo"}
    shared = {**os.environ, **peers, "ROSTER_CLIENT_KEY": new_key(), "BENCH_KEY": key}
    command = [*python, "benchmarks.caseload_side", "identity", str(ports["identity"])]
    run(stack, folder / "identity.out", command, ports["identity"], shared)
    for name in WEEKS:
        command = [*python, "benchmarks.gateway_side", "roster", str(ports[name])]
        own = {"ROSTER_DATABASE_URL": postgres.url("roster", name)}
        run(stack, folder / f"{name}.out", command, ports[name], shared | own)
    return bases


def collect(*, quick: bool) -> list[Figure]:
    times, figures = 20 if quick else 100, []
    with house() as built:
        for question in QUESTIONS:
            ours = built.taken_ms("roster", question, times)
            figures.append(Figure.of_times(f"what_if_{question}_p50", ours, ALLOWED_MS, "what a nurse is let wait"))
        old, new = (built.taken_ms(side, "three_a_day", times) for side in ("roster_old", "roster"))
        figures.append(Figure("what_if_three_a_day_growth", old, new, "one week instead of 104", old / new, "ms"))
    return figures


def main(
    quick: Annotated[bool, typer.Option("--quick", help="Fewer questions.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
) -> None:
    """Measure how soon the team knows whether it can take somebody on."""
    show(collect(quick=quick), as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
