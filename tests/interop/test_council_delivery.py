"""A council hears what it is to hear: signed, in order, and again until it is heard."""

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Response

from services.common.auth import SYSTEM
from services.interop.domain.share import WITHDRAWN
from services.interop.main import SERVICE
from services.interop.usecases import deliver_facts
from tests.interop.council import (
    AT_ONCE,
    Council,
    agree,
    connect,
    connections,
    days_ago,
    end,
    eventually,
    sent,
    settled,
    support,
    take_on,
)
from tests.interop.records import Caseload
from tests.running import Databases, Running, running, until


async def test_a_council_that_fails_is_asked_again_and_hears_everything_in_order(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    council.answers = [Response(status_code=500), Response(status_code=429)]
    for minutes in (10, 20, 30):
        await support(system, client_id, minutes)
    await until(lambda: len(council.heard) == 3)
    assert [event["data"]["personal_care_minutes"] for event in council.heard] == [11, 21, 31]
    assert len(set(council.ids[:3])) == 1
    found = await settled(system, "sent", 3)
    assert [item["attempts"] for item in found] == [3, 1, 1]


async def test_the_wait_between_attempts_is_kept(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve((timedelta(0), timedelta(minutes=5))) as system:
        connection_id, client_id = await connect(system), await take_on(system, caseload)
        await agree(system, client_id, connection_id)
        council.answers = [Response(status_code=500)]
        await support(system, client_id)
        (item,) = await eventually(lambda: sent(system), lambda items: items[0]["last_status"])
        wait = datetime.fromisoformat(item["due_at"]) - datetime.now(UTC)
        assert timedelta(minutes=4) < wait < timedelta(minutes=5)
        assert (item["status"], item["attempts"], item["last_status"]) == ("queued", 1, 500)


async def test_after_the_last_attempt_the_fact_is_dead_and_the_next_is_tried(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    council.answers = [Response(status_code=500)] * 3
    await support(system, client_id, 10)
    await support(system, client_id, 20)
    await until(lambda: council.heard)
    assert [event["data"]["personal_care_minutes"] for event in council.heard] == [21]
    assert [(item["status"], item["attempts"]) for item in await sent(system)][0] == ("dead", 3)


async def test_a_redirect_is_not_followed(system: Running, caseload: Caseload, council: Council) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    elsewhere = {"location": "https://council.example/elsewhere"}
    council.answers = [Response(status_code=status, headers=elsewhere) for status in (301, 307, 308)]
    await support(system, client_id)
    (dead,) = await settled(system, "dead")
    assert (council.elsewhere, dead["last_status"]) == (0, 308)


async def test_gone_closes_the_connection_until_it_is_registered_again(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    council.answers = [Response(status_code=410)]
    await support(system, client_id, 10)
    await until(lambda: council.ids)
    await support(system, client_id, 20)
    await asyncio.sleep(0.5)
    assert len(council.ids) == 1
    assert [(item["status"], item["last_status"]) for item in await sent(system)] == [("queued", 410), ("queued", None)]
    operator = await system.client("interop", "ops-1", "ops")
    (closed,) = (await operator.get("/v1/connections")).json()["items"]
    assert (closed["state"], closed["failures"]) == ("disabled", 1)
    assert closed["disabled_at"]
    change = {"name": "Cumbria", "url": "https://council.example/events?key=1"}
    opened = await operator.put(f"/v1/connections/{connection_id}", json=change)
    assert opened.status_code == 200, opened.text
    assert opened.json()["address"] == "https://council.example/events"
    await until(lambda: len(council.heard) == 2)
    assert [event["data"]["personal_care_minutes"] for event in council.heard] == [11, 21]
    assert council.ids[0] == council.ids[1]


async def test_a_fact_that_met_gone_at_its_last_attempt_waits_too(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve((timedelta(0),)) as system:
        connection_id, client_id = await connect(system), await take_on(system, caseload)
        await agree(system, client_id, connection_id)
        council.answers = [Response(status_code=410)]
        await support(system, client_id)
        (waiting,) = await eventually(lambda: sent(system), lambda items: items[0]["last_status"])
        assert (waiting["status"], waiting["last_status"]) == ("queued", 410)


async def test_a_council_that_cannot_be_reached_holds_up_nobody_else(
    system: Running, caseload: Caseload, council: Council
) -> None:
    away, here = await connect(system, "https://nowhere.invalid/events"), await connect(system)
    client_id = await take_on(system, caseload)
    await agree(system, client_id, away)
    await agree(system, client_id, here)
    await support(system, client_id)
    await until(lambda: council.heard)
    (dead,) = await settled(system, "dead")
    assert dead["last_status"] is None
    states = {item["id"]: item["state"] for item in await connections(system)}
    assert states == {away: "unproved", here: "working"}


async def test_two_workers_never_send_one_fact_at_the_same_time(
    databases: Databases, caseload: Caseload, council: Council
) -> None:
    service = dataclasses.replace(SERVICE, background=(deliver_facts(AT_ONCE), deliver_facts(AT_ONCE)))
    peers = {"caseload": caseload.app(), "council.example": council.app()}
    async with running(databases, service, peers=peers) as system:
        await system.join("interop")
        connection_id, client_id = await connect(system), await take_on(system, caseload)
        await agree(system, client_id, connection_id)
        for minutes in range(1, 9):
            await support(system, client_id, minutes)
        await settled(system, "sent", 8)
        assert [event["data"]["personal_care_minutes"] for event in council.heard] == list(range(2, 10))
        assert len(council.ids) == 8


async def test_withdrawn_consent_stops_what_is_to_come_and_what_waits(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve((timedelta(0), timedelta(hours=1))) as system:
        connection_id, client_id = await connect(system), await take_on(system, caseload)
        share = await agree(system, client_id, connection_id)
        council.answers = [Response(status_code=503)]
        await support(system, client_id)
        await until(lambda: council.ids)
        nurse = await system.nurse("interop")
        withdrawn = await nurse.post(f"/v1/shares/{share['id']}/withdraw")
        assert withdrawn.status_code == 200
        assert withdrawn.json()["withdrawn_at"]
        await support(system, client_id)
        stopped, told = await eventually(lambda: sent(system), lambda items: items[-1]["status"] == "sent")
        assert (stopped["status"], told["type"]) == ("withdrawn", WITHDRAWN), "the council may have it, and is told"
        assert [set(event["data"]) for event in council.heard] == [{"council_ref", "withdrawn_at"}]
        again = await nurse.post(f"/v1/shares/{share['id']}/withdraw")
        assert (again.status_code, again.json()["code"]) == (409, "share_already_withdrawn")
        await agree(system, client_id, connection_id, consented_on=days_ago(0))


async def test_what_waited_until_its_share_had_ended_is_not_sent(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve((timedelta(0), timedelta(seconds=1))) as system:
        connection_id, client_id = await connect(system), await take_on(system, caseload)
        share = await agree(system, client_id, connection_id)
        council.answers = [Response(status_code=503)]
        await support(system, client_id)
        await until(lambda: council.ids)
        await end(system, share)
        await settled(system, "withdrawn")
        assert council.heard == []


async def test_a_fact_whose_worker_died_is_sent_by_another_under_the_same_id(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    await support(system, client_id)
    (first,) = await settled(system, "sent")
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        table = tx.metadata.tables["council_delivery"]
        await tx.session.execute(table.update().values(status="queued", due_at=tx.now, sent_at=None))
    await until(lambda: len(council.heard) == 2)
    (again,) = await settled(system, "sent")
    assert council.ids == [first["id"]] * 2
    assert again["attempts"] == 2
