"""An address is told nothing about anybody until it has echoed a challenge (T-SSRF 08)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import Response
from fastapi.responses import JSONResponse

from tests.interop.council import (
    Council,
    agree,
    connect,
    connections,
    eventually,
    sent,
    settled,
    support,
    take_on,
    withdraw,
)
from tests.interop.records import Caseload
from tests.running import Running, until

OFTEN = (timedelta(0),) * 1000


async def test_an_address_is_challenged_once_and_then_told(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    for minutes in (10, 20):
        await support(system, client_id, minutes)
    await settled(system, "sent", 2)
    assert [event["data"]["personal_care_minutes"] for event in council.heard] == [11, 21]
    assert len(council.challenges) == 1
    (shown,) = await connections(system)
    assert (shown["state"], bool(shown["proved_at"])) == ("working", True)


@pytest.mark.parametrize(
    "echo",
    [
        lambda _: Response(status_code=204),
        lambda challenge: Response(challenge),
        lambda challenge: JSONResponse([challenge]),
        lambda challenge: JSONResponse({"challenge": challenge[::-1]}),
        lambda challenge: JSONResponse({"challenge": challenge}, status_code=404),
        lambda challenge: JSONResponse({"challenge": challenge}, status_code=302, headers={"location": "/elsewhere"}),
        lambda _: Response("[" * 4000),
        lambda challenge: JSONResponse({"more": "x" * 5000, "challenge": challenge}),
    ],
    ids=["nothing", "no JSON", "no object", "another", "not found", "elsewhere", "too deep", "too much"],
)
async def test_what_does_not_echo_is_told_nothing_and_asked_again_until_it_does(
    serve: Callable[..., Any], caseload: Caseload, council: Council, echo: Callable[[str], Response]
) -> None:
    right, council.echo = council.echo, echo
    async with serve(OFTEN) as system:
        connection_id, client_id = await connect(system), await take_on(system, caseload)
        await agree(system, client_id, connection_id)
        for minutes in (10, 20):
            await support(system, client_id, minutes)
        await until(lambda: len(council.challenges) > 1)
        (shown,) = await eventually(lambda: connections(system), lambda items: items[0]["failures"] > 1)
        assert (shown["state"], shown["proved_at"]) == ("unproved", None)
        assert (council.ids, council.heard, council.elsewhere) == ([], [], 0)
        assert len(set(council.challenges)) == len(council.challenges), "each time it is another one"
        council.echo = right
        await settled(system, "sent", 2)
        assert [event["data"]["personal_care_minutes"] for event in council.heard] == [11, 21]


async def test_what_is_withdrawn_while_an_address_proves_itself_does_not_leave_any_more(
    system: Running, caseload: Caseload, council: Council
) -> None:
    council.hesitates = asyncio.Event()
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id)
    await support(system, client_id)
    await until(lambda: council.challenges)
    await withdraw(system, share)
    council.hesitates.set()
    (shown,) = await eventually(lambda: connections(system), lambda items: items[0]["proved_at"])
    assert [item["status"] for item in await sent(system)] == ["withdrawn"]
    assert (council.ids, shown["failures"]) == ([], 0)


async def test_a_fact_goes_to_the_address_that_stands_when_the_old_one_has_echoed(
    system: Running, caseload: Caseload, council: Council
) -> None:
    council.hesitates = asyncio.Event()
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    await support(system, client_id)
    await until(lambda: council.challenges)
    ops = await system.client("interop", "ops-1", "ops")
    change = {"name": "Cumbria", "url": "https://council.example/events?key=2"}
    assert (await ops.put(f"/v1/connections/{connection_id}", json=change)).status_code == 200
    council.hesitates.set()
    await settled(system, "sent", 1)
    assert (len(council.challenges), len(council.ids)) == (2, 1), "the new address had to echo first"


async def test_who_says_gone_to_the_challenge_closes_the_connection(
    system: Running, caseload: Caseload, council: Council
) -> None:
    council.echo = lambda _: Response(status_code=410)
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    await support(system, client_id)
    await eventually(lambda: connections(system), lambda items: items[0]["state"] == "disabled")
    assert [(item["status"], item["last_status"]) for item in await sent(system)] == [("queued", 410)]
    assert council.heard == []


async def test_another_address_proves_itself_anew_and_another_name_need_not(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    await agree(system, client_id, connection_id)
    ops = await system.client("interop", "ops-1", "ops")
    changes = [
        {"name": "Cumbria", "url": "https://council.example/events"},
        {"name": "Cumbria", "url": "https://council.example/events?key=2"},
    ]
    seen = []
    for number, change in enumerate(changes, start=1):
        await support(system, client_id)
        await settled(system, "sent", number)
        assert (await ops.put(f"/v1/connections/{connection_id}", json=change)).status_code == 200
        seen.append(len(council.challenges))
    await support(system, client_id)
    await settled(system, "sent", 3)
    assert [*seen, len(council.challenges)] == [1, 1, 2]
