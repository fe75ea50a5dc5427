"""BaRS both ways: what a sender changes, takes back and reads, and what it hears of a team's decision."""

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
from services.interop.domain.bars_exchange import BarsResponse, ReferralVersion
from services.interop.domain.inbound import InboundMessage, InboundReferral
from services.interop.domain.reconciliation import Reconciled
from services.interop.events import ReferralChanged
from services.interop.main import SERVICE
from services.interop.usecases import send_responses
from services.interop.usecases.reconcile import reconcile
from tests.interop.answers import PATH, refused, resources, serve_team, stored, the
from tests.interop.bars_message import DOS_SERVICE, OURS, THEIRS, Message, a_message, a_person, a_request, ids
from tests.interop.council import AT_ONCE, eventually
from tests.interop.records import Caseload, a_record, a_referral
from tests.running import OTHER_TEAM, STRANGER, Databases, Running, running

REASONS = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"
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


def asked(kind: str = "validation", **changes: Any) -> Message:
    return a_request(kind, "a4t3", "999 to Community Services", reasonCode=[{"text": "Fell at home"}], **changes)


def following(message: Message, reason: str, **changes: Any) -> Message:
    """The same request again, with another reason and with these elements of it changed."""
    again: Message = json.loads(json.dumps(message))
    again["id"] = str(uuid4())
    header, request = (again["entry"][place]["resource"] for place in (0, 1))
    header["reason"] = {"coding": [{"system": REASONS, "code": reason}]}
    request |= changes
    return again


async def post(client: Any, message: Message, correlation_id: str | None = None) -> Any:
    headers = ids() | ({"X-Correlation-Id": correlation_id} if correlation_id else {})
    answer = await client.post(PATH, json=message, headers=headers)
    assert answer.headers["x-request-id"] == headers["X-Request-Id"]
    assert answer.headers["x-correlation-id"] == headers["X-Correlation-Id"]
    return answer


async def decided(system: Running, caseload: Caseload, referral: InboundReferral, said: str, **told: Any) -> Message:
    """The team decides, as caseload tells it; the client's record where it said yes."""
    known_as = str(referral.id)
    fact = {"referral_id": known_as, "inbound_referral_id": known_as, **told}
    if said == "not_taken":
        caseload.referrals[known_as] = a_referral(
            id=known_as, inbound_referral_id=known_as, status=said, signpost="Ring 111"
        )
        await system.deliver("interop", "caseload.referral.not_taken.v1", fact)
        return {}
    record = a_record()
    record["referral"][0] |= {"id": known_as, "inbound_referral_id": known_as}
    record["episode_of_care"][0]["referral_id"] = known_as
    client_id = record["client"]["id"]
    caseload.clients[client_id] = record
    await system.deliver("interop", "caseload.referral.accepted.v1", fact | {"client_id": client_id})
    return record


END = "2026-11-20T11:45:00.1234567+00:00"


def put_right(first: Message, **changes: Any) -> Message:
    """The sender knows better how urgent it is, why, by when and whom to ring."""
    better: Message = {"priority": "stat", "reasonCode": [{"text": "Fell, and hit her head"}]}
    update = following(first, "update", occurrencePeriod={"end": END}, **better, **changes)
    person = update["entry"][3]["resource"]
    del person["contact"]
    person["telecom"] = [{"system": "phone", "value": "07700 900999"}]
    return update


def by_our_id(message: Message, request_id: str) -> Message:
    """By the id from our answer, and with the place in the message changed."""
    again = following(message, "update", id=request_id)
    again["entry"][1]["fullUrl"] = f"urn:uuid:{uuid4()}"
    again["entry"][0]["resource"]["focus"] = [{"reference": again["entry"][1]["fullUrl"]}]
    return again


async def test_an_update_counts_until_the_team_has_answered(bars: Any, interop: Running, caseload: Caseload) -> None:
    first = a_message(request=asked())
    taken = await post(bars, first)
    assert taken.status_code == 200, taken.text
    (known,) = the(taken, "ServiceRequest")
    update = put_right(first)
    for message in (update, by_our_id(update, known["id"])):
        answer = await post(bars, message)
        assert answer.status_code == 200, answer.text
        assert fhirkit.validate(answer.text) == []
        assert the(answer, "MessageHeader")[0]["reason"]["coding"][0]["code"] == "update"
        assert END in answer.text
    (referral,) = await stored(interop, InboundReferral)
    assert (referral.urgency, referral.phone) == ("stat", "07700 900999")
    assert "hit her head" in referral.reason
    assert referral.answer_due_at.isoformat() == "2026-11-20T11:45:00.123456+00:00"
    assert len(await interop.published("interop", ReferralChanged)) == 2
    await decided(interop, caseload, referral, "not_taken", reason="no_capacity", decided_at="2026-11-20T10:00:00Z")
    (issue,) = refused(await post(bars, following(first, "update")), 422, "REC_UNPROCESSABLE_ENTITY")
    assert issue["code"] == "business-rule"
    assert len(await stored(interop, ReferralVersion)) == 3


async def test_every_version_is_kept_and_the_team_reads_the_newest(bars: Any, interop: Running) -> None:
    first = a_message(request=asked())
    newest = following(put_right(first), "update")
    for message in (first, put_right(first), newest):
        assert (await post(bars, message)).status_code == 200
    versions = await stored(interop, ReferralVersion)
    assert [(one.number, one.reason) for one in versions] == [(1, "new"), (2, "update"), (3, "update")]
    assert {one.message_id for one in versions} == {one.id for one in await stored(interop, InboundMessage)}
    nurse = await interop.nurse("interop")
    shown = (await nurse.get(f"/v1/inbound-referrals/{versions[0].inbound_referral_id}/message")).json()
    assert shown["id"] == newest["id"]


