"""BaRS both ways: what a sender changes, takes back and reads, and what it hears of a team's decision."""

from typing import Any
from uuid import uuid4

import fhirkit

from services.interop.domain.bars_exchange import BarsResponse, ReferralVersion
from services.interop.domain.inbound import InboundMessage, InboundReferral
from services.interop.events import ReferralChanged
from tests.interop.answers import refused, resources, stored, the
from tests.interop.bars_message import DOS_SERVICE, OURS, Message, a_message, a_person
from tests.interop.bars_sender import REASONS, asked, decided, following, post
from tests.interop.records import Caseload
from tests.running import Running

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


async def test_who_takes_a_request_back_while_it_is_accepted_hears_that_it_was(
    bars: Any, interop: Running, caseload: Caseload
) -> None:
    first = a_message(request=asked())
    await post(bars, first)
    assert (await post(bars, following(first, "delete", status="entered-in-error"))).status_code == 200
    (referral,) = await stored(interop, InboundReferral)
    await decided(interop, caseload, referral, "accepted", accepted_at="2026-11-20T10:00:00Z")
    (known,) = await stored(interop, InboundReferral)
    (response,) = await stored(interop, BarsResponse)
    assert (known.outcome, response.stage) == ("accepted", "interim")


async def test_what_comes_after_the_answer_is_told_as_it_stands_and_the_team_hears_that_it_came(
    bars: Any, interop: Running, caseload: Caseload
) -> None:
    said = []
    answers = {"accepted": {"accepted_at": END}, "not_taken": {"reason": "no_capacity", "decided_at": END}}
    for outcome, told in answers.items():
        first = a_message(request=asked())
        await post(bars, first)
        referral = (await stored(interop, InboundReferral))[-1]
        await decided(interop, caseload, referral, outcome, **told)
        for late in (following(first, "delete", status="entered-in-error"), following(first, "update")):
            (issue,) = refused(await post(bars, late), 422, "REC_UNPROCESSABLE_ENTITY")
            said.append(issue["details"]["text"])
        changed = await interop.published("interop", ReferralChanged)
        assert [one.data["team_id"] for one in changed] == [str(referral.team_id)] * 2, outcome
    assert ["accepted this request" in one for one in said] == [True, True, False, False]
    assert ["does not take" in one for one in said] == [False, False, True, True]


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
