"""What the cluster asks a service, and what it forgets in time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from uuid6 import uuid7

from services.common import outbox
from services.common.auth import SYSTEM
from services.hr.main import SERVICE
from tests.running import Databases, Running, running, until


@pytest.fixture
async def hr(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, SERVICE) as system:
        yield system


@pytest.fixture
async def cluster(hr: Running) -> Any:
    """Whoever asks from inside the network, signed in as nobody."""
    return await hr.client("hr", None)


async def test_a_service_says_that_it_lives_and_is_ready(cluster: httpx.AsyncClient) -> None:
    for path, status in (("/health/live", "live"), ("/health/ready", "ready")):
        answer = await cluster.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": status})


async def test_without_its_database_it_lives_and_is_not_ready() -> None:
    async def nowhere(service: str) -> str:
        return "postgresql+asyncpg://nobody@127.0.0.1:1/none"

    async with running(nowhere, SERVICE) as system:
        cluster = await system.client("hr", None)
        assert (await cluster.get("/health/live")).status_code == 200
        answer = await cluster.get("/health/ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_metrics_count_by_route_and_name_nobody(hr: Running, cluster: httpx.AsyncClient) -> None:
    nurse = await hr.nurse("hr")
    somebody = uuid7()
    assert (await nurse.get(f"/v1/employees/{somebody}?q=Zzcanary")).status_code in {403, 404}
    async with hr.databases["hr"].transaction(SYSTEM) as tx:
        letters = tx.metadata.tables["dead_letter"]
        letter = {"event_id": uuid7(), "consumer": "hr.x", "type": "x", "envelope": {}, "attempts": 5}
        await tx.session.execute(letters.insert().values(**letter, first_error="E", last_error="E"))
    figures = (await cluster.get("/metrics")).text
    assert 'heatshield_dead_letters{service="hr"} 1.0' in figures
    assert 'heatshield_outbox_unsent{service="hr"} 0.0' in figures
    assert 'route="/v1/employees/{employee_id}"' in figures
    assert str(somebody) not in figures
    assert "Zzcanary" not in figures


async def test_what_was_sent_and_applied_long_ago_is_forgotten_and_nothing_else(hr: Running) -> None:
    database, tables = hr.databases["hr"], hr.databases["hr"].metadata.tables
    async with database.transaction(SYSTEM) as tx:
        for days in (1, 365):
            then, about = tx.now - timedelta(days=days), {"type": "x", "subject": "x", "aggregate_version": 1}
            sent = {"id": uuid7(), "envelope": {}, "sent_at": then, **about}
            await tx.session.execute(tables["outbox"].insert().values(**sent))
            await tx.session.execute(tables["inbox"].insert().values(event_id=uuid7(), consumer="x", applied_at=then))
    housekeeping = asyncio.create_task(outbox.purge(database))

    async def the_young_are_left() -> bool:
        async with database.transaction(SYSTEM) as tx:
            ages = [tx.now - (await tx.all(select(instant)))[0] for instant in instants]
            counts = [len(await tx.all(select(instant))) for instant in instants]
        return counts == [1, 1] and max(ages) < timedelta(days=2)

    instants = (tables["outbox"].c.sent_at, tables["inbox"].c.applied_at)
    await until(the_young_are_left)
    housekeeping.cancel()
    await asyncio.gather(housekeeping, return_exceptions=True)
