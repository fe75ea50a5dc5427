"""Finance running, with a nurse in the team and one outside it."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from services.common.auth import SYSTEM
from services.finance.main import SERVICE
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running


@pytest.fixture
async def finance(databases: Databases) -> AsyncIterator[Running]:
    """At the end no event may have been left behind as one that could not be applied."""
    async with running(databases, SERVICE) as system:
        await system.join("finance")
        await system.join("finance", team=OTHER_TEAM, employee=STRANGER)
        yield system
        letters = system.databases["finance"].metadata.tables["parked_event"]
        async with system.databases["finance"].transaction(SYSTEM) as tx:
            assert await tx.all(select(letters.c.last_error)) == []
