"""By BaRS a sender hears at its own address what a team decided, until it has arrived."""

import dataclasses
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import fhirkit
import pytest
from fastapi.responses import HTMLResponse
from joserfc.jwk import RSAKey

from demo.partners.bars import HOST, Heard, Senders, refusal
from demo.partners.bars import connected as connected_to
from services.common.auth import SYSTEM
from services.interop.domain.inbound import InboundReferral
from services.interop.domain.reconciliation import Reconciled
from services.interop.main import SERVICE
from services.interop.usecases import send_responses
from services.interop.usecases.reconcile import reconcile
from tests.interop.answers import serve_team, stored
from tests.interop.bars_message import DOS_SERVICE, OURS, THEIRS, Message, a_message
from tests.interop.bars_sender import asked, decided, post
from tests.interop.council import AT_ONCE, eventually
from tests.interop.records import Caseload
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running

KEY = RSAKey.generate_key(2048)


@pytest.fixture
def senders() -> Senders:
    return Senders(KEY)


@pytest.fixture
def connected(databases: Databases, caseload: Caseload, senders: Senders) -> Callable[..., Any]:
    """Interop with the senders service at its own address; `schedule` is how long to wait before each attempt."""

    @asynccontextmanager
    async def start(schedule: tuple[timedelta, ...] = AT_ONCE) -> AsyncIterator[Running]:
        service = dataclasses.replace(SERVICE, background=(send_responses(0.02, schedule),))
        peers = {"caseload": caseload.app(), HOST: senders.app()}
        async with running(databases, service, peers=peers, **connected_to(KEY)) as system:
            await system.join("interop")
            await system.join("interop", team=OTHER_TEAM, employee=STRANGER)
            await serve_team(system)
            yield system

    return start


async def ended(system: Running, record: Message) -> None:
    """Care ends, and is told twice."""
    episode_id = record["episode_of_care"][0]["id"]
    told = {"episode_of_care_id": episode_id, "client_id": record["client"]["id"]}
    for _ in range(2):
        fact = told | {"reason": "goals_met", "since_on": "2026-12-20"}
        await system.deliver("interop", "caseload.episode_of_care.discharged.v1", fact)


async def heard_by(senders: Senders, count: int) -> list[Heard]:
    async def once() -> list[Heard]:
        return senders.heard

    found: list[Heard] = await eventually(once, lambda heard: len(heard) == count)
    return found


async def reckoned(system: Running) -> list[Reconciled]:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        return await reconcile(tx, tx.today, "bars")


def is_about(one: Heard, status: str, referral: InboundReferral, message: Message) -> None:
    """FHIR, the request's header turned round, and our Encounter in this status."""
    assert fhirkit.validate(json.dumps(one.message)) == []
    encounter, (header,) = one.the("Encounter")[-1], one.the("MessageHeader")
    assert (encounter["status"], encounter["identifier"][0]["value"]) == (status, referral.reference)
    assert header["destination"][0]["endpoint"] == f"{DOS_SERVICE}|{THEIRS}"
    assert header["source"]["endpoint"] == f"{DOS_SERVICE}|{OURS}"
    assert header["response"]["identifier"] == message["id"]
    assert all("lastUpdated" in entry["resource"]["meta"] for entry in one.message["entry"])


async def test_the_sender_hears_of_the_decision_and_of_the_end(
    connected: Callable[..., Any], caseload: Caseload, senders: Senders
) -> None:
    async with connected() as system:
        sender, journey = await system.client("interop", "trust-tie", "integrator"), str(uuid4())
        message = a_message(request=asked())
        await post(sender, message, journey)
        (referral,) = await stored(system, InboundReferral)
        senders.answers = [refusal(503, "PROXY_UNAVAILABLE", "transient"), HTMLResponse("<html>")]
        await ended(system, await decided(system, caseload, referral, "accepted", accepted_at="2026-11-20T10:00:00Z"))
        interim, final = await heard_by(senders, 2)
        assert [one.request_id for one in senders.asked] == [interim.request_id] * 3 + [final.request_id]
        assert interim.request_id != final.request_id
        assert {one.correlation_id for one in senders.asked} == {journey}
        assert interim.target == {"system": DOS_SERVICE, "value": THEIRS}
        assert interim.use_context == "a4t3|validation|servicerequest-response|new"
        assert final.use_context == "a4t3|validation|servicerequest-response|update"
        is_about(interim, "in-progress", referral, message)
        is_about(final, "finished", referral, message)
        assert final.the("ServiceRequest")[0]["status"] == "completed"
        (found,) = await reckoned(system)
        assert (found.partner, found.done, found.sent, found.acknowledged) == ("bars", 2, 2, 2)
        assert found.differences == ()


