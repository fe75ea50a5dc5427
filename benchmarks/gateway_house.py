"""The processes of `benchmarks.gateway`: identity, the service, nginx and the gateway before it, and both in one."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
from uuid6 import uuid7

from benchmarks.gateway_side import TOGETHER
from demo.barrow import TEAM, employee
from demo.servers.ports import free_port
from demo.servers.postgres import EmbeddedPostgres, create_database
from demo.trust import development_issuer, process_keys, processes
from gateway.exchange import BEARER, Credential, exchanging
from services.__main__ import declared
from services.common.settings import ServiceSettings

NURSE = "ruth"
BEHIND = ("caseload", "identity")
DATABASE_TOGETHER = "caseload_together"
REFERRALS, LIST_BYTES, START_SECONDS = 80, 20_000, 240
PERSON = {"given_name": "Edna", "family_name": "Example", "sex": "female", "birth_on": "1939-05-01"}
ADDRESS = {"address_line": "1 Example Street", "postcode": "LA14 1AA", "phone": "01229 000000"}
REFERRAL = {
    "team_id": str(TEAM),
    "source": "gp",
    "reason": "Leg ulcer, for compression twice a week",
    "received_at": "2026-11-02T09:00:00Z",
    "person": PERSON | ADDRESS,
}
# One caller makes the whole load.
UNLIMITED = {f"GATEWAY_{who}_{what}": "1000000" for who in ("ADDRESS", "USER") for what in ("PER_SECOND", "BURST")}
NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/nginx.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 1m;
    keepalive_requests 1000000;
    upstream caseload {{ server 127.0.0.1:{service}; keepalive 50; keepalive_requests 1000000; keepalive_timeout 4s; }}
    server {{
        listen 127.0.0.1:{port} reuseport;
        location /caseload/ {{
            proxy_pass http://caseload/;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host service;
            proxy_set_header X-Forwarded-Host $host;
        }}
    }}
}}
"""


@dataclass(frozen=True)
class SignIn:
    """How the nurse comes by her token, and by what the gateway makes of it."""

    issuer: str
    gateway: ServiceSettings

    def outside(self) -> str:
        """What she shows at the gateway."""
        answer = httpx.post(f"{self.issuer}/dev/token", data={"person": NURSE}, trust_env=False)
        return str(answer.raise_for_status().json()["access_token"])

    def inside(self) -> str:
        """What the service is shown where no gateway is asked: it has the same to verify."""
        return asyncio.run(self._exchanged())

    async def _exchanged(self) -> str:
        async with exchanging(self.gateway, {}) as exchange:
            return await exchange.inside(Credential(BEARER, self.outside()), "caseload")


@dataclass(frozen=True)
class Side:
    """One way to the service, and what holds there for the next five minutes."""

    base: str
    token: Callable[[], str]


@dataclass(frozen=True)
class House:
    """All ways: `direct`, `nginx`, `gateway`, `one process`; what to ask for on each; and where it is kept."""

    postgres: EmbeddedPostgres
    sides: dict[str, Side]
    one_path: str
    list_path: str


@contextmanager
def house(nginx: str) -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="heatshield-bench-"))
    folder.chmod(0o755)
    postgres = EmbeddedPostgres(folder)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(postgres.forget)
        postgres.start()
        asyncio.run(_databases(postgres))
        yield _furnished(stack, folder, postgres, nginx)


async def _databases(postgres: EmbeddedPostgres) -> None:
    """Each of the two processes that hold the service has one of its own."""
    await postgres.create_databases()
    for name in BEHIND:
        await declared(name).prepare(
            ServiceSettings(database_url=postgres.url(name), owner_database_url=postgres.owner_url(name))
        )
    address = postgres.owner_url("caseload").replace("+asyncpg", "")
    connection = await asyncpg.connect(address, server_settings={"app.every_team": "on"})
    columns = "team_id, employee_id, from_on, version"
    await connection.execute(
        f"insert into team_member ({columns}) values ('{TEAM}', '{employee(NURSE)}', '2025-01-01', 1)"
    )
    await connection.close()
    admin = await postgres.admin()
    await create_database(admin, "caseload", DATABASE_TOGETHER, "template caseload")
    await admin.close()


