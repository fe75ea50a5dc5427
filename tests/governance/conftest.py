"""Governance running, with a team of three nurses and one outside it."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest

from services.common.types import day_in_england
from services.governance.main import SERVICE
from tests.running import DEPUTY, NURSE, OTHER_TEAM, STRANGER, Databases, Running, running

THIRD = UUID("01938000-0000-7000-8000-000000000003")
COACH = UUID("01938000-0000-7000-8000-0000000000c0")


def today() -> date:
    """The calendar day in England."""
    return day_in_england(datetime.now(UTC))


@pytest.fixture
async def governance(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, SERVICE) as system:
        for employee in (NURSE, DEPUTY, THIRD):
            await system.join("governance", employee=employee)
        await system.join("governance", team=OTHER_TEAM, employee=STRANGER)
        yield system


@pytest.fixture
async def nurse(governance: Running) -> Any:
    return await governance.nurse("governance")


@pytest.fixture
async def coach(governance: Running) -> Any:
    return await governance.client("governance", COACH, "coach")


@pytest.fixture
async def heatshield(governance: Running) -> Any:
    return await governance.client("governance", COACH, "heatshield")


@pytest.fixture
async def stranger(governance: Running) -> Any:
    """A nurse of another team."""
    return await governance.client("governance", STRANGER)
