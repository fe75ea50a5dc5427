"""The whole message that a partner sent is read by the nurses of the team that it was sent to, and by nobody else."""

import json
from typing import Any
from uuid import uuid4

import pytest

from services.common.auth import Persona
from services.interop.domain.inbound import InboundReferral
from tests.interop.answers import PATH, stored
from tests.interop.bars_message import a_message, ids
from tests.running import STRANGER, Running


async def send(partner: Any, system: Running, raw: bytes) -> str:
    """Where the message that became a referral is read."""
    assert (await partner.post(PATH, content=raw, headers=ids())).status_code == 200
    (referral,) = await stored(system, InboundReferral)
    return f"/v1/inbound-referrals/{referral.id}/message"


async def test_anonymous_is_refused(interop: Running) -> None:
    nobody = await interop.client("interop", None)
    assert (await nobody.get(f"/v1/inbound-referrals/{uuid4()}/message")).status_code == 401


async def test_a_nurse_reads_the_message_as_it_came(interop: Running, bars: Any) -> None:
    raw = json.dumps(a_message(), indent=3).encode()
    path = await send(bars, interop, raw)
    answer = await (await interop.nurse("interop")).get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.content == raw


async def test_another_team_cannot_tell_the_message_from_none(interop: Running, bars: Any) -> None:
    path = await send(bars, interop, json.dumps(a_message()).encode())
    stranger = await interop.client("interop", STRANGER)
    hidden, absent = await stranger.get(path), await stranger.get(f"/v1/inbound-referrals/{uuid4()}/message")
    assert hidden.status_code == absent.status_code == 404
    assert {**hidden.json(), "instance": ""} == {**absent.json(), "instance": ""}


@pytest.mark.parametrize("persona", [persona for persona in Persona if persona is not Persona.NURSE])
async def test_nobody_but_a_nurse_reads_the_message(interop: Running, bars: Any, persona: str) -> None:
    path = await send(bars, interop, json.dumps(a_message()).encode())
    somebody = await interop.client("interop", str(uuid4()), persona)
    assert (await somebody.get(path)).status_code == 403


async def test_a_message_that_we_failed_over_is_taken_once_the_fault_is_mended(bars: Any, interop: Running) -> None:
    broken = "alter table inbound_referral add constraint broken check (family_name <> 'Tabor')"
    await interop.alter("interop", broken)
    assert (await bars.post(PATH, json=a_message(), headers=ids())).status_code == 500
    ops = await interop.client("interop", "ops-1", "ops")
    (failed,) = (await ops.get("/v1/inbound-messages?outcome=received")).json()["items"]
    path = f"/v1/inbound-messages/{failed['id']}/replay"
    still = await ops.post(path)
    assert (still.status_code, still.json()["outcome"], still.json()["status"]) == (200, "received", 500)
    await interop.alter("interop", "alter table inbound_referral drop constraint broken")
    taken = await ops.post(path)
    assert (taken.json()["outcome"], taken.json()["status"]) == ("accepted", 200)
    (referral,) = await stored(interop, InboundReferral)
    assert referral.message_id == (await stored(interop))[0].id
    assert [event.type for event in await interop.published("interop")] == ["interop.referral.received.v1"]
    assert (await ops.post(f"/v1/inbound-messages/{uuid4()}/replay")).status_code == 404
    twice = await ops.post(path)
    assert (twice.status_code, twice.json()["code"]) == (409, "nothing_to_try_again")
