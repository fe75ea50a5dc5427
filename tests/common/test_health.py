"""What the cluster asks a service, and what it forgets in time."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from uuid6 import uuid7

from services.common.auth import SYSTEM
from services.hr.main import SERVICE
from tests.running import Databases, Running, running


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


async def test_a_process_that_is_told_to_end_says_so_and_still_answers(hr: Running, cluster: httpx.AsyncClient) -> None:
    hr.apps["hr"].state.drain.has_begun = True
    answer = await cluster.get("/health/ready")
    assert (answer.status_code, answer.json()["code"]) == (503, "draining")
    still = await cluster.get("/health/live")
    assert (still.status_code, still.headers["connection"]) == (200, "close")


async def test_metrics_count_by_route_and_name_nobody(hr: Running, cluster: httpx.AsyncClient) -> None:
    nurse = await hr.nurse("hr")
    somebody = uuid7()
    assert (await nurse.get(f"/v1/employees/{somebody}?q=Zzcanary")).status_code == 400
    async with hr.databases["hr"].transaction(SYSTEM) as tx:
        letters = tx.metadata.tables["parked_event"]
        for retry_at in (None, tx.now + timedelta(hours=1), tx.now + timedelta(hours=1)):
            letter = {"id": uuid7(), "event_id": uuid7(), "consumer": "hr.x", "body": b"", "reason": "failed"}
            letter |= {"attempts": 5, "first_error": "E", "last_error": "E", "retry_at": retry_at}
            await tx.session.execute(letters.insert().values(**letter))
    figures = (await cluster.get("/metrics")).text
    assert 'heatshield_dead_letters{service="hr"} 1.0' in figures
    assert 'heatshield_parked_events{service="hr"} 2.0' in figures
    assert 'heatshield_outbox_unsent{service="hr"} 0.0' in figures
    assert 'heatshield_outbox_lag_seconds{service="hr"} 0.0' in figures
    assert 'route="/v1/employees/{employee_id}"' in figures
    assert str(somebody) not in figures
    assert "Zzcanary" not in figures
