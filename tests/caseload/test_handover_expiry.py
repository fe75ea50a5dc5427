"""A handover that nobody accepts by its deadline: the nurse on call is warned once, however many replicas look."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from services.caseload.domain.handover import Handover
from services.caseload.events import HandoverExpired
from services.caseload.usecases.hand_over import expire_some
from services.common.auth import SYSTEM
from tests.caseload.night import Night, handed_over, later
from tests.caseload.story import take_on
from tests.running import DEPUTY, TEAM, Running, until


@pytest.fixture
async def night(caseload: Running) -> Night:
    return await handed_over(caseload, await take_on(caseload))


async def let_the_deadline_pass(caseload: Running) -> None:
    async with caseload.databases["caseload"].transaction(SYSTEM) as tx:
        await tx.session.execute(update(Handover).values(accept_by=tx.now - timedelta(seconds=1)))


async def _warnings(caseload: Running) -> list[Any]:
    return await caseload.published("caseload", HandoverExpired)


async def test_unaccepted_by_its_deadline_a_handover_warns_the_nurse_on_call(caseload: Running, night: Night) -> None:
    assert await expire_some(caseload.databases["caseload"]) == 0
    assert (await night.read())["status"] == "sent"
    await let_the_deadline_pass(caseload)
    (warning,) = await until(lambda: _warnings(caseload))
    told = {name: warning.data[name] for name in ("handover_id", "client_id", "team_id", "on_call_id")}
    assert told == {
        "handover_id": night.id,
        "client_id": night.client.client_id,
        "team_id": str(TEAM),
        "on_call_id": str(DEPUTY),
    }
    assert (await night.read())["status"] == "expired"
    refused = await night.accept()
    assert (refused.status_code, refused.json()["code"]) == (410, "link_ended")


async def test_replicas_that_look_at_once_warn_once_of_each(caseload: Running, night: Night) -> None:
    others = [await handed_over(caseload, night.client) for _ in range(5)]
    await let_the_deadline_pass(caseload)
    await asyncio.gather(*(expire_some(caseload.databases["caseload"]) for _ in range(3)))
    await until(lambda: _all_expired([night, *others]))
    warned = [one.data["handover_id"] for one in await _warnings(caseload)]
    assert sorted(warned) == sorted(one.id for one in (night, *others))


async def _all_expired(nights: list[Night]) -> bool:
    return all([(await one.read())["status"] == "expired" for one in nights])


async def test_what_was_accepted_or_taken_back_does_not_expire(caseload: Running, night: Night) -> None:
    taken_back = await handed_over(caseload, night.client)
    await night.accept()
    await night.client.post(f"/v1/handovers/{taken_back.id}/return", None)
    await let_the_deadline_pass(caseload)
    assert await expire_some(caseload.databases["caseload"]) == 0
    assert (await night.look()).status_code == 200, "the deadline was for accepting alone"
    assert await _warnings(caseload) == []


async def test_who_was_rung_up_can_be_sent_it_again(caseload: Running, night: Night) -> None:
    await let_the_deadline_pass(caseload)
    await until(lambda: _warnings(caseload))
    again = await night.client.post(f"/v1/handovers/{night.id}/send", {"accept_by": later(minutes=15)})
    night.link, night.code = again["link"], again["code"]
    assert (await night.accept()).status_code == 200
