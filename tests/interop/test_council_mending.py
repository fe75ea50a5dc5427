"""What ops see before a team does, and how it is mended: what waits, what was given up and is sent again, and what a
council was told before a client withdrew."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from fastapi import Response
from uuid6 import uuid7

from services.interop.domain.share import WITHDRAWN
from tests.interop.council import Council, agree, connect, connections, eventually, sent, settled, support, take_on
from tests.interop.records import Caseload
from tests.interop.submitting import changed, changes, refused, reviewed, standing
from tests.running import Running, until


async def test_health_says_what_waits_since_when_and_what_was_given_up_and_that_is_sent_again(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve((timedelta(0),)) as system:
        connection_id, client_id = await connect(system), await take_on(system, caseload)
        await agree(system, client_id, connection_id)
        council.answers = [Response(status_code=500), Response(status_code=500), Response(status_code=410)]
        for minutes in (10, 20, 30):
            await support(system, client_id, minutes)
        await settled(system, "dead", 2)
        (health,) = await eventually(lambda: connections(system), lambda found: found[0]["state"] == "disabled")
        assert (health["waiting"], health["dead"]) == (1, 2)
        assert health["oldest_waiting_at"]

        ops = await system.client("interop", "ops-1", "ops")
        dead = await sent(system, status="dead")
        waiting = (await sent(system, status="queued"))[0]["id"]
        for wrong, status in ((waiting, 409), (str(uuid7()), 404)):
            assert (await ops.post(f"/v1/deliveries/{wrong}/replay")).status_code == status
        reopened = {"name": "Cumbria", "url": "https://council.example/events"}
        assert (await ops.put(f"/v1/connections/{connection_id}", json=reopened)).status_code == 200
        await until(lambda: council.heard)
        one = await ops.post(f"/v1/deliveries/{dead[1]['id']}/replay")
        assert (one.status_code, one.json()["status"], one.json()["attempts"]) == (200, "queued", 0)
        await settled(system, "sent", 2)
        assert (await ops.post(f"/v1/connections/{connection_id}/replay")).json() == {"deliveries": 1}
        await settled(system, "sent", 3)
        assert [event["data"]["personal_care_minutes"] for event in council.heard] == [31, 21, 11]
        (health,) = await connections(system)
        assert (health["state"], health["waiting"], health["dead"]) == ("working", 0, 0)


async def test_what_a_social_worker_reviewed_is_theirs_to_send_again(
    serve: Callable[..., Any], caseload: Caseload, council: Council
) -> None:
    async with serve((timedelta(0),)) as system:
        await changed(system, caseload)
        await settled(system, "sent")
        guest = await system.client("interop", "gareth@council.example", "social_worker")
        await until(lambda: changes(guest))
        council.answers = [Response(status_code=500)]
        await standing(guest, await reviewed(guest), "dead")
        ops = await system.client("interop", "ops-1", "ops")
        (dead,) = await sent(system, status="dead")
        assert refused(await ops.post(f"/v1/deliveries/{dead['id']}/replay")) == (409, "not_given_up")
        assert (await ops.post(f"/v1/connections/{dead['connection_id']}/replay")).json() == {"deliveries": 0}


async def test_a_withdrawal_is_told_to_a_council_that_knows_of_the_client_and_shows_what_was_sent_before(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id)
    await support(system, client_id, 10)
    await settled(system, "sent")
    nurse = await system.nurse("interop")
    assert (await nurse.post(f"/v1/shares/{share['id']}/withdraw")).status_code == 200
    await settled(system, "sent", 2)
    assert council.heard[-1]["type"] == WITHDRAWN
    assert set(council.heard[-1]["data"]) == {"council_ref", "withdrawn_at"}
    await support(system, client_id, 20)
    before, told = (await nurse.get(f"/v1/shares/{share['id']}/sent")).json()["items"]
    assert before["told"] == {"council_ref": "LAS-40021", "personal_care_minutes": 11}
    assert (told["type"], len(council.heard)) == (WITHDRAWN, 2)


async def test_a_council_that_was_told_nothing_is_not_told_of_a_withdrawal_either(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    share = await agree(system, client_id, connection_id)
    nurse = await system.nurse("interop")
    assert (await nurse.post(f"/v1/shares/{share['id']}/withdraw")).status_code == 200
    assert await sent(system) == []


async def test_a_council_is_called_no_more_often_than_it_bears(
    system: Running, caseload: Caseload, council: Council
) -> None:
    connection_id, client_id = await connect(system), await take_on(system, caseload)
    ops = await system.client("interop", "ops-1", "ops")
    limited = {"name": "Cumbria", "url": "https://council.example/events", "calls_a_minute": 120}
    assert (await ops.put(f"/v1/connections/{connection_id}", json=limited)).status_code == 200
    await agree(system, client_id, connection_id)
    for minutes in range(5):
        await support(system, client_id, minutes)
    found = await settled(system, "sent", 5)
    first, *_, last = sorted(datetime.fromisoformat(one["sent_at"]) for one in found)
    assert last - first > timedelta(seconds=1.8), "half a second apart, and five of them"
