"""hr running, with a nurse in the team and one outside it."""

from collections.abc import AsyncIterator

import pytest

from services.hr.main import SERVICE
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running


@pytest.fixture
async def hr(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, SERVICE) as system:
        await system.join("hr")
        await system.join("hr", team=OTHER_TEAM, employee=STRANGER)
        yield system
