"""What breaks a rule of BaRS is kept, changes nothing, and is answered with the place and the way out."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from services.interop.domain.inbound import InboundReferral
from tests.interop.answers import FHIR, PATH, refused, stored
from tests.interop.bars_message import OURS, THEIRS, a_message, a_person, a_request, ids
from tests.running import Running


async def test_anonymous_is_refused(interop: Running) -> None:
    nobody = await interop.client("interop", None)
    answer = await nobody.post(PATH, json=a_message(), headers=ids())
    assert refused(answer, 401, "REC_UNAUTHORIZED")[0]["code"] == "login"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert await stored(interop) == []


@pytest.mark.parametrize("persona", ["nurse", "coach", "heatshield", "ops", "service", "council"])
async def test_only_an_integrator_may_send(interop: Running, persona: str) -> None:
    somebody = await interop.client("interop", str(uuid4()), persona)
    answer = await somebody.post(PATH, json=a_message(), headers=ids())
    assert refused(answer, 403, "REC_FORBIDDEN")[0]["code"] == "forbidden"


async def test_the_same_message_is_taken_once(bars: Any, interop: Running) -> None:
    message, headers = a_message(), ids()
    assert (await bars.post(PATH, json=message, headers=headers)).status_code == 200
    again = await bars.post(PATH, json=message, headers=headers)
    assert refused(again, 409, "REC_CONFLICT")[0]["code"] == "duplicate"
    assert again.headers["x-correlation-id"] == headers["X-Correlation-Id"]
    assert len(await stored(interop, InboundReferral)) == 1
    assert len(await interop.published("interop")) == 1
    assert [message.outcome for message in await stored(interop)] == ["accepted", "refused"]


async def test_of_two_at_once_exactly_one_is_taken(bars: Any, interop: Running) -> None:
    message, headers = a_message(), ids()
    answers = await asyncio.gather(*(bars.post(PATH, json=message, headers=headers) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(await stored(interop, InboundReferral)) == 1


async def test_a_refused_message_may_be_sent_again_corrected(bars: Any, interop: Running) -> None:
    headers = ids()
    wrong = a_message(bundle={"meta": {}})
    assert (await bars.post(PATH, json=wrong, headers=headers)).status_code == 400
    assert (await bars.post(PATH, json=a_message(), headers=headers)).status_code == 200


async def test_an_idempotency_key_changes_nothing_about_a_message(bars: Any, interop: Running) -> None:
    """BaRS has its own rule for a message sent twice, and a key of another kind neither lifts nor tightens it."""
    key, first, second = {"Idempotency-Key": "k-1"}, ids(), ids()
    assert (await bars.post(PATH, json=a_message(bundle={"meta": {}}), headers=first | key)).status_code == 400
    message = a_message()
    assert (await bars.post(PATH, json=message, headers=first | key)).status_code == 200
    again = await bars.post(PATH, json=message, headers=first | key)
    assert refused(again, 409, "REC_CONFLICT")[0]["code"] == "duplicate"
    anew = await bars.post(PATH, json=message, headers=second | key)
    assert (anew.status_code, anew.headers.get("idempotency-replayed")) == (200, None)
    assert anew.headers["x-correlation-id"] == second["X-Correlation-Id"]
    assert len(await stored(interop)) == 4


@pytest.mark.parametrize("missing", ["X-Request-Id", "X-Correlation-Id"])
@pytest.mark.parametrize("sent", [None, "not-a-uuid"])
async def test_both_ids_are_needed(bars: Any, interop: Running, missing: str, sent: str | None) -> None:
    headers = {name: value for name, value in ids().items() if name != missing}
    answer = await bars.post(PATH, json=a_message(), headers=headers | ({missing: sent} if sent else {}))
    (issue,) = refused(answer, 400, "REC_BAD_REQUEST")
    assert issue["expression"] == [f"http.{missing}"]
    assert (await stored(interop))[0].outcome == "refused"


async def test_both_ids_missing_are_two_issues(bars: Any) -> None:
    answer = await bars.post(PATH, json=a_message(), headers={"Content-Type": FHIR})
    assert len(refused(answer, 400, "REC_BAD_REQUEST")) == 2


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "REC_BAD_REQUEST"),
        (b"{", 400, "REC_BAD_REQUEST"),
        (b"\xff\xfe", 400, "REC_BAD_REQUEST"),
        (b'{"resourceType": "Bundle", "resourceType": "Bundle"}', 400, "REC_BAD_REQUEST"),
        (b"[" * 40 + b"]" * 40, 400, "REC_BAD_REQUEST"),
        (b'{"resourceType": "Bundle", "id": "\\u0000"}', 422, "REC_UNPROCESSABLE_ENTITY"),
        (b"[]", 400, "REC_BAD_REQUEST"),
        (b'{"resourceType": "Patient"}', 400, "REC_BAD_REQUEST"),
        (b'{"resourceType": "Bundle", "type": "collection"}', 400, "REC_BAD_REQUEST"),
        (b'{"resourceType": "Bundle", "type": "message"}', 400, "REC_BAD_REQUEST"),
    ],
)
async def test_what_is_no_message_is_refused_and_kept(
    bars: Any, interop: Running, raw: bytes, status: int, code: str
) -> None:
    answer = await bars.post(PATH, content=raw, headers=ids())
    refused(answer, status, code)
    (kept,) = await stored(interop)
    assert (kept.raw, kept.outcome, kept.status) == (raw, "refused", status)
    assert await interop.published("interop") == []


async def test_every_fault_of_structure_is_named_at_its_place(bars: Any, interop: Running) -> None:
    person = a_person(birthDate="1936-13-01", gender=3, hobby="cards")
    answer = await bars.post(PATH, json=a_message(person=person), headers=ids())
    issues = refused(answer, 400, "REC_BAD_REQUEST")
    places = {issue["expression"][0] for issue in issues}
    # `hobby` is no name of FHIR, and so could be anything.
    assert places == {f"Bundle.entry[3].resource{name}" for name in (".birthDate", ".gender", "")}
    assert "1936-13-01" not in answer.text
    assert (await stored(interop))[0].outcome == "refused"


async def test_an_element_named_by_the_sender_is_not_repeated(bars: Any) -> None:
    person = a_person(**{"Maureen 9990000204": "x"})
    answer = await bars.post(PATH, json=a_message(person=person), headers=ids())
    assert refused(answer, 400, "REC_BAD_REQUEST")[0]["expression"] == ["Bundle.entry[3].resource"]
    assert "Maureen" not in answer.text


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"system": f"https://fhir.nhs.uk/CodeSystem/{system}", "code": code}


RULES: list[Any] = [
    (
        {"bundle": {"meta": {"profile": ["https://example.org"]}}},
        400,
        "REC_BAD_REQUEST",
        "invariant",
        "Bundle.meta.versionId",
    ),
    (
        {"bundle": {"meta": {"versionId": "2.0.0"}}},
        422,
        "REC_UNPROCESSABLE_ENTITY",
        "not-supported",
        "Bundle.meta.versionId",
    ),
    (
        {"header": {"eventCoding": _coded("message-events-bars", "booking-request")}},
        422,
        "REC_UNPROCESSABLE_ENTITY",
        "not-supported",
        "Bundle.entry[0].resource.eventCoding",
    ),
    (
        {"header": {"reason": {"coding": [_coded("message-reason-bars", "mend")]}}},
        422,
        "REC_UNPROCESSABLE_ENTITY",
        "not-supported",
        "Bundle.entry[0].resource.reason.coding[0].code",
    ),
    (
        {"header": {"reason": {"coding": [_coded("message-reason-bars", "update")]}}},
        404,
        "REC_NOT_FOUND",
        "not-found",
        "Bundle.entry[1].resource",
    ),
    (
        {"header": {"reason": {"coding": [_coded("message-reason-bars", "delete")]}}},
        422,
        "REC_UNPROCESSABLE_ENTITY",
        "business-rule",
        "Bundle.entry[1].resource.status",
    ),
    (
        {"header": {"reason": None}},
        400,
        "REC_BAD_REQUEST",
        "required",
        "Bundle.entry[0].resource.reason.coding[0].code",
    ),
    ({"header": {"destination": None}}, 400, "REC_BAD_REQUEST", "required", "Bundle.entry[0].resource.destination"),
    (
        {"header": {"destination": [{"endpoint": "https://fhir.nhs.uk/Id/dos-service-id|999999999"}]}},
        404,
        "REC_NOT_FOUND",
        "not-found",
        "Bundle.entry[0].resource.destination[0].endpoint",
    ),
    (
        {"header": {"destination": [{"endpoint": OURS}]}},
        404,
        "REC_NOT_FOUND",
        "not-found",
        "Bundle.entry[0].resource.destination[0].endpoint",
    ),
    ({"request": a_request(category=[])}, 400, "REC_BAD_REQUEST", "structure", "Bundle.entry[1].resource.category"),
    (
        {"request": a_request(category=None)},
        400,
        "REC_BAD_REQUEST",
        "required",
        "Bundle.entry[1].resource.category",
    ),
    (
        {"request": a_request("booking")},
        422,
        "REC_UNPROCESSABLE_ENTITY",
        "not-supported",
        "Bundle.entry[1].resource.category",
    ),
    (
        {"request": a_request(status="entered-in-error")},
        422,
        "REC_UNPROCESSABLE_ENTITY",
        "business-rule",
        "Bundle.entry[1].resource.status",
    ),
    (
        {"request": {"resourceType": "Basic", "code": {"text": "x"}}},
        400,
        "REC_BAD_REQUEST",
        "structure",
        "Bundle.entry[1].resource",
    ),
    (
        {"person": {"resourceType": "Organization", "name": "x"}},
        400,
        "REC_BAD_REQUEST",
        "required",
        "Bundle.entry[1].resource.subject",
    ),
]


@pytest.mark.parametrize(("changes", "status", "code", "issue_code", "place"), RULES)
async def test_each_rule_of_the_standard_names_what_to_change(
    bars: Any, interop: Running, changes: dict[str, Any], status: int, code: str, issue_code: str, place: str
) -> None:
    answer = await bars.post(PATH, json=a_message(**changes), headers=ids())
    issues = refused(answer, status, code)
    assert (issues[0]["code"], issues[0]["expression"]) == (issue_code, [place])
    (kept,) = await stored(interop)
    assert (kept.outcome, kept.status) == ("refused", status)
    assert await stored(interop, InboundReferral) == []
    assert await interop.published("interop") == []


async def test_a_message_that_we_fail_over_is_kept_and_may_be_sent_again(
    bars: Any, interop: Running, caplog: pytest.LogCaptureFixture
) -> None:
    broken = "alter table inbound_referral add constraint broken check (family_name <> 'Tabor')"
    message, headers = a_message(), ids()
    await interop.alter("interop", broken)
    answer = await bars.post(PATH, json=message, headers=headers)
    (issue,) = refused(answer, 500, "REC_SERVER_ERROR")
    assert issue["code"] == "exception"
    (kept,) = await stored(interop)
    assert (kept.outcome, kept.status, bool(kept.raw)) == ("received", 500, True)
    assert await stored(interop, InboundReferral) == []
    assert await interop.published("interop") == []
    (fault,) = [record for record in caplog.records if record.message == "message not understood"]
    assert fault.__dict__["message_id"] == str(kept.id)
    assert "Tabor" not in caplog.text
    await interop.alter("interop", "alter table inbound_referral drop constraint broken")
    assert (await bars.post(PATH, json=message, headers=headers)).status_code == 200
    ops = await interop.client("interop", "ops-1", "ops")
    (failed,) = (await ops.get("/v1/inbound-messages?outcome=received")).json()["items"]
    assert (failed["id"], failed["status"], "raw" in failed) == (str(kept.id), 500, False)
    sent_again = await ops.post(f"/v1/inbound-messages/{failed['id']}/replay")
    assert (sent_again.json()["outcome"], sent_again.json()["status"]) == ("refused", 409)
    assert len(await stored(interop, InboundReferral)) == 1


async def test_the_message_goes_to_the_destination_that_is_here(bars: Any, interop: Running) -> None:
    system = "https://fhir.nhs.uk/Id/dos-service-id"
    both = [{"endpoint": f"{system}|{THEIRS}"}, {"endpoint": f"{system}|{OURS}"}]
    answer = await bars.post(PATH, json=a_message(header={"destination": both}), headers=ids())
    assert answer.status_code == 200
    assert answer.json()["entry"][0]["resource"]["source"]["endpoint"] == f"{system}|{OURS}"


async def test_another_media_type_is_refused_and_kept(bars: Any, interop: Running) -> None:
    answer = await bars.post(PATH, content=b"<Bundle/>", headers=ids() | {"Content-Type": "application/fhir+xml"})
    refused(answer, 415, "REC_UNSUPPORTED_MEDIA_TYPE")
    assert len(await stored(interop)) == 1


async def test_more_than_a_mebibyte_is_refused(bars: Any) -> None:
    answer = await bars.post(PATH, content=b" " * (1024 * 1024 + 1), headers=ids())
    assert refused(answer, 413, "REC_BAD_REQUEST")[0]["code"] == "too-long"
