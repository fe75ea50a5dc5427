"""GNU Health's server, as its project publishes it: trytond with the module `health`, behind gunicorn."""

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from benchmarks.gateway_house import run
from demo.servers.ports import free_port
from demo.servers.postgres import EmbeddedPostgres

REQUIREMENTS = Path(__file__).with_name("gnuhealth-requirements.txt")
MADE = Path(__file__).parents[1] / ".heatshield"
DATABASE, ADMIN, START_SECONDS = "gnuhealth", "admin", 60
# The gateway and the service are two processes as well.
WORKERS, THREADS = 2, 8


@dataclass(frozen=True)
class GnuHealth:
    """A running server, and the session of a user who is signed in."""

    url: str
    authorization: str

    def ask(self, method: str, *params: Any) -> Any:
        """What a remote method answers. Raises `RuntimeError` when it refuses: it does so with a status of 200."""
        headers = {"Authorization": self.authorization} if self.authorization else {}
        asked = {"id": 1, "method": method, "params": params}
        answer = httpx.post(self.url, json=asked, headers=headers, trust_env=False, timeout=300)
        told: dict[str, Any] = answer.raise_for_status().json()
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']}")
        return told["result"]


def installed() -> Path:
    """The environment's programs. They are installed again only when the requirements change."""
    environment = MADE / "gnuhealth"
    stamp, wanted = environment / "requirements", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        uv = shutil.which("uv") or str(MADE / "tools" / "bin" / "uv")
        python = ["--python", str(environment / "bin" / "python")]
        subprocess.run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(environment)], check=True)
        subprocess.run([uv, "pip", "install", "-q", *python, "--no-deps", "-r", str(REQUIREMENTS)], check=True)
        stamp.write_text(wanted)
    return environment / "bin"


@contextmanager
def gnu_health(postgres: EmbeddedPostgres) -> Iterator[GnuHealth]:
    """A server with a new database in this PostgreSQL, which `database_in` made, and one who is signed in."""
    programs, folder, password = installed(), postgres.folder / "gnuhealth", secrets.token_urlsafe(12)
    folder.mkdir()
    (folder / "password").write_text(password)
    inside = urlsplit(postgres.url(DATABASE))
    environment = {
        **os.environ,
        "TRYTOND_DATABASE__URI": f"postgresql://{inside.netloc}/",
        "TRYTOND_DATABASE_NAMES": DATABASE,
        "TRYTOND_LOGGING_LEVEL": "50",
        "TRYTONPASSFILE": str(folder / "password"),
    }
    activate = ["-d", DATABASE, "-u", "health", "--activate-dependencies", "--email", "admin@example.org"]
    _do([str(programs / "trytond-admin"), *activate], environment)
    port = free_port()
    served = f"--bind 127.0.0.1:{port} --workers {WORKERS} --worker-class gthread --threads {THREADS}"
    quiet = "--keep-alive 60 --timeout 300 --log-level critical --no-control-socket trytond.application:app"
    with ExitStack() as stack:
        command = [str(programs / "gunicorn"), *served.split(), *quiet.split()]
        run(stack, folder / "gnuhealth.out", command, port, environment)
        yield _signed_in(f"http://127.0.0.1:{port}/{DATABASE}/", password)


async def database_in(postgres: EmbeddedPostgres) -> None:
    """An empty database and a role for it."""
    connection = await postgres.admin()
    await connection.execute(f"create role {DATABASE} login password '{urlsplit(postgres.url(DATABASE)).password}'")
    await connection.execute(f"create database {DATABASE} owner {DATABASE}")
    await connection.close()


def _do(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr[-2000:]}")


def _signed_in(url: str, password: str) -> GnuHealth:
    """The port is open before the workers have loaded their modules, so it is asked until it answers."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            user, session = GnuHealth(url, "").ask("common.db.login", ADMIN, {"password": password}, "en")
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return GnuHealth(url, "Session " + b64encode(f"{ADMIN}:{user}:{session}".encode()).decode())
