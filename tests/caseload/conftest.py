"""Caseload running, with a nurse in the team and one outside it."""

from collections.abc import AsyncIterator

import pytest

from services.caseload.main import SERVICE
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running


@pytest.fixture
async def caseload(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, SERVICE) as system:
        await system.join("caseload")
        await system.join("caseload", team=OTHER_TEAM, employee=STRANGER)
        yield system
