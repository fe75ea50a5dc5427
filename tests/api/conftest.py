"""One team's caseload, for what all services do alike."""

from collections.abc import AsyncIterator

import pytest

from services.caseload.main import SERVICE
from tests.running import DEPUTY, Databases, Running, running


@pytest.fixture
async def caseload(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, SERVICE) as system:
        await system.join("caseload")
        await system.join("caseload", employee=DEPUTY)
        yield system