TOLD = {"reason": "no_capacity", "decided_at": "2026-11-20T10:00:00Z"}


async def responses(system: Running, status: str) -> list[Any]:
    """What operations see."""
    ops = await system.client("interop", "ops-1", "ops")
    answer = await ops.get("/v1/bars-responses", params={"status": status})
    assert answer.status_code == 200, answer.text
    found: list[Any] = answer.json()["items"]
    return found


async def three_answered(system: Running, caseload: Caseload, senders: Senders) -> list[Any]:
    """Of three refusals one is refused in turn, one never taken, and one known already."""
    sender = await system.client("interop", "trust-tie", "integrator")
    for _ in range(3):
        await post(sender, a_message(request=asked()))
    throttled = [refusal(429, "REC_TOO_MANY_REQUESTS", "throttled")] * len(AT_ONCE)
    said = {
        "refused": [refusal(422, "REC_UNPROCESSABLE_ENTITY", "invalid")],
        "dead": throttled,
        "sent": [refusal(409, "REC_CONFLICT", "duplicate")],
    }
    found = []
    for referral, (status, senders.answers) in zip(await stored(system, InboundReferral), said.items(), strict=True):
        await decided(system, caseload, referral, "not_taken", **TOLD)
        (row,) = await eventually(partial(responses, system, status), len)
        assert row["inbound_referral_id"] == str(referral.id)
        found.append(row)
    return found


async def test_what_the_sender_refuses_or_never_takes_is_seen_and_sent_again(
    connected: Callable[..., Any], caseload: Caseload, senders: Senders
) -> None:
    async with connected() as system:
        stuck, given_up, known = await three_answered(system, caseload, senders)
        assert (stuck["last_status"], stuck["attempts"], known["last_status"]) == (422, 1, 409)
        (day,) = await reckoned(system)
        kinds = {difference.about: difference.kind for difference in day.differences}
        assert kinds == {
            stuck["inbound_referral_id"]: "rejected",
            given_up["inbound_referral_id"]: "not_acknowledged",
        }
        ops = await system.client("interop", "ops-1", "ops")
        for row, is_same in ((stuck, False), (given_up, True)):
            answer = await ops.post(f"/v1/bars-responses/{row['id']}/send-again")
            assert answer.status_code == 200, answer.text
            assert (answer.json()["request_id"] == row["request_id"]) is is_same
        for response in await heard_by(senders, 2):
            encounter = response.the("Encounter")[-1]
            (because,) = encounter["reasonCode"]
            assert (encounter["status"], because["coding"][0]["code"]) == ("cancelled", "RRNA")
            assert because["text"] == "No capacity. Ring 111"
        assert (await ops.post(f"/v1/bars-responses/{known['id']}/send-again")).status_code == 409
        assert (await ops.post(f"/v1/bars-responses/{uuid4()}/send-again")).status_code == 404


async def test_who_heard_of_the_end_is_not_told_afterwards_that_care_began(
    connected: Callable[..., Any], caseload: Caseload, senders: Senders
) -> None:
    async with connected() as system:
        stuck, *_ = await three_answered(system, caseload, senders)
        table = system.databases["interop"].metadata.tables["bars_response"]
        async with system.databases["interop"].transaction(SYSTEM) as tx:
            row = (await tx.session.execute(table.select().where(table.c.id == stuck["id"]))).one()
            end = {**row._mapping, "id": uuid4(), "request_id": uuid4(), "stage": "final", "status": "sent"}
            await tx.session.execute(table.insert().values(**end))
        ops = await system.client("interop", "ops-1", "ops")
        refused = await ops.post(f"/v1/bars-responses/{stuck['id']}/send-again")
        assert (refused.status_code, refused.json()["code"]) == (409, "end_is_told")
