"""The reason of a referral says what is asked and why, from wherever in the message the sender wrote it."""

from typing import Any

import pytest

from services.interop.domain.inbound import InboundReferral
from services.interop.partners.bars.words import PROSE_LENGTH, SHORTENED, within
from tests.interop.answers import PATH, stored
from tests.interop.bars_message import a_message, a_request, ids
from tests.running import Running

SUBJECT = {"display": "her"}
SNOMED = "http://snomed.info/sct"


def a_condition(words: str, **changes: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "subject": SUBJECT, "code": {"text": words}} | changes


def a_complaint(words: str, **changes: Any) -> dict[str, Any]:
    category = [{"coding": [{"system": SNOMED, "code": "33962009", "display": "Presenting complaint"}]}]
    return a_condition(words, category=category, **changes)


def a_plan(*outcomes: dict[str, Any], **changes: Any) -> dict[str, Any]:
    plan = {"resourceType": "CarePlan", "status": "completed", "intent": "plan", "subject": SUBJECT}
    return plan | {"activity": [{"outcomeCodeableConcept": list(outcomes)}]} | changes


def a_task(**changes: Any) -> dict[str, Any]:
    return {"resourceType": "Task", "status": "requested", "intent": "order"} | changes


def coded(display: str, text: str | None = None) -> dict[str, Any]:
    concept: dict[str, Any] = {"coding": [{"system": SNOMED, "code": "1", "display": display}]}
    return concept | ({"text": text} if text else {})


async def reason(bars: Any, system: Running, *more: dict[str, Any], **request: Any) -> str:
    message = a_message(request=a_request(**{"reasonCode": None} | request), more=more)
    answer = await bars.post(PATH, json=message, headers=ids())
    assert answer.status_code == 200, answer.text
    (referral,) = await stored(system, InboundReferral)
    words: str = referral.reason
    return words


async def test_the_reason_tells_everything_in_the_order_in_which_it_matters(bars: Any, interop: Running) -> None:
    said = await reason(
        bars,
        interop,
        a_complaint("Breathless on the stairs", note=[{"text": "Worse since Sunday"}]),
        a_condition("Type 2 diabetes"),
        a_plan({"text": "Lives alone; cannot wash"}, coded("Contact within 2 hours", "Disposition"), coded("Falls")),
        a_task(code=coded("Wound assessment"), description="Visit today, and bring dressings"),
        reasonCode=[coded("Venous ulcer"), {"text": "Fell twice this week"}],
        note=[{"text": "Key is with the neighbour"}],
        code=coded("District nursing"),
        patientInstruction="Ring 111 if it bleeds",
    )
    assert said.split("\n") == [
        "Venous ulcer; Fell twice this week; Key is with the neighbour",
        "Asked for: District nursing; Wound assessment; Visit today, and bring dressings",
        "Found: Disposition: Contact within 2 hours; Falls; Lives alone; cannot wash",
        "Presenting complaint: Breathless on the stairs; Worse since Sunday",
        "Condition: Type 2 diabetes",
        "Advice given: Ring 111 if it bleeds",
    ]


@pytest.mark.parametrize(
    ("request_changes", "more", "expected"),
    [
        ({"reasonCode": [{"coding": [{"display": "Wound care"}]}, {"text": "Falls"}]}, (), "Wound care; Falls"),
        ({"note": [{"text": "Sees nobody"}]}, (), "Sees nobody"),
        ({"patientInstruction": "Ring if it bleeds"}, (), "Advice given: Ring if it bleeds"),
        ({}, (a_complaint("Venous ulcer"),), "Presenting complaint: Venous ulcer"),
        ({}, (a_plan(coded("Falls", "Falls"), description="Two falls"),), "Found: Falls; Two falls"),
        (
            {},
            (a_plan(activity=[{"detail": {"status": "not-started", "description": "Bandage"}}]),),
            "Asked for: Bandage",
        ),
        ({"display": "Primary Care"}, (), "Primary Care"),
        ({"display": " "}, (), "Referral received through BaRS"),
        ({"reasonCode": [{"text": "bell\x07 rings"}]}, (), "bell  rings"),
        ({"reasonCode": [{"text": "Ulcer"}, {"text": "Ulcer"}]}, (), "Ulcer"),
        ({"reasonCode": [{"coding": [{"code": "C3"}]}]}, (), "C3"),
    ],
)
async def test_what_is_not_said_leaves_no_gap(
    bars: Any, interop: Running, request_changes: dict[str, Any], more: tuple[Any, ...], expected: str
) -> None:
    assert await reason(bars, interop, *more, **request_changes) == expected


@pytest.mark.parametrize("status", ["refuted", "entered-in-error"])
async def test_a_condition_that_the_person_does_not_have_is_not_told(bars: Any, interop: Running, status: str) -> None:
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    gone = a_complaint("Sepsis", verificationStatus={"coding": [{"system": system, "code": status}]})
    assert await reason(bars, interop, gone, a_complaint("Fever")) == "Presenting complaint: Fever"


async def test_a_condition_that_is_the_reason_is_told_once(bars: Any, interop: Running) -> None:
    message = a_message(request=a_request(reasonCode=None), more=(a_complaint("Venous ulcer"),))
    url = message["entry"][-1]["fullUrl"]
    message["entry"][1]["resource"]["reasonReference"] = [{"reference": url}]
    assert (await bars.post(PATH, json=message, headers=ids())).status_code == 200
    (referral,) = await stored(interop, InboundReferral)
    assert referral.reason == "Venous ulcer"


async def test_a_long_summary_pushes_nothing_out_and_says_that_it_was_shortened(bars: Any, interop: Running) -> None:
    said = await reason(
        bars,
        interop,
        a_complaint("Breathless"),
        a_plan({"text": "No chest pain. " * 1000}),
        reasonCode=[{"text": "Venous ulcer"}],
        patientInstruction="Ring 111 if it bleeds",
    )
    assert len(said) == PROSE_LENGTH
    first, found, complaint, advice = said.split("\n")
    assert (first, complaint) == ("Venous ulcer", "Presenting complaint: Breathless")
    assert advice == "Advice given: Ring 111 if it bleeds"
    assert found.startswith("Found: No chest pain.")
    assert found.endswith(SHORTENED)


def test_several_long_paragraphs_are_cut_alike_and_a_fitting_one_is_left_alone() -> None:
    cut = within(["a" * 3000, "b" * 1200, "c" * 3000])
    assert cut is not None
    one, two, three = cut.split("\n")
    assert two == "b" * 1200
    assert len(one) == len(three) == (PROSE_LENGTH - 2 - 1200) // 2
    assert one.endswith(SHORTENED)
    assert three.endswith(SHORTENED)
    assert within(["a" * PROSE_LENGTH]) == "a" * PROSE_LENGTH
    assert within([]) is None
