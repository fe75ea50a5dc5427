"""What the offline benchmark pushes is applied as it is, and its bare side writes the same rows."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import make_url

from benchmarks.bare_push import insert_each
from benchmarks.caseload_side import ENTER
from benchmarks.offline_queue import Device
from benchmarks.offline_rows import sow
from benchmarks.seed import seed
from benchmarks.seed_rows import id_of
from demo.servers.postgres import EmbeddedPostgres
from services.caseload.main import SERVICE
from services.common.types import day_in_england
from tests.running import Databases, Running, owner, running

TODAY = day_in_england(datetime.now(UTC))
NURSE = UUID(id_of("employee", 0))
TABLES = {
    "record_care_contact": "care_contact",
    "measure_wound": "wound_measurement",
    "add_note": "note",
    "rate_problem": "omaha_rating",
}
# What every operation has of its own.
OWN = {"id", "care_contact_id", "started_at", "measured_at", "written_at", "received_at", "rated_at", "changed_at"}


@dataclass
class Seeded:
    system: Running
    nurse: Any
    device: Device


@pytest.fixture
async def seeded(databases: Databases, postgres: EmbeddedPostgres) -> AsyncIterator[Seeded]:
    connection = await postgres.admin(make_url(await databases("caseload")).database or "")
    await seed(connection, factor=0.0005, contacts=2)
    await sow(connection, TODAY)
    await connection.close()
    async with running(databases, SERVICE) as system:
        nurse = await system.client("caseload", NURSE)
        clients = (await nurse.get("/v1/day")).json()["clients"]
        yield Seeded(system, nurse, Device(str(NURSE), clients))


async def test_every_push_that_is_measured_is_applied(seeded: Seeded) -> None:
    for _ in range(2):
        pushed = seeded.device.push(50)
        answer = await seeded.nurse.post("/v1/sync/push", json=pushed)
        assert {one["outcome"] for one in answer.json()["results"]} == {"applied"}
        assert {one["kind"] for one in pushed["operations"]} == set(TABLES)
    assert answer.json()["through"] == 100


async def test_the_bare_side_writes_the_same_rows(seeded: Seeded) -> None:
    ours, bare = seeded.device.push(8)["operations"], Device(str(NURSE), seeded.device.clients).push(8)["operations"]
    device = {"device_id": seeded.device.id, "sent_at": datetime.now(UTC).isoformat(), "unsent": 0}
    assert (await seeded.nurse.post("/v1/sync/push", json={**device, "operations": ours})).status_code == 200
    url = make_url(seeded.system.databases["caseload"].url).set(drivername="postgresql")
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    async with connection.transaction():
        await connection.fetchval(ENTER, str(NURSE), NURSE, TODAY)
        await insert_each(connection, bare, NURSE)
    await connection.close()
    async with owner(seeded.system.databases["caseload"].url) as looking:
        for one, other in zip(ours, bare, strict=True):
            assert await _said(looking, one) == await _said(looking, other)
            assert await looking.fetchval("select count(*) from inbox where event_id = $1", UUID(other["operation_id"]))


async def _said(looking: asyncpg.Connection, operation: Any) -> dict[str, Any]:
    """The row that an operation made, without what is empty, and without what is its own."""
    row = f"select to_jsonb(t) from {TABLES[operation['kind']]} t where id = $1"
    found = json.loads(await looking.fetchval(row, UUID(operation["body"]["id"])))
    return {name: "its own" if name in OWN else value for name, value in found.items() if value is not None}
