"""A BaRS message is understood kindly: whatever is missing or odd, the person is not turned away for it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from services.common.types import day_in_england
from services.interop.domain.inbound import InboundReferral
from tests.interop.answers import PATH, stored, the
from tests.interop.bars_message import a_message, a_person, a_request, ids
from tests.running import Running


async def test_a_person_without_nhs_number_or_given_name_is_taken(bars: Any, interop: Running) -> None:
    person = a_person(None, name=[{"text": "Mrs Tabor"}], birthDate="1936", gender=None, address=None, contact=None)
    answer = await bars.post(PATH, json=a_message(person=person), headers=ids())
    assert answer.status_code == 200, answer.text
    assert the(answer, "OperationOutcome") == []
    (referral,) = await stored(interop, InboundReferral)
    assert (referral.given_name, referral.family_name) == ("Mrs", "Tabor")
    assert (referral.nhs_number, referral.nhs_number_status, referral.birth_on) == (None, "07", None)


async def test_a_person_nobody_can_name_is_taken(bars: Any, interop: Running) -> None:
    answer = await bars.post(PATH, json=a_message(person=a_person(None, name=None)), headers=ids())
    assert answer.status_code == 200
    (referral,) = await stored(interop, InboundReferral)
    assert (referral.given_name, referral.family_name) == ("Not known", "Not known")


@pytest.mark.parametrize(
    ("number", "kept", "status"),
    [("9990000205", "9990000205", "05"), ("999 000", None, "07"), ("999 000 0204", "9990000204", "01")],
)
async def test_a_wrong_nhs_number_never_turns_a_person_away(
    bars: Any, interop: Running, number: str, kept: str | None, status: str
) -> None:
    message = a_message(person=a_person(number))
    answer = await bars.post(PATH, json=message, headers=ids())
    assert answer.status_code == 200, answer.text
    (referral,) = await stored(interop, InboundReferral)
    assert (referral.nhs_number, referral.nhs_number_status) == (kept, status)
    warnings = [issue for outcome in the(answer, "OperationOutcome") for issue in outcome["issue"]]
    if status == "01":
        assert warnings == []
        return
    assert [(issue["severity"], issue["code"]) for issue in warnings] == [("warning", "value")]
    assert warnings[0]["expression"] == ["Bundle.entry[3].resource.identifier[0].value"]
    assert "Compare the number" in warnings[0]["details"]["text"]
    assert number not in json.dumps(warnings)
    header = answer.json()["entry"][0]["resource"]
    assert header["response"]["details"]["reference"] in {entry["fullUrl"] for entry in answer.json()["entry"]}


@pytest.mark.parametrize(
    ("stated", "kept"),
    [("number-present-but-not-traced", "02"), ("02", "02"), ("trace-required", "03"), ("04", "05"), ("odd", "05")],
)
async def test_only_a_status_that_vouches_for_the_number_is_kept(
    bars: Any, interop: Running, stated: str, kept: str
) -> None:
    await bars.post(PATH, json=a_message(person=a_person(status=stated)), headers=ids())
    (referral,) = await stored(interop, InboundReferral)
    assert referral.nhs_number_status == kept


async def test_two_nhs_numbers_are_kept_as_one_to_be_resolved(bars: Any, interop: Running) -> None:
    person = a_person()
    person["identifier"].append({"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000212"})
    answer = await bars.post(PATH, json=a_message(person=person), headers=ids())
    (referral,) = await stored(interop, InboundReferral)
    assert (referral.nhs_number, referral.nhs_number_status) == ("9990000204", "05")
    assert len(the(answer, "OperationOutcome")) == 1


async def test_a_date_of_birth_in_the_future_is_not_kept_and_the_sender_is_told(bars: Any, interop: Running) -> None:
    answer = await bars.post(PATH, json=a_message(person=a_person("9990000205", birthDate="2999-01-01")), headers=ids())
    assert answer.status_code == 200, answer.text
    (referral,) = await stored(interop, InboundReferral)
    assert referral.birth_on is None
    (told,) = the(answer, "OperationOutcome")
    number, birth = told["issue"]
    assert (birth["severity"], birth["code"]) == ("warning", "value")
    assert birth["expression"] == ["Bundle.entry[3].resource.birthDate"]
    assert "2999" not in json.dumps(told)
    assert number["expression"] == ["Bundle.entry[3].resource.identifier[0].value"]


async def test_who_was_born_today_is_taken_with_that_day(bars: Any, interop: Running) -> None:
    today = day_in_england(datetime.now(UTC))
    person = a_person(birthDate=today.isoformat())
    answer = await bars.post(PATH, json=a_message(person=person), headers=ids())
    assert the(answer, "OperationOutcome") == []
    (referral,) = await stored(interop, InboundReferral)
    assert referral.birth_on == today


async def test_a_validation_is_asap_and_keeps_by_when_it_is_to_be_answered(bars: Any, interop: Running) -> None:
    asked = a_request("validation", "a4t3", "999 to Community Services", reasonCode=None)
    assert (await bars.post(PATH, json=a_message(request=asked), headers=ids())).status_code == 200
    (referral,) = await stored(interop, InboundReferral)
    assert (referral.kind, referral.urgency, referral.source) == ("validation", "asap", "urgent_care")
    assert referral.answer_due_at.isoformat() == "2026-11-20T10:20:00.123456+00:00"


@pytest.mark.parametrize(
    ("use_case", "source"),
    [("a1t1", "urgent_care"), ("a4t2", "urgent_care"), ("a5t3", "gp"), ("a8t1", "other"), ("??", "other")],
)
async def test_the_use_case_says_who_refers(bars: Any, interop: Running, use_case: str, source: str) -> None:
    request = a_request("referral", use_case, priority="urgent")
    await bars.post(PATH, json=a_message(request=request), headers=ids())
    (referral,) = await stored(interop, InboundReferral)
    assert (referral.source, referral.urgency) == (source, "urgent")


ALONE = {"system": "https://fhir.nhs.uk/Id/ods-organization-code", "value": "A81001"}


@pytest.mark.parametrize(
    "sender",
    [
        {"resourceType": "QuestionnaireResponse", "status": "completed", "identifier": ALONE},
        {"resourceType": "Bundle", "type": "collection", "identifier": ALONE},
        {"resourceType": "HealthcareService", "identifier": [ALONE]},
    ],
)
@pytest.mark.parametrize("named_by", ["header", "role"])
async def test_a_sender_that_is_no_organisation_is_no_reason_to_turn_a_person_away(
    bars: Any, interop: Running, sender: dict[str, Any], named_by: str
) -> None:
    message = a_message(more=(sender,))
    leads_there = {"reference": message["entry"][-1]["fullUrl"]}
    if named_by == "header":
        message["entry"][0]["resource"]["sender"] = leads_there
    else:
        del message["entry"][0]["resource"]["sender"]
        message["entry"][6]["resource"] = {"resourceType": "PractitionerRole", "organization": leads_there}
    answer = await bars.post(PATH, json=message, headers=ids())
    assert answer.status_code == 200, answer.text
    (referral,) = await stored(interop, InboundReferral)
    assert referral.referrer_ods_code is None
    assert referral.referrer.endswith("Duke Street")