async def test_what_is_withdrawn_says_so_to_the_team_and_is_answered_no_more(
    bars: Any, interop: Running, caseload: Caseload
) -> None:
    first = a_message(request=asked())
    await post(bars, first)
    answer = await post(bars, following(first, "delete", status="entered-in-error"))
    assert answer.status_code == 200, answer.text
    assert the(answer, "Encounter")[-1]["status"] == "cancelled"
    (referral,) = await stored(interop, InboundReferral)
    assert referral.outcome == "withdrawn"
    assert referral.reason.startswith("Withdrawn by whoever referred")
    assert "Fell at home" in referral.reason
    shown = await bars.get(f"/fhir/R4/ServiceRequest/{referral.id}")
    assert shown.json()["status"] == "revoked"
    refused(await post(bars, following(first, "update", status="revoked")), 422, "REC_UNPROCESSABLE_ENTITY")
    await decided(interop, caseload, referral, "not_taken", reason="no_capacity", decided_at="2026-11-20T10:00:00Z")
    assert await stored(interop, BarsResponse) == []


async def test_a_sender_reads_its_request_as_soon_as_it_is_taken(bars: Any, interop: Running) -> None:
    taken = await post(bars, a_message(request=asked()))
    (request,) = the(taken, "ServiceRequest")
    reference = the(taken, "Encounter")[-1]["identifier"][0]
    shown = await bars.get(f"/fhir/R4/ServiceRequest/{request['id']}")
    assert (shown.status_code, shown.json()["status"]) == (200, "active")
    found = await bars.get(
        "/fhir/R4/ServiceRequest", params={"identifier": f"{reference['system']}|{reference['value']}"}
    )
    assert [one["id"] for one in resources(found)] == [request["id"]]


async def test_what_cannot_follow_is_refused_and_changes_nothing(bars: Any, interop: Running) -> None:
    first = a_message(request=asked())
    await post(bars, first)
    elsewhere = following(first, "update")
    elsewhere["entry"][1]["fullUrl"] = f"urn:uuid:{uuid4()}"
    elsewhere["entry"][0]["resource"]["focus"] = [{"reference": elsewhere["entry"][1]["fullUrl"]}]
    other_source = following(first, "update")
    other_source["entry"][0]["resource"]["source"]["endpoint"] = f"{DOS_SERVICE}|999"
    somebody = following(first, "update")
    somebody["entry"][3]["resource"] = a_person("9990000018")
    younger = following(first, "update")
    younger["entry"][3]["resource"] = a_person(None, birthDate="1999-01-01")
    two_reasons = following(first, "update")
    two_reasons["entry"][0]["resource"]["reason"]["coding"].append({"system": REASONS, "code": "delete"})
    for message, status, code in (
        (elsewhere, 404, "REC_NOT_FOUND"),
        (other_source, 404, "REC_NOT_FOUND"),
        (somebody, 422, "REC_UNPROCESSABLE_ENTITY"),
        (younger, 422, "REC_UNPROCESSABLE_ENTITY"),
        (following(first, "delete"), 422, "REC_UNPROCESSABLE_ENTITY"),
        (following(first, "new", status="revoked"), 422, "REC_UNPROCESSABLE_ENTITY"),
        (following(first, "mend"), 422, "REC_UNPROCESSABLE_ENTITY"),
        (two_reasons, 422, "REC_UNPROCESSABLE_ENTITY"),
    ):
        refused(await post(bars, message), status, code)
    stranger = await interop.client("interop", "another-tie", "integrator")
    refused(await post(stranger, following(first, "update")), 404, "REC_NOT_FOUND")
    (referral,) = await stored(interop, InboundReferral)
    assert (referral.outcome, referral.version) == ("waiting", 1)
    assert len(await stored(interop, InboundMessage)) == 10


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


async def reckoned(system: Running) -> list[Reconciled]:
    async with system.databases["interop"].transaction(SYSTEM) as tx:
        return await reconcile(tx, tx.today, "bars")


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


async def test_a_sender_asks_what_a_message_has_to_hold(bars: Any, interop: Running) -> None:
    use_case = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars|a4t3"
    asked_for = [("context", f"{DOS_SERVICE}|{OURS}"), ("context", use_case)]
    found = await bars.get("/fhir/R4/MessageDefinition", params=asked_for, headers={"X-Correlation-Id": str(uuid4())})
    definitions = resources(found)
    assert {one["url"].rpartition("/")[2] for one in definitions} == {
        "bars-message-servicerequest-request-referral",
        "bars-message-servicerequest-request-validation",
        "bars-message-servicerequest-request-cancelled",
    }
    assert "x-correlation-id" in found.headers
    assert all("lastUpdated" in one["meta"] for one in definitions)
    for nothing in ([("context", f"{DOS_SERVICE}|999")], [asked_for[0], ("context", f"{use_case}<script>")]):
        answer = await bars.get("/fhir/R4/MessageDefinition", params=nothing)
        assert resources(answer) == []
    refused(await bars.get("/fhir/R4/MessageDefinition"), 400, "REC_BAD_REQUEST")
    nobody = await interop.client("interop", None)
    assert (await nobody.get("/fhir/R4/MessageDefinition", params=asked_for)).status_code == 401
