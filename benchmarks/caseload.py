"""Caseload at its full size beside a hundredth of it, and beside bare FastAPI and asyncpg with the same statements.

`make bench NAME=caseload ARGS="--quick --json"`. 2,000 teams, 80,000 clients and 10 million care contacts, made up and
loaded first (`benchmarks.seed`); `--factor` takes a part. Nurses of many teams ask, each of her own clients, by wrk. A
`_growth` is the p50 at the full size over that at a hundredth. The bare side verifies no token and puts nothing on
record; beside it stands the same with the row of the audit trail.
"""

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Annotated

import typer

from benchmarks.caseload_nurses import Ask, Signing, asks, script
from benchmarks.gateway import CONNECTIONS, Load, Told
from benchmarks.gateway_house import run
from benchmarks.programs import ensure
from benchmarks.report import Figure, show
from benchmarks.seed import TEAMS, seed
from benchmarks.seed_rows import Person, people
from demo.servers.ports import free_port
from demo.servers.postgres import EmbeddedPostgres, create_database
from services.__main__ import declared
from services.common.assertions import new_key
from services.common.settings import ServiceSettings

SMALL, SMALLER, SAMPLE = "caseload_small", 100, 300
# As a server for so many teams is set up: what is read often fits, at the whole size and at a hundredth of it.
CACHE = "4GB"
GROWING = ("get_record", "caseload_page", "review_list", "search_by_name")
BESIDE_BARE = ("get_record", "list_clients", "list_referrals", "post_referral")


@dataclass(frozen=True)
class House:
    """The service on both databases, and the bare side on the large one, each with whom to ask about."""

    bases: dict[str, str]
    samples: Mapping[str, Sequence[Person]]
    signing: Signing
    load: Load
    postgres: EmbeddedPostgres

    def round(self, side: str, kind: str, connections: int, seconds: int, prefix: str = "") -> Told:
        wanted = asks(kind, self.samples["small" if side == "small" else "large"])
        wanted = [Ask(one.method, prefix + one.path, one.person, one.body) for one in wanted]
        return self.asked(side, wanted, connections, seconds)

    def asked(self, side: str, wanted: Sequence[Ask], connections: int, seconds: int) -> Told:
        return self.load.told(self.bases[side], "", script(wanted, self.signing), connections, seconds)


def _sample(factor: float) -> list[Person]:
    everybody = people(max(1, round(TEAMS * factor)), datetime.now(UTC).date())
    return Random(7).sample(everybody, min(SAMPLE, len(everybody)))


async def _databases(postgres: EmbeddedPostgres, factor: float) -> None:
    await postgres.create_databases()
    url, owner = postgres.url("caseload"), postgres.owner_url("caseload")
    await declared("caseload").prepare(ServiceSettings(database_url=url, owner_database_url=owner))
    admin = await postgres.admin()
    await create_database(admin, "caseload", SMALL, "template caseload")
    await admin.close()
    for name, part in (("caseload", factor), (SMALL, factor / SMALLER)):
        connection = await postgres.admin(name)
        await seed(connection, factor=part, told=True)
        await connection.close()


@contextmanager
def house(wrk: str, factor: float) -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="heatshield-bench-"))
    folder.chmod(0o755)
    postgres, key = EmbeddedPostgres(folder, cache=CACHE), new_key()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(postgres.forget)
        postgres.start()
        asyncio.run(_databases(postgres, factor))
        bases = _running(stack, folder, postgres, key)
        samples = {"large": _sample(factor), "small": _sample(factor / SMALLER)}
        yield House(bases, samples, Signing(key), Load(wrk, folder), postgres)


def _running(stack: ExitStack, folder: Path, postgres: EmbeddedPostgres, key: str) -> dict[str, str]:
    ports = {name: free_port() for name in ("identity", "large", "small", "bare")}
    bases = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    python, shared = (
        [sys.executable, "-m"],
        {
            **os.environ,
            "HEATSHIELD_APP_ENV": "demo",
            "HEATSHIELD_PEERS": json.dumps({"identity": bases["identity"]}),
            "CASELOAD_DATABASE_POOL_SIZE": "10",
            "CASELOAD_CLIENT_KEY": new_key(),
            "BENCH_KEY": key,
            "BENCH_DATABASE": postgres.url("caseload").replace("+asyncpg", ""),
        },
    )
    for name in ("identity", "bare"):
        command = [*python, "benchmarks.caseload_side", name, str(ports[name])]
        run(stack, folder / f"{name}.out", command, ports[name], shared)
    for name, database in (("large", "caseload"), ("small", SMALL)):
        command = [*python, "benchmarks.gateway_side", "caseload", str(ports[name])]
        own = {"CASELOAD_DATABASE_URL": postgres.url("caseload", database)}
        run(stack, folder / f"{name}.out", command, ports[name], shared | own)
    return bases


def growth(built: House, kind: str, *, rounds: int, seconds: int) -> Figure:
    """A round to warm up, then both sizes in turn, one request after the other."""
    times: dict[str, list[float]] = {"large": [], "small": []}
    for number in range(rounds + 1):
        for side, found in times.items():
            told = built.round(side, kind, 1, seconds)
            if number:
                found.append(told.p50_ms)
    large, small = (statistics.median(times[side]) for side in ("large", "small"))
    return Figure(f"{kind}_p50_growth", large, small, f"1/{SMALLER} of the size", large / small, "ms")


def beside_bare(built: House, kind: str, *, rounds: int, seconds: int) -> Iterator[Figure]:
    """A round to warm up, then ours and the bare ones in turn, with many connections."""
    sides = {"large": "", "bare": ""} | ({"bare with audit": "/audited"} if kind == "get_record" else {})
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(rounds + 1):
        for name, prefix in sides.items():
            told = built.round(name.partition(" ")[0], kind, CONNECTIONS, seconds, prefix)
            if number:
                rates[name].append(told.rate)
    for name in sides:
        if name != "large":
            told_as = kind if name == "bare" else f"{kind}_audit_shown_beside"
            baseline = f"FastAPI, asyncpg{name.removeprefix('bare')}"
            yield Figure.of_rates(told_as, rates["large"], rates[name], baseline, "requests/s")


def collect(*, quick: bool, factor: float) -> list[Figure]:
    (wrk,) = ensure("wrk")
    rounds, seconds = (1, 1) if quick else (5, 3)
    figures: list[Figure] = []
    with house(wrk, factor) as built:
        for kind in GROWING:
            figures.append(growth(built, kind, rounds=rounds, seconds=seconds))
            _say(figures[-1])
        for kind in BESIDE_BARE:
            for one in beside_bare(built, kind, rounds=rounds, seconds=seconds):
                figures.append(one)
                _say(one)
    return figures


def _say(one: Figure) -> None:
    print(f"{time.strftime('%X')} {one.name}: {one.told_ratio()}", file=sys.stderr, flush=True)


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A twentieth of the size, and rounds of a second.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per figure.")] = False,
    factor: Annotated[float | None, typer.Option(help="Which part of the whole size.")] = None,
) -> None:
    """Measure what size costs, and what the service costs beside bare FastAPI and asyncpg."""
    part = factor if factor is not None else 0.05 if quick else 1.0
    show(collect(quick=quick, factor=part), as_json=as_json)


if __name__ == "__main__":
    typer.run(main)
