"""The installation of `benchmarks.load`: every process as `make up` runs it, with made-up teams in it."""

import asyncio
import json
import shlex
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from benchmarks.gateway_house import START_SECONDS, UNLIMITED
from benchmarks.load_cost import MEGABYTE, Meter
from benchmarks.offline_rows import ROUND, sow
from benchmarks.seed import TEAMS, seed
from benchmarks.seed_rows import MEMBERS_OF_TEAM, id_of, people
from demo.servers.ports import free_port
from demo.servers.postgres import EmbeddedPostgres
from demo.servers.rabbit import RabbitServer
from demo.trust import development_issuer
from demo.up import OWN_PORTS, commands, environment, prepare
from gateway.routes import SERVICES
from services.common.types import day_in_england

# As a server of its own would have; the embedded one's 32 MB are for a demo.
CACHE = "1GB"
MEMBERSHIP = """
    insert into team_member (team_id, employee_id, from_on, version)
    select team_id, employee_id, '2023-01-02', 1 from unnest($1::uuid[], $2::uuid[]) as m (team_id, employee_id)
"""
VISIT = """
    insert into visit (id, version, changed_at, team_id, client_id, employee_id, starts_at, ends_at, channel, purpose,
        status, planned_by)
    select gen_random_uuid(), 1, now(), team_id, client_id, employee_id, at, at + interval '30 minutes', 'in_person',
        'Leg ulcer', 'planned', employee_id
    from unnest($1::uuid[], $2::uuid[], $3::uuid[]) with ordinality as v (team_id, client_id, employee_id, number),
        lateral (select $4::timestamptz + number % $5::bigint * interval '40 minutes' as at) a
"""
SHIFT = """
    insert into shift (id, version, changed_at, team_id, employee_id, kind, starts_at, ends_at, unpaid_break_minutes,
        status, supervised_only, short_notice)
    select gen_random_uuid(), 1, now(), team_id, employee_id, 'shift', at, at + interval '8 hours', 30, 'planned',
        false, false
    from unnest($1::uuid[], $2::uuid[]) as m (team_id, employee_id), generate_series(0, 4) as day,
        lateral (select $3::timestamptz + day * interval '1 day' as at) a
"""


@dataclass(frozen=True)
class House:
    """Where the gateway is, what everything costs, and who works here: the first nurse of each team, and her team."""

    base: str
    meter: Meter
    nurses: list[tuple[str, str]]
    postgres: EmbeddedPostgres


async def on_disk_mb(postgres: EmbeddedPostgres) -> float:
    """All databases together, indexes included."""
    connection = await postgres.admin()
    size = await connection.fetchval("select sum(pg_database_size(oid)) from pg_database")
    await connection.close()
    return float(size) / MEGABYTE


async def untold(postgres: EmbeddedPostgres, since: datetime) -> int:
    """Contacts recorded since then that interop does not show yet."""
    caseload, interop = await postgres.admin("caseload"), await postgres.admin("interop")
    recorded = await caseload.fetch("select id from care_contact where changed_at >= $1", since)
    shown = "select count(*) from resource where resource_type = 'Encounter' and resource_id = any($1::uuid[])"
    found = await interop.fetchval(shown, [row["id"] for row in recorded])
    await caseload.close()
    await interop.close()
    return len(recorded) - int(found)


async def parked(postgres: EmbeddedPostgres) -> int:
    """Events that a consumer could not apply. There should be none."""
    found = 0
    for name in SERVICES:
        connection = await postgres.admin(name)
        found += await connection.fetchval("select count(*) from parked_event")
        await connection.close()
    return found


@contextmanager
def house(issuer_port: int, factor: float, contacts: int) -> Iterator[House]:
    """Its people sign in by tokens of the issuer whose keys are at this port of loopback."""
    folder = Path(tempfile.mkdtemp(prefix="heatshield-bench-"))
    folder.chmod(0o755)
    postgres, rabbit = EmbeddedPostgres(folder, cache=CACHE), RabbitServer(folder / "rabbit")
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(postgres.forget)
        postgres.start()
        stack.callback(rabbit.stop)
        rabbit.start()
        ports = {name: free_port() for name in (*OWN_PORTS, *SERVICES)} | {"issuer": issuer_port}
        settings = environment(postgres, rabbit, ports, {}) | {
            **UNLIMITED,
            "IDENTITY_ISSUERS": json.dumps([development_issuer(f"http://127.0.0.1:{issuer_port}/jwks")]),
            "CASELOAD_PHOTO_STORE": (folder / "photos").as_uri(),
        }
        prepare(postgres, settings)
        teams = asyncio.run(_people(postgres, factor, contacts))
        door = free_port()
        pids = _running(stack, folder, commands(door, ports), {**ports, "gateway": door}, settings)
        # The made-up NHS is no part of the installation.
        del pids["nhs"]
        pids |= {"postgresql": postgres.pid, "rabbitmq": rabbit.pid}
        nurses = [(id_of("employee", team * MEMBERS_OF_TEAM), id_of("team", team)) for team in range(teams)]
        yield House(f"http://127.0.0.1:{door}", Meter(pids), nurses, postgres)


def _running(
    stack: ExitStack,
    folder: Path,
    wanted: Mapping[str, str],
    ports: Mapping[str, int],
    settings: Mapping[str, str],
) -> dict[str, int]:
    """Start them all at once, wait for those that listen, and end them with the house. Raises `RuntimeError`."""
    pids = {}
    for name, command in wanted.items():
        if name == "issuer":
            continue
        said = stack.enter_context((folder / f"{name}.out").open("w"))
        process = subprocess.Popen(shlex.split(command), stdout=said, stderr=said, env=settings)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        pids[name] = process.pid
    for name in pids.keys() & ports.keys():
        _wait(name, ports[name])
    return pids


def _wait(name: str, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{name} did not start")


async def _people(postgres: EmbeddedPostgres, factor: float, contacts: int) -> int:
    """Clients with a history, the rounds of today, and who is in which team wherever that is asked."""
    connection = await postgres.admin("caseload")
    teams = await seed(connection, factor=factor, contacts=contacts)
    today = day_in_england(datetime.now(UTC))
    await sow(connection, today)
    await connection.close()
    numbers = range(teams * MEMBERS_OF_TEAM)
    of_team = [id_of("team", number // MEMBERS_OF_TEAM) for number in numbers]
    members = [id_of("employee", number) for number in numbers]
    for name in set(SERVICES) - {"caseload", "identity"}:
        connection = await postgres.admin(name)
        await connection.execute(MEMBERSHIP, of_team, members)
        if name == "roster":
            await _rota(connection, teams, of_team, members)
        await connection.close()
    return max(1, round(TEAMS * factor))


async def _rota(connection: asyncpg.Connection, teams: int, of_team: list[str], members: list[str]) -> None:
    """A week of shifts for everybody, and today's round of each team's first nurse."""
    today = day_in_england(datetime.now(UTC))
    eight = datetime.combine(today, datetime.min.time(), tzinfo=UTC) + timedelta(hours=8)
    monday = eight - timedelta(days=today.weekday())
    everybody = [one for one in people(teams, today) if one.turn < ROUND]
    visited = [(one.team_id, one.client_id, id_of("employee", one.team * MEMBERS_OF_TEAM)) for one in everybody]
    visited.sort()
    await connection.execute(VISIT, *map(list, zip(*visited, strict=True)), eight, ROUND)
    await connection.execute(SHIFT, of_team, members, monday)
