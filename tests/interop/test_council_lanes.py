"""Each council has a lane of its own: one that is slow or silent holds up its own facts and nobody else's."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import Response

from services.interop.main import SERVICE
from services.interop.usecases.deliver import LANES
from tests.interop.council import Council, agree, connect, eventually, queued, sent, settled, support, take_on
from tests.interop.records import Caseload
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running, until

AWAY = "https://silent.example/events"


@pytest.fixture
def silent() -> Council:
    """A council that takes every call and answers none."""
    return Council(silent=asyncio.Event())


@pytest.fixture
async def system(databases: Databases, caseload: Caseload, council: Council, silent: Council) -> AsyncIterator[Running]:
    peers = {"caseload": caseload.app(), "council.example": council.app(), "silent.example": silent.app()}
    peers |= {f"silent{number}.example": silent.app() for number in range(LANES)}
    async with running(databases, SERVICE, peers=peers) as started:
        await started.join("interop")
        await started.join("interop", team=OTHER_TEAM, employee=STRANGER)
        yield started


async def test_a_silent_council_holds_up_no_other(
    system: Running, caseload: Caseload, council: Council, silent: Council
) -> None:
    away, here = await connect(system, AWAY), await connect(system)
    clients = [await take_on(system, caseload, nhs_number=None, nhs_number_status="07") for _ in range(10)]
    for client_id in clients:
        await agree(system, client_id, away)
        await support(system, client_id)
    await until(lambda: silent.ids)
    await agree(system, clients[0], here)
    await support(system, clients[0], 30)
    await until(lambda: council.heard)
    assert [event["data"]["personal_care_minutes"] for event in council.heard] == [31]
    assert len(silent.ids) == 1
    (heard,) = await settled(system, "sent")
    assert heard["connection_id"] == here
    assert {item["status"] for item in await sent(system, connection_id=away)} == {"queued"}


async def test_what_waited_behind_a_silence_arrives_once_and_in_order(
    system: Running, caseload: Caseload, silent: Council
) -> None:
    away, client_id = await connect(system, AWAY), await take_on(system, caseload)
    await agree(system, client_id, away)
    for minutes in (10, 20, 30):
        await support(system, client_id, minutes)
    await until(lambda: silent.ids)
    assert silent.silent
    silent.silent.set()
    await settled(system, "sent", 3)
    assert [event["data"]["personal_care_minutes"] for event in silent.heard] == [11, 21, 31]
    assert len(silent.ids) == 3


async def test_no_more_lanes_are_open_than_leave_room_for_our_own_questions(
    system: Running, caseload: Caseload, silent: Council
) -> None:
    client_id = await take_on(system, caseload)
    for number in range(LANES):
        await agree(system, client_id, await connect(system, f"https://silent{number}.example/events"))
    await agree(system, client_id, await connect(system, AWAY))
    await support(system, client_id)
    await until(lambda: len(silent.ids) == LANES)
    await asyncio.sleep(0.7)
    assert len(silent.ids) == LANES
    assert silent.silent
    silent.silent.set()
    await settled(system, "sent", LANES + 1)


async def test_what_the_council_has_is_recorded_as_sent_though_consent_was_withdrawn_meanwhile(
    system: Running, caseload: Caseload, silent: Council
) -> None:
    away, client_id = await connect(system, AWAY), await take_on(system, caseload)
    share = await agree(system, client_id, away)
    await support(system, client_id, 10)
    await support(system, client_id, 20)
    await until(lambda: silent.ids)
    nurse = await system.nurse("interop")
    assert (await nurse.post(f"/v1/shares/{share['id']}/withdraw")).status_code == 200
    assert [item["status"] for item in await sent(system)] == ["withdrawn", "withdrawn", "queued"]
    assert silent.silent
    silent.silent.set()
    arrived = await eventually(lambda: sent(system), lambda items: items[-1]["status"] == "sent")
    assert [item["status"] for item in arrived] == ["sent", "withdrawn", "sent"], "the last says that it was withdrawn"
    assert (arrived[0]["last_status"], arrived[0]["attempts"]) == (204, 1)
    assert arrived[0]["sent_at"]
    assert [set(event["data"]) for event in silent.heard][1:] == [{"council_ref", "withdrawn_at"}]
    assert await queued(system) == 3


async def test_a_council_that_is_gone_from_its_old_address_is_asked_at_the_new_one(
    system: Running, caseload: Caseload, council: Council, silent: Council
) -> None:
    moving, client_id = await connect(system, AWAY), await take_on(system, caseload)
    await agree(system, client_id, moving)
    silent.answers = [Response(status_code=410)]
    await support(system, client_id, 10)
    await until(lambda: silent.ids)
    operator = await system.client("interop", "ops-1", "ops")
    moved = {"name": "Cumbria", "url": "https://council.example/events"}
    assert (await operator.put(f"/v1/connections/{moving}", json=moved)).status_code == 200
    assert silent.silent
    silent.silent.set()
    await until(lambda: council.heard)
    (connection,) = (await operator.get("/v1/connections")).json()["items"]
    assert (connection["state"], connection["failures"]) in {("working", 0), ("unused", 0)}
