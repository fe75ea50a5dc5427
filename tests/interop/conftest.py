"""Interop running, with caseload beside it as a neighbour that answers what the test puts there."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from services.interop.main import SERVICE
from services.interop.usecases import deliver_facts
from tests.interop.answers import serve_team
from tests.interop.council import AT_ONCE, Council
from tests.interop.records import Caseload
from tests.interop.staff import Staff
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running


@pytest.fixture
def caseload() -> Caseload:
    return Caseload()


@pytest.fixture
def staff() -> Staff:
    return Staff()


@pytest.fixture
async def interop(databases: Databases, caseload: Caseload, staff: Staff) -> AsyncIterator[Running]:
    async with running(databases, SERVICE, peers={"caseload": caseload.app(), "hr": staff.app()}) as system:
        await system.join("interop")
        await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
        yield system


@pytest.fixture
async def bars(interop: Running) -> Any:
    """A partner's system, with the team's service registered for it."""
    await serve_team(interop)
    return await interop.client("interop", "trust-tie", "integrator")


@pytest.fixture
async def trust(interop: Running) -> Any:
    return await interop.client("interop", "trust-tie", "integrator")


@pytest.fixture
def council() -> Council:
    return Council()


@pytest.fixture
def serve(databases: Databases, caseload: Caseload, staff: Staff, council: Council) -> Callable[..., Any]:
    """Interop with a council beside it; `schedule` is how long to wait before each attempt."""

    @asynccontextmanager
    async def start(schedule: tuple[timedelta, ...] = AT_ONCE) -> AsyncIterator[Running]:
        service = dataclasses.replace(SERVICE, background=(deliver_facts(schedule),))
        peers = {"caseload": caseload.app(), "hr": staff.app(), "council.example": council.app()}
        async with running(databases, service, peers=peers) as system:
            await system.join("interop")
            await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
            yield system

    return start


@pytest.fixture
async def system(serve: Callable[..., Any]) -> AsyncIterator[Running]:
    async with serve() as started:
        yield started
