"""Every service as a process of its own, over RabbitMQ, on a machine without containers: `make up`."""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from honcho.manager import Manager
from joserfc.jwk import RSAKey

from demo.compose import RETURNS, SIGN_IN, services
from demo.partners import bars, mesh, pds
from demo.partners.council import HOST as COUNCIL_HOST
from demo.servers.ports import PortTaken, free_port, listening
from demo.servers.postgres import EmbeddedPostgres, MadeByAnOlderVersion
from demo.servers.rabbit import RabbitServer
from demo.trust import development_issuer, process_keys, processes
from gateway.routes import SERVICES
from services.common import topology

FOLDER = Path(".heatshield/up")
OWN_PORTS = ("issuer", "nhs", "hl7", "roster-worker", "interop-worker")
# The made-up trust whose engine may send its admissions here.
HOSPITAL = "Z99903"
# By which the NHS's platform knows this installation's statements.
PLATFORM_KNOWS = FOLDER / "platform.pem"


def environment(
    postgres: EmbeddedPostgres, rabbit: RabbitServer, ports: dict[str, int], passwords: Mapping[str, str]
) -> dict[str, str]:
    """The settings of all processes: what is shared has one name, what is one service's own has its prefix."""
    keys = process_keys(SERVICES)
    issuer = development_issuer(f"http://127.0.0.1:{ports['issuer']}/jwks")
    shared = {
        "HEATSHIELD_APP_ENV": "demo",
        "HEATSHIELD_BROKER_URL": f"amqp://127.0.0.1:{rabbit.port}/",
        "HEATSHIELD_PEERS": json.dumps({name: f"http://127.0.0.1:{port}" for name, port in ports.items()}),
        "HEATSHIELD_PARTNER_HOSTS_INSIDE": json.dumps([COUNCIL_HOST]),
        "GATEWAY_MORE_ROUTES": json.dumps(SIGN_IN),
        "IDENTITY_ISSUERS": json.dumps([issuer]),
        "IDENTITY_PROCESSES": json.dumps(processes(keys)),
        "INTEROP_HL7_ADDRESS": f"127.0.0.1:{ports['hl7']}",
        "INTEROP_HL7_ODS_CODE": HOSPITAL,
        "CASELOAD_PHOTO_STORE": (FOLDER / "photos").absolute().as_uri(),
        # Nobody has to hear that they end: they end together.
        "HEATSHIELD_DRAIN_SECONDS": "0",
        "PYTHONUNBUFFERED": "1",
    }
    shared |= {f"INTEROP_{name.upper()}": str(value) for name, value in (RETURNS | _nhs(ports["nhs"])).items()}
    own = {f"{name.upper()}_DATABASE_URL": postgres.url(name) for name in SERVICES}
    secrets_of = {f"{name.upper()}_CLIENT_KEY": pem for name, pem in keys.items()}
    users = {f"{name.upper()}_BROKER_PASSWORD": password for name, password in passwords.items()}
    return {**os.environ, **shared, **own, **secrets_of, **users}


def _nhs(port: int) -> dict[str, Any]:
    """The made-up NHS at its port, which learns how this run signs."""
    key, at = RSAKey.generate_key(2048), f"http://127.0.0.1:{port}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    PLATFORM_KNOWS.write_bytes(key.as_pem(private=False))
    return bars.connected(key, f"{at}/bars") | pds.connected(f"{at}/pds") | mesh.connected(at)


def prepare(postgres: EmbeddedPostgres, settings: Mapping[str, str]) -> None:
    """Make the databases and bring them to the newest schema, as their owners, whom no service can sign in as."""
    try:
        asyncio.run(postgres.create_databases())
    except MadeByAnOlderVersion as error:
        sys.exit(str(error))
    owners = {f"{name.upper()}_OWNER_DATABASE_URL": postgres.owner_url(name) for name in SERVICES}
    subprocess.run([sys.executable, "-m", "services", "prepare"], env={**settings, **owners}, check=True)


def broker_definitions(passwords: Mapping[str, str]) -> Path:
    """The broker's queues and users for this run: each service with a user of its own."""
    queues = {queue: names for service in services().values() for queue, names in service.queues().items()}
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "broker.json"
    path.touch(mode=0o600)
    path.write_text(json.dumps(topology.definitions(queues, passwords)), "utf-8")
    return path


def commands(port: int, ports: dict[str, int]) -> dict[str, str]:
    python = sys.executable
    return {
        "issuer": f"{python} -m demo.issuer {ports['issuer']}",
        "nhs": f"{python} -m demo.partners {ports['nhs']} {PLATFORM_KNOWS}",
        **{name: f"{python} -m services serve {name} --port {ports[name]}" for name in SERVICES},
        "roster-worker": f"{python} -m services work roster --port {ports['roster-worker']}",
        "interop-hl7": f"{python} -m services work interop --port {ports['interop-worker']}",
        "gateway": f"{python} -m gateway --port {port}",
    }


def main(port: Annotated[int, typer.Option(help="The gateway's port.")] = 8000) -> None:
    """Start the servers, prepare every service, and run them until Ctrl-C."""
    try:
        listening(port).close()
    except PortTaken as error:
        sys.exit(str(error))
    passwords = {name: secrets.token_urlsafe(24) for name in (topology.DEPLOYER, *SERVICES)}
    postgres, rabbit = EmbeddedPostgres(FOLDER), RabbitServer(FOLDER / "rabbit", broker_definitions(passwords))
    ports = {name: free_port() for name in (*OWN_PORTS, *SERVICES)}
    try:
        print("Starting PostgreSQL and RabbitMQ …", flush=True)
        postgres.start()
        # One that still runs knows the users of its last start only.
        rabbit.stop()
        rabbit.start()
        settings = environment(postgres, rabbit, ports, passwords)
        prepare(postgres, settings)
        manager = Manager()
        for name, command in commands(port, ports).items():
            manager.add_process(name, command, env=settings, quiet=False)
        print(
            f"The gateway will answer at http://127.0.0.1:{port}, and a trust's engine may send ADT to port", flush=True
        )
        print(f"{ports['hl7']} by MLLP. Ctrl-C stops everything.", flush=True)
        manager.loop()
    finally:
        rabbit.stop()
        postgres.stop()
    sys.exit(manager.returncode)


if __name__ == "__main__":
    typer.run(main)
