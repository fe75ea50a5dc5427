"""Interop running, with caseload beside it as a neighbour that answers what the test puts there."""

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from services.interop.main import SERVICE
from services.interop.usecases import deliver_facts, take_answers
from tests.interop.answers import serve_team
from tests.interop.council import AT_ONCE, Council
from tests.interop.records import Caseload
from tests.interop.staff import Staff
from tests.interop.unit import Unit, beside_systmone
from tests.interop.ways import Ends, Facade, Signed, sftp_server
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


@pytest.fixture
async def ends(databases: Databases, caseload: Caseload, council: Council, tmp_path: Path) -> AsyncIterator[Ends]:
    """Each way to a council, with two processes that look for what comes back."""
    key, signed, facade = asyncssh.generate_private_key("ssh-ed25519"), Signed(), Facade()
    peers = {"caseload": caseload.app(), "council.example": council.app()}
    peers |= {"signed.example": signed.app(), "facade.example": facade.app()}
    service = dataclasses.replace(SERVICE, background=(deliver_facts(AT_ONCE), take_answers(0.1), take_answers(0.1)))
    own = {
        "council_folder": str(tmp_path / "folder"),
        "sftp_key": key.export_private_key().decode(),
        "partner_hosts_inside": ["127.0.0.1"],
    }
    (tmp_path / "server").mkdir()
    async with AsyncExitStack() as stack:
        port, host_key = await stack.enter_async_context(sftp_server(tmp_path / "server", key))
        system = await stack.enter_async_context(running(databases, service, peers=peers, **own))
        await system.join("interop")
        await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
        at = {"url": f"sftp://heatshield@127.0.0.1:{port}/drop", "host_key": host_key}
        yield Ends(system, council, signed, facade, tmp_path / "folder", tmp_path / "server", at)


@pytest.fixture
async def unit(databases: Databases, caseload: Caseload, tmp_path: Path) -> AsyncIterator[Unit]:
    async with beside_systmone(databases, caseload, str(tmp_path / "unit"), tmp_path / "unit") as made:
        yield made
