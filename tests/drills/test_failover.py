"""Drill: the primary dies under load, its synchronous standby takes over, and nothing acknowledged is lost."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from demo.servers.postgres import EmbeddedPostgres
from tests.drills.table import told
from tests.faults.house import House, inhabited, kill_postgres, now
from tests.faults.ledger import Writer, close_books
from tests.faults.wire import Wire
from tests.running import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

TARGET_SECONDS = 30.0
# A commit is acknowledged once it is on the disk of both.
SYNCHRONOUS = "alter system set synchronous_standby_names = '*'"


def _standby(primary: EmbeddedPostgres, folder: Path) -> EmbeddedPostgres:
    """A second server that follows the first."""
    standby = EmbeddedPostgres(folder)
    standby._data.mkdir(mode=0o700)
    if standby._drop_to is not None:
        os.chown(standby._data, standby._drop_to, standby._drop_to)
    shutil.copy2(primary._secret_file, standby._secret_file)
    at = f"host=127.0.0.1 port={primary.port} user=postgres password={primary._secret()}"
    primary._run("pg_basebackup", "-d", at, "-D", str(standby._data), "-R", "-X", "stream", "-c", "fast")
    standby.start()
    return standby


def _promote(standby: EmbeddedPostgres) -> None:
    standby._run("pg_ctl", "-D", str(standby._data), "-w", "promote")


async def _until_synchronous(primary: EmbeddedPostgres) -> None:
    admin = await primary.admin()
    await admin.execute(SYNCHRONOUS)
    await admin.execute("select pg_reload_conf()")
    await until(lambda: admin.fetchval("select bool_or(sync_state = 'sync') from pg_stat_replication"), 60)
    await admin.close()


@pytest.fixture
async def pair(place: Path) -> AsyncIterator[tuple[EmbeddedPostgres, EmbeddedPostgres]]:
    primary = EmbeddedPostgres(place / "one")
    await asyncio.to_thread(primary.start)
    standby = await asyncio.to_thread(_standby, primary, place / "two")
    yield primary, standby
    for server in (standby, primary):
        await asyncio.to_thread(server.forget)


async def test_a_killed_primary_costs_no_acknowledged_write(
    pair: tuple[EmbeddedPostgres, EmbeddedPostgres], place: Path
) -> None:
    primary, standby = pair
    # The address that services know, behind which the primary changes: a cluster's read-write service.
    wire = Wire("127.0.0.1", primary.port)
    async with inhabited(primary, None, place, database_port=await wire.open()) as house:
        await _until_synchronous(primary)
        house.start_together()
        await house.until_ready("caseload")
        async with Writer(house, pause=0.05) as writer:
            await writer.until(30)
            seconds = await _fail_over(house, standby, wire, writer)
            await writer.until(30)
        books = await close_books(house, writer, "PostgreSQL primary killed, standby promoted", 1, recovery=seconds)
        house.kill("together")
    await wire.close()
    measured = f"{books.lost} of {books.acknowledged} lost, writing again after {seconds:.1f} s"
    told("database failover", f"0 lost, below {TARGET_SECONDS:.0f} s", measured)
    assert (books.lost, books.doubled, books.parked) == (0, 0, 0)
    assert seconds < TARGET_SECONDS


async def _fail_over(house: House, standby: EmbeddedPostgres, wire: Wire, writer: Writer) -> float:
    """From the death of the primary until the next write is acknowledged, in seconds."""
    await asyncio.to_thread(kill_postgres, house.postgres)
    began = now()
    await asyncio.to_thread(_promote, standby)
    wire.lead_to("127.0.0.1", standby.port)
    house.postgres = standby
    await writer.until(1)
    return now() - began
