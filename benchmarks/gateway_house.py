"""The processes of `benchmarks.gateway`: the service, nginx and the gateway before it, and both in one process."""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
from uuid6 import uuid7

from benchmarks.gateway_side import NURSE, TEAM, UNLIMITED
from demo.servers.ports import free_port
from demo.servers.postgres import EmbeddedPostgres
from services.caseload.main import SERVICE
from services.common.migrations.migrate import migrate

REFERRALS, LIST_BYTES, START_SECONDS = 80, 20_000, 60
TOGETHER = "caseload_together"
PERSON = {"given_name": "Edna", "family_name": "Example", "sex": "female", "birth_on": "1939-05-01"}
ADDRESS = {"address_line": "1 Example Street", "postcode": "LA14 1AA", "phone": "01229 000000"}
REFERRAL = {
    "team_id": TEAM,
    "source": "gp",
    "reason": "Leg ulcer, for compression twice a week",
    "received_at": "2026-11-02T09:00:00Z",
    "person": PERSON | ADDRESS,
}
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
class Side:
    """One way to the service."""

    base: str
    token: str

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class House:
    """All ways: `direct`, `nginx`, `gateway`, `one process`; and what to ask for on each."""

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
    await migrate("caseload", SERVICE.metadata, postgres.url("caseload"))
    connection = await asyncpg.connect(postgres.url("caseload").replace("+asyncpg", ""))
    columns = "team_id, employee_id, from_on, version"
    await connection.execute(f"insert into team_member ({columns}) values ('{TEAM}', '{NURSE}', '2025-01-01', 1)")
    await connection.close()
    admin = await postgres.admin()
    await admin.execute(f"create database {TOGETHER} template caseload owner caseload")
    await admin.close()


def _furnished(stack: ExitStack, folder: Path, postgres: EmbeddedPostgres, nginx: str) -> House:
    ports = {name: free_port() for name in ("service", "together", "nginx", "gateway")}
    bases = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    for kind, url in (("service", postgres.url("caseload")), ("together", postgres.url("caseload", TOGETHER))):
        command = [sys.executable, "-m", "benchmarks.gateway_side", kind, str(ports[kind]), url]
        _run(stack, folder, kind, [*command, str(folder / f"{kind}.token")], ports[kind])
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, service=ports["service"], port=ports["nginx"]))
    _run(stack, folder, "nginx", [nginx, "-p", str(folder), "-c", str(config)], ports["nginx"])
    settings = {f"GATEWAY_{name.upper()}": str(value) for name, value in UNLIMITED.items()}
    peers = {"HEATSHIELD_PEERS": json.dumps({"caseload": bases["service"]})}
    command = [sys.executable, "-m", "gateway", "--port", str(ports["gateway"])]
    _run(stack, folder, "gateway", command, ports["gateway"], settings | peers)
    alone, together = ((folder / f"{kind}.token").read_text() for kind in ("service", "together"))
    sides = {
        "direct": Side(bases["service"], alone),
        "nginx": Side(f"{bases['nginx']}/caseload", alone),
        "gateway": Side(f"{bases['gateway']}/caseload", alone),
        "one process": Side(f"{bases['together']}/caseload", together),
    }
    return House(sides, *_referrals(sides["direct"], sides["one process"]))


def _referrals(*sides: Side) -> tuple[str, str]:
    """The paths of one referral, and of a list with so many of them that it is as large as wanted."""
    ids, each = [str(uuid7()) for _ in range(REFERRALS)], 1.0
    for side in sides:
        with httpx.Client(base_url=side.base, headers=side.headers(), trust_env=False, timeout=30) as http:
            for id_ in ids:
                http.post("/v1/referrals", json={"id": id_, **REFERRAL}).raise_for_status()
            each = len(http.get("/v1/referrals?limit=20").raise_for_status().content) / 20
    return f"/v1/referrals/{ids[0]}", f"/v1/referrals?limit={round(LIST_BYTES / each)}"


def _run(
    stack: ExitStack, folder: Path, name: str, command: list[str], port: int, more: dict[str, str] | None = None
) -> None:
    """Run until the house is left, with what it says in a file. Raises `RuntimeError` when it does not listen."""
    said = stack.enter_context((folder / f"{name}.out").open("w"))
    environment = {**os.environ, **(more or {})}
    process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"{name} did not start: {(folder / f'{name}.out').read_text()[-2000:]}")
