"""Roster running: a team with Ruth, Tom, and Sandra who is not cleared, and two clients; one nurse outside it."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.roster.main import SERVICE
from tests.roster.facts import EDITH, RUTH, SANDRA, TOM, WALTER, a_shift, clearance, competency, contract, episode, hear
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
        for client in (EDITH, WALTER):
            await hear(system, episode(client))
        yield system


@pytest.fixture
async def competent(roster: Running) -> None:
    """All three are registered nurses who can do what the visit plans of the tests ask for."""
    for member in (RUTH, TOM, SANDRA):
        await hear(roster, contract(member, 1800))
        await hear(roster, competency(member, "compression"))


@pytest.fixture
async def nurse(roster: Running) -> Any:
    """Ruth, while she, Tom and Sandra are on shift all day."""
    ruth = await roster.nurse("roster")
    for member in (RUTH, TOM, SANDRA):
        assert (await ruth.post("/v1/shifts", json=a_shift(employee_id=member))).status_code == 201
    return ruth
