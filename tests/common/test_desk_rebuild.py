"""A service's copies are made again from the owners' logs, while it runs, and nobody is told anything."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from uuid6 import uuid7

from services.caseload.main import SERVICE as CASELOAD
from services.common.auth import SYSTEM
from services.common.desk import rebuild
from services.hr.main import SERVICE as HR
from services.roster.main import SERVICE as ROSTER
from tests.common.desks import refused
from tests.hr.office import a_contract, employed, joined, office
from tests.running import STRANGER, Databases, Running, running, until

CONTRACT, MEMBER = (ROSTER.metadata.tables[name] for name in ("contract", "team_member"))


@pytest.fixture
async def system(databases: Databases) -> AsyncIterator[Running]:
    async with running(databases, CASELOAD, HR, ROSTER) as made:
        yield made


async def agree(system: Running, minutes: int = 1800) -> str:
    """A contract that hr agreed; its id."""
    body = a_contract(await employed(system), minutes_per_week=minutes)
    answer = await (await office(system)).post("/v1/contracts", json=body)
    assert answer.status_code == 201, answer.text
    return str(body["id"])


async def rows(system: Running, table: Any, service: str = "roster") -> list[tuple[Any, ...]]:
    async with system.databases[service].transaction(SYSTEM) as tx:
        return sorted(tuple(row) for row in await tx.rows(select(table)))


async def heard(system: Running, contracts: int) -> list[tuple[Any, ...]]:
    """Roster's copy of the contracts, once it holds so many."""
    await until(lambda: _has(system, contracts))
    return await rows(system, CONTRACT)


async def _has(system: Running, contracts: int) -> bool:
    return len(await rows(system, CONTRACT)) == contracts


async def rebuilt(system: Running) -> list[int]:
    """How much each page applied."""
    ops = await system.client("roster", STRANGER, "ops")
    applied, body = [], {}
    while True:
        answer = await ops.post("/v1/read-models/rebuild", json=body)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        applied.append(page["applied"])
        if page["next_cursor"] is None:
            return applied
        body = {"cursor": page["next_cursor"]}


async def test_copies_that_were_lost_or_altered_are_as_their_owner_tells_again(
    system: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    await joined(system)
    for minutes in (600, 1200, 1800):
        await agree(system, minutes)
    before, members = await heard(system, 3), await rows(system, MEMBER)
    assert len(members) == 1
    monkeypatch.setattr(rebuild, "PAGE", 2)
    async with system.databases["roster"].transaction(SYSTEM) as tx:
        await tx.session.execute(delete(MEMBER))
        await tx.session.execute(delete(CONTRACT).where(CONTRACT.c.minutes_per_week == 600))
        await tx.session.execute(update(CONTRACT).values(minutes_per_week=1))
    # caseload has told nothing; hr's four events are two pages, after which it is asked once more.
    assert await rebuilt(system) == [0, 2, 2, 0]
    assert (await rows(system, CONTRACT), await rows(system, MEMBER)) == (before, members)
    assert sum(await rebuilt(system)) == 4, "it may be done again"


async def test_events_keep_coming_while_copies_are_made_again(system: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "PAGE", 3)
    for _ in range(6):
        await agree(system)
    await heard(system, 6)
    await system.alter("roster", "truncate contract")
    coming = asyncio.gather(*(agree(system) for _ in range(6)))
    await rebuilt(system)
    agreed = set(await coming)
    assert agreed <= {str(row[0]) for row in await heard(system, 12)}


async def test_making_copies_again_tells_nobody_and_leaves_no_mark(system: Running) -> None:
    await agree(system)
    await heard(system, 1)
    untouched = [ROSTER.metadata.tables[name] for name in ("outbox", "event_log", "inbox", "parked_event")]
    before = [await rows(system, table) for table in untouched]
    assert sum(await rebuilt(system)) == 1
    assert [await rows(system, table) for table in untouched] == before


async def test_a_cursor_that_nobody_gave_is_refused(databases: Databases) -> None:
    async with running(databases, ROSTER) as system:
        ops = await system.client("roster", STRANGER, "ops")
        for cursor in ("hr", "hr:", "hr:x", "nobody:0", "hr:-1", "hr:٣", f"hr:{2**63}", ":", "0"):
            answer = await ops.post("/v1/read-models/rebuild", json={"cursor": cursor})
            refused(answer, 422, "bad_rebuild_cursor", "/body/cursor")


async def test_with_an_owner_away_it_says_so_and_changes_nothing(databases: Databases) -> None:
    async def away(_: Request) -> JSONResponse:
        return JSONResponse({}, 503)

    neighbour = Starlette(routes=[Route("/inside/event-log", away)])
    async with running(databases, ROSTER, peers={"caseload": neighbour}) as system:
        ops = await system.client("roster", STRANGER, "ops")
        answer = await ops.post("/v1/read-models/rebuild", json={})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_what_a_copy_cannot_hold_today_is_left_out_and_the_rest_applied(system: Running) -> None:
    """As it was parked when it came, or has been discarded since."""
    for _ in range(2):
        await agree(system)
    before = await heard(system, 2)
    log = HR.metadata.tables["event_log"]
    async with system.databases["hr"].transaction(SYSTEM) as tx:
        (envelope, *_) = await tx.all(select(log.c.envelope).where(log.c.type == "hr.contract.agreed.v1"))
        broken = {
            "id": uuid7(),
            "seq": 0,
            "type": "hr.contract.agreed.v1",
            "subject": "contract/0",
            "key": "contract/0",
        }
        broken |= {"aggregate_version": 1, "envelope": envelope.replace('"minutes_per_week":', '"minutes":')}
        await tx.session.execute(log.insert().values(**broken))
    async with system.databases["roster"].transaction(SYSTEM) as tx:
        await tx.session.execute(delete(CONTRACT))
    assert sum(await rebuilt(system)) == 2
    assert await rows(system, CONTRACT) == before