def _environment(postgres: EmbeddedPostgres, bases: Mapping[str, str], keys: Mapping[str, str]) -> dict[str, str]:
    """The settings of all processes, as `make up` gives them."""
    return {
        **os.environ,
        **UNLIMITED,
        "HEATSHIELD_APP_ENV": "demo",
        "HEATSHIELD_PEERS": json.dumps({name: bases[name] for name in BEHIND}),
        "IDENTITY_ISSUERS": json.dumps([development_issuer(f"{bases['issuer']}/jwks")]),
        "IDENTITY_PROCESSES": json.dumps(processes(keys)),
        "CASELOAD_DATABASE_POOL_SIZE": "10",
        **{f"{name.upper()}_DATABASE_URL": postgres.url(name) for name in BEHIND},
        **{f"{name.upper()}_CLIENT_KEY": pem for name, pem in keys.items()},
    }


def _furnished(stack: ExitStack, folder: Path, postgres: EmbeddedPostgres, nginx: str) -> House:
    ports = {name: free_port() for name in ("issuer", *BEHIND, TOGETHER, "nginx", "gateway")}
    bases = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    keys = process_keys(BEHIND)
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, service=ports["caseload"], port=ports["nginx"]))
    python, side = [sys.executable, "-m"], "benchmarks.gateway_side"
    commands = {
        "issuer": [*python, "demo.issuer", str(ports["issuer"])],
        "identity": [*python, side, "identity", str(ports["identity"])],
        "caseload": [*python, side, "caseload", str(ports["caseload"])],
        TOGETHER: [*python, side, TOGETHER, str(ports[TOGETHER])],
        "nginx": [nginx, "-p", str(folder), "-c", str(config)],
        "gateway": [*python, "gateway", "--port", str(ports["gateway"])],
    }
    shared = _environment(postgres, bases, keys)
    own = {TOGETHER: {"CASELOAD_DATABASE_URL": postgres.url("caseload", DATABASE_TOGETHER)}}
    for name, command in commands.items():
        run(stack, folder / f"{name}.out", command, ports[name], shared | own.get(name, {}))
    peers = {name: bases[name] for name in BEHIND}
    nurse = SignIn(bases["issuer"], ServiceSettings(app_env="demo", client_key=keys["gateway"], peers=peers))
    sides = {
        "direct": Side(bases["caseload"], nurse.inside),
        "nginx": Side(f"{bases['nginx']}/caseload", nurse.inside),
        "gateway": Side(f"{bases['gateway']}/caseload", nurse.outside),
        "one process": Side(f"{bases[TOGETHER]}/caseload", nurse.outside),
    }
    return House(postgres, sides, *_referrals(sides["direct"], sides["one process"]))


def _referrals(*sides: Side) -> tuple[str, str]:
    """The paths of one referral, and of a list with so many of them that it is as large as wanted."""
    ids, each = [str(uuid7()) for _ in range(REFERRALS)], 1.0
    for side in sides:
        headers = {"Authorization": f"Bearer {side.token()}"}
        with httpx.Client(base_url=side.base, headers=headers, trust_env=False, timeout=30) as http:
            for id_ in ids:
                sent, key = {"id": id_, **REFERRAL}, {"Idempotency-Key": id_}
                http.post("/v1/referrals", json=sent, headers=key).raise_for_status()
            each = len(http.get("/v1/referrals?limit=20").raise_for_status().content) / 20
    return f"/v1/referrals/{ids[0]}", f"/v1/referrals?limit={round(LIST_BYTES / each)}"


def run(stack: ExitStack, out: Path, command: list[str], port: int, environment: Mapping[str, str]) -> int:
    """Run until the house is left, with what it says in a file; gives the process's id.

    Raises `RuntimeError` when it does not listen.
    """
    said = stack.enter_context(out.open("w"))
    process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return process.pid
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{out.stem} did not start: {out.read_text()[-2000:]}")
