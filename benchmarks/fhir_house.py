"""The servers of `benchmarks.fhir`: interop on a store of each size, and the peers beside the small one."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks import fhir_peers
from benchmarks.caseload_nurses import Signing
from benchmarks.fhir_rows import everybody, fill, resources_of
from benchmarks.gateway import Load, Told
from benchmarks.gateway_house import run
from benchmarks.seed_rows import Person
from demo.servers.ports import free_port
from demo.servers.postgres import EmbeddedPostgres, create_database
from services.__main__ import declared
from services.common.assertions import new_key
from services.common.settings import ServiceSettings

DATABASES = {"small": "interop", "large": "interop_large"}
# As a server for so many resources is set up.
CACHE = "4GB"
SAMPLE = 300


@dataclass(frozen=True)
class House:
    """Every server by its name: ours on both stores, and the peers, which hold what the small one does."""

    bases: dict[str, str]
    pids: dict[str, int]
    people: Mapping[str, Sequence[Person]]
    signing: Signing
    load: Load

    @property
    def peers(self) -> list[str]:
        return [name for name in self.bases if name not in DATABASES]

    def sample(self, side: str) -> Sequence[Person]:
        """Some of those whom the server knows."""
        known = self.people["large" if side == "large" else "small"]
        return Random(7).sample(known, min(SAMPLE, len(known)))

    def authorization(self) -> str:
        """Of a trust's system that may read and write what there is. The peers ask for none."""
        return f"Bearer {self.signing.of_system('system/*.cruds', 'interop')}"

    def asked(self, side: str, script: str, connections: int, seconds: int) -> Told:
        return self.load.told(self.bases[side], self.authorization(), script, connections, seconds)


@contextmanager
def house(wrk: str, size: int, small: int) -> Iterator[House]:
    folder = Path(tempfile.mkdtemp(prefix="heatshield-bench-"))
    folder.chmod(0o755)
    postgres, key = EmbeddedPostgres(folder, cache=CACHE), new_key()
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(postgres.forget)
        postgres.start()
        asyncio.run(_stores(postgres, {"small": small, "large": size}))
        bases, pids = _ours(stack, folder, postgres, key)
        contents = [found.content for one in everybody(small) for found in resources_of(one)]
        for name, peer in (("SEKMET", fhir_peers.sekmet), ("Medplum", fhir_peers.medplum)):
            bases[name] = peer(stack, folder, contents)
        people = {"small": everybody(small), "large": everybody(size)}
        yield House(bases, pids, people, Signing(key), Load(wrk, folder))


async def _stores(postgres: EmbeddedPostgres, sizes: dict[str, int]) -> None:
    await postgres.create_databases()
    url, owner = postgres.url("interop"), postgres.owner_url("interop")
    await declared("interop").prepare(ServiceSettings(database_url=url, owner_database_url=owner))
    admin = await postgres.admin()
    await create_database(admin, "interop", DATABASES["large"], "template interop")
    await admin.close()
    for side, resources in sizes.items():
        connection = await postgres.admin(DATABASES[side])
        await fill(connection, resources)
        await connection.close()


def _ours(
    stack: ExitStack, folder: Path, postgres: EmbeddedPostgres, key: str
) -> tuple[dict[str, str], dict[str, int]]:
    ports = {name: free_port() for name in ("identity", *DATABASES)}
    shared = {
        **os.environ,
        "HEATSHIELD_APP_ENV": "demo",
        "HEATSHIELD_PEERS": json.dumps({"identity": f"http://127.0.0.1:{ports['identity']}"}),
        "INTEROP_DATABASE_POOL_SIZE": "10",
        "INTEROP_CLIENT_KEY": new_key(),
        "BENCH_KEY": key,
    }
    python = [sys.executable, "-m"]
    command = [*python, "benchmarks.caseload_side", "identity", str(ports["identity"])]
    run(stack, folder / "identity.out", command, ports["identity"], shared)
    pids = {}
    for side, database in DATABASES.items():
        command = [*python, "benchmarks.gateway_side", "interop", str(ports[side])]
        own = {"INTEROP_DATABASE_URL": postgres.url("interop", database)}
        pids[side] = run(stack, folder / f"{side}.out", command, ports[side], shared | own)
    return {side: f"http://127.0.0.1:{ports[side]}/fhir/R4" for side in DATABASES}, pids
