"""Roster running: a team with Ruth, Tom, and Sandra who is not cleared; one nurse outside it; all on shift one day."""

from collections.abc import AsyncIterator

import pytest

from services.roster.main import SERVICE
from tests.roster.facts import RUTH, SANDRA, TOM, clearance, hear
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running


@pytest.fixture
async def roster(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, SERVICE) as system:
        for member in (RUTH, TOM, SANDRA):
            await system.join("roster", employee=member)
        await system.join("roster", team=OTHER_TEAM, employee=STRANGER)
        await hear(system, clearance(RUTH))
        await hear(system, clearance(TOM))
        await hear(system, clearance(SANDRA, may_visit_alone=False))
        yield system
